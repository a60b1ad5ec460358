"""The rule book: what holds, what is drafted, what a draft would change, and its way into force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, locale_key
from portal.kernel.jobs import enqueue
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.claims.book_forms import GRADES, WHOLES, DiscardForm, EnforceForm, StepForm, TrialForm, book_form
from warranty.claims.jobs import KIND
from warranty.claims.queries.books import (
    book_of,
    book_on,
    book_row,
    books,
    last_trial,
    trial_job,
)
from warranty.claims.queries.lists import TRIAL_CHANGES
from warranty.claims.rules.checks import CHECKS, CLAUSES
from warranty.claims.services.books import discard_book, draft_book, edit_book, enforce_book
from warranty.claims.services.trials import check_days
from warranty.claims.views import WORDS, bp
from warranty.guarantee.words import LEVELS

VIEW, EDIT = Permission.CLAIM_VIEW, Permission.CLAIM_RULES
#: How far back a trial goes unless somebody wants it otherwise.
USUAL_DAYS = 365


def _shown() -> dict[str, Any]:
    return {**WORDS, "checks": CHECKS, "clauses": CLAUSES, "grades": GRADES, "wholes": WHOLES, "WATCH_LEVELS": LEVELS}


@bp.get("/rules")
@access(VIEW)
def rules() -> Any:
    """Show the rules that hold today: what is checked, how hard, what the limits are."""
    session, today = db_session(), local_date(now())
    held = book_on(session, today)
    shown = books(session) if actor().may(EDIT) else []
    return page("warranty/claims/rules.html", book=held, rows=shown, **_shown())


@bp.post("/rules/draft")
@access(EDIT)
def draft_rules() -> Any:
    """Begin a new version: a copy of what holds."""
    row = draft_book(db_session(), actor(), now())
    return redirect(url_for("claims.edit_rules", version=row.version))


@bp.get("/rules/<int:version>")
@access(EDIT)
def rule_book(version: int) -> Any:
    """Show a version with its last trial, and what can be done with it."""
    return _book_page(version)


def _book_page(version: int, status: int = 200, **wrong: Any) -> Any:
    session, today = db_session(), local_date(now())
    row = book_row(session, version)
    forms: dict[str, Any] = {
        "trial": TrialForm(formdata=None, first=today - timedelta(days=USUAL_DAYS), last=today),
        "enforce": EnforceForm(formdata=None, valid_from=today + timedelta(days=1)),
        "discard": DiscardForm(formdata=None), **wrong,
    }  # fmt: skip
    for form in forms.values():
        form.version.data = str(row.row_version)
    return page(
        "warranty/claims/rule_book.html", status, row=row, book=book_of(row), before=book_on(session, today),
        trial=last_trial(session, row), job=trial_job(session, version), forms=forms, **_shown(),
    )  # fmt: skip


@bp.route("/rules/<int:version>/edit", methods=["GET", "POST"])
@access(EDIT)
def edit_rules(version: int) -> Any:
    """Write a draft."""
    session, form = db_session(), book_form()
    row = book_row(session, version)
    if form.validate_on_submit():
        try:
            book = form.book(book_of(row))
            edit_book(session, version, book, form.note.data or "", actor(), now(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            session.rollback()
            show_faults(form, error)
        else:
            flash(_("The draft is kept. Try it over past claims before you put it into force."), "success")
            return redirect(url_for("claims.rule_book", version=version))
    if not form.is_submitted():
        form.fill(book_of(row), row.note, row.row_version)
    status = 422 if form.is_submitted() else 200
    return page("warranty/claims/rules_edit.html", status, row=row, form=form, **_shown())


@bp.post("/rules/<int:version>/try")
@access(EDIT)
def try_rules(version: int) -> Any:
    """Let a worker run a draft over past claims."""
    form = TrialForm()

    def begin() -> None:
        first, last = form.days()
        check_days(first, last)
        asked = {"version": version, "first": first.isoformat(), "last": last.isoformat()}
        enqueue(db_session(), KIND, _("Rule book %(version)s", version=version), asked, actor(), now(), locale_key())

    return _step(version, form, "trial", begin, _("The trial runs; you can leave this page."))


@bp.get("/rules/<int:version>/progress/<int:job_id>")
@access(EDIT)
def trial_progress(version: int, job_id: int) -> str:
    """Return how far a trial is; htmx asks again until it is done."""
    job = trial_job(db_session(), version, job_id)
    return render_template("warranty/claims/_trial_job.html", version=version, job=job)


@bp.post("/rules/<int:version>/enforce")
@access(EDIT)
def enforce_rules(version: int) -> Any:
    """Put a tried version into force."""
    form = EnforceForm()
    return _step(
        version, form, "enforce",
        lambda: enforce_book(db_session(), version, form.day(), actor(), now(), form.seen()),
        _("The rule book is in force from that day."),
    )  # fmt: skip


@bp.post("/rules/<int:version>/discard")
@access(EDIT)
def discard_rules(version: int) -> Any:
    """Give a draft up."""
    form = DiscardForm()
    return _step(
        version, form, "discard",
        lambda: discard_book(db_session(), version, form.reason.data or "", actor(), now(), form.seen()),
        _("The draft is given up."),
    )  # fmt: skip


@bp.get("/rules/changes")
@access(EDIT)
def rule_changes() -> Any:
    """List the claims that a trial decides otherwise."""
    return list_page("warranty/claims/list.html", fetch_page(db_session(), TRIAL_CHANGES, request.args))


def _step(version: int, form: StepForm, name: str, act: Callable[[], object], told: str) -> Any:
    if form.validate_on_submit():
        try:
            act()
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(told, "success")
            return redirect(url_for("claims.rule_book", version=version))
    return _book_page(version, 422, **{name: form})
