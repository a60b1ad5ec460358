"""The pages of settlement: statements, the close of a month, and every step of a statement."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from parts.returns.words import REASONS
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, _, locale_key
from portal.kernel.incoming import whole
from portal.kernel.jobs import enqueue
from portal.kernel.lifecycle import history
from portal.kernel.listing import fetch_page
from portal.kernel.money import ZERO, yuan
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.settlement import queries, services
from warranty.settlement.closing import check_month
from warranty.settlement.documents import in_words
from warranty.settlement.forms import CloseForm, DisputeForm, InvoiceForm, VersionForm, answer_form
from warranty.settlement.jobs import KIND
from warranty.settlement.lists import SETTLEMENTS
from warranty.settlement.models import Settlement
from warranty.settlement.rules import reckon
from warranty.settlement.states import SETTLEMENT
from warranty.settlement.words import ACTIONS, KINDS, STATES, TONES

bp = Blueprint("settlement", __name__, url_prefix="/settlement")

#: The steps that need no more than their button.
STEPS = {
    "confirm": services.confirm,
    "dispute": services.dispute,
    "review": services.review,
    "pay": services.pay,
}
DONE = {
    "confirm": N_("Confirmed. Headquarters reviews the statement now."),
    "dispute": N_("Sent. Headquarters answers each line you marked."),
    "review": N_("Reviewed. The dealer's invoice can come now."),
    "pay": N_("Paid. The claims are settled."),
}


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"settlement_states": STATES, "settlement_kinds": KINDS}


@bp.get("/")
@access(Permission.SETTLEMENT_VIEW)
def settlements() -> Response:
    """List the statements."""
    return list_page("warranty/settlement/list.html", fetch_page(db_session(), SETTLEMENTS, request.args))


@bp.route("/close", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_CLOSE)
def close() -> Any:
    """Show what closing a month would do; after a yes, let a worker do it."""
    form = CloseForm()
    if form.validate_on_submit():
        month = form.month.data or ""
        try:
            check_month(db_session(), month, now())
        except DomainError as error:
            show_faults(form, error)
            return _close_page(form, 422)
        title = _("Close %(month)s", month=month)
        job = enqueue(db_session(), KIND, title, {"month": month}, actor(), now(), locale_key())
        return redirect(url_for("settlement.close", job=job.id))
    return _close_page(form, 422 if form.is_submitted() else 200)


def _close_page(form: CloseForm, status: int) -> tuple[str, int]:
    session = db_session()
    months = queries.open_months(session, now())
    asked = form.month.data or request.args.get("month")
    month = asked if asked in months else months[min(1, len(months) - 1)] if months else None
    form.month.data = month
    waiting, cut_off = [], None
    if month is not None:
        try:
            cut_off = check_month(session, month, now())
            waiting = queries.waiting(session, month, cut_off)
        except DomainError as error:
            show_faults(form, error)
    return page(
        "warranty/settlement/close.html", status, form=form, months=months, month=month, waiting=waiting,
        cut_off=cut_off, claims=sum(dealer.claims for dealer in waiting),
        net=sum((dealer.net for dealer in waiting), ZERO), beside=sum((dealer.beside for dealer in waiting), ZERO),
        periods=queries.periods(session), job=queries.closing_job(session, whole(request.args.get("job"))),
    )  # fmt: skip


@bp.get("/close/<int:job_id>/progress")
@access(Permission.SETTLEMENT_CLOSE)
def closing(job_id: int) -> str:
    """Return how far a month's close is; htmx asks again until it is done."""
    job = queries.closing_job(db_session(), job_id)
    if job is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return render_template("warranty/settlement/_closing.html", job=job)


@bp.get("/<key>")
@access(Permission.SETTLEMENT_VIEW)
def settlement(key: str) -> tuple[str, int]:
    """Show a statement: sums, lines, disputes, what happened, and what can be done now."""
    return _statement_page(queries.find(db_session(), key))


def _statement_page(statement: Settlement, form: VersionForm | None = None, status: int = 200) -> tuple[str, int]:
    session = db_session()
    after, words = whole(request.args.get("after")) or 0, request.args.get("q", "").strip()
    disputes = queries.disputed_lines(session, statement.id)
    return page(
        "warranty/settlement/settlement.html", status, statement=statement, form=form or VersionForm(formdata=None),
        dealer=queries.dealer_of(session, statement),
        sums=reckon(queries.amounts_of(session, statement.id), statement.tax_rate),
        capital=in_words(statement.gross), disputes=disputes, words=words,
        unsent=[line for line in disputes if line.answer is None], entries=queries.entries_of(session, statement.id),
        entry_reasons=REASONS,
        lines=queries.lines_page(session, statement.id, after=after, words=words), events=_events(statement),
        offered={step.action for step in SETTLEMENT.offered(statement.state, actor().permissions)},
    )  # fmt: skip


def _events(statement: Settlement) -> list[dict[str, Any]]:
    made = {"at": statement.generated_at, "title": _("The statement was made"), "who": "", "text": "", "tone": "info"}
    steps = [
        {"at": step.at, "title": _(ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
         "tone": TONES.get(step.action, "plain")}
        for step in history(db_session(), statement)
    ]  # fmt: skip
    return [made, *steps]


@bp.post("/<key>/<any(confirm, dispute, review, pay):action>")
@access(Permission.SETTLEMENT_CONFIRM, Permission.SETTLEMENT_REVIEW, Permission.SETTLEMENT_PAY)
def step(key: str, action: str) -> Any:
    """Take one step that needs no more than its button."""
    session, form = db_session(), VersionForm()
    statement = queries.find(session, key)
    try:
        STEPS[action](session, statement.id, actor(), now(), form.seen())
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        session.rollback()
        show_faults(form, error)
        return _statement_page(queries.find(session, key), form, 422)
    flash(_(DONE[action]), "success")
    return redirect(url_for("settlement.settlement", key=key))


@bp.route("/<key>/lines/<int:line_id>", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_CONFIRM)
def line(key: str, line_id: int) -> Any:
    """Mark a line as disputed with a reason, or take the mark off."""
    session, form = db_session(), DisputeForm()
    statement = queries.find(session, key)
    found = queries.line_of(session, statement, line_id)
    if form.validate_on_submit():
        try:
            services.mark_line(session, line_id, None if "remove" in request.form else form.reason.data, actor())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            show_faults(form, error)
        else:
            return redirect(url_for("settlement.settlement", key=key, _anchor="disputes"))
    if not form.is_submitted():
        form.reason.data = found.dispute_reason
    status = 422 if form.is_submitted() else 200
    return page("warranty/settlement/line.html", status, statement=statement, line=found, form=form)


@bp.route("/<key>/answer", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_REVIEW)
def answer(key: str) -> Any:
    """Answer every line that the dealer disputes, all at once."""
    session = db_session()
    statement = queries.find(session, key)
    lines = [found for found in queries.disputed_lines(session, statement.id) if found.answer is None]
    form = answer_form([found.id for found in lines])
    if form.validate_on_submit():
        try:
            answers = form.answers([found.id for found in lines])
            services.answer(session, statement.id, answers, actor(), now(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            show_faults(form, error)
        else:
            flash(_("Answered. The statement is with the dealer again."), "success")
            return redirect(url_for("settlement.settlement", key=key))
    status = 422 if form.is_submitted() else 200
    return page("warranty/settlement/answer.html", status, statement=statement, lines=lines, form=form)


@bp.route("/<key>/invoice", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_REVIEW)
def invoice(key: str) -> Any:
    """Take in the dealer's invoice."""
    session, form = db_session(), InvoiceForm()
    statement = queries.find(session, key)
    if form.validate_on_submit():
        try:
            number, amount = form.number.data or "", yuan(form.amount.data or "")
            services.receive_invoice(session, statement.id, number, amount, actor(), now(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            show_faults(form, error)
        else:
            flash(_("The invoice is in. It can be paid now."), "success")
            return redirect(url_for("settlement.settlement", key=key))
    status = 422 if form.is_submitted() else 200
    return page("warranty/settlement/invoice.html", status, statement=statement, form=form)
