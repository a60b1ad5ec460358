"""A line of a demand: how it was reckoned, what the supplier says to it; and the list of all lines."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.recovery import words
from warranty.recovery.forms import AnswerForm, LowerForm
from warranty.recovery.lists import LINES
from warranty.recovery.queries.lessened import lessened
from warranty.recovery.queries.old_parts import inspections_of
from warranty.recovery.queries.recoveries import find, line_at
from warranty.recovery.services.rounds import answer_lines, ask_less
from warranty.recovery.views import bp

VIEW, EDIT = Permission.RECOVERY_VIEW, Permission.RECOVERY_EDIT


@bp.get("/lines")
@access(VIEW)
def lines() -> Response:
    """List the lines of all demands."""
    return list_page("warranty/recovery/lines.html", fetch_page(db_session(), LINES, request.args))


@bp.get("/<key>/lines/<int:position>")
@access(VIEW)
def line(key: str, position: int) -> Any:
    """Show a line."""
    return _show(key, position)


def _show(
    key: str, position: int, *, answer: AnswerForm | None = None, lower: LowerForm | None = None, status: int = 200
) -> Any:
    session = db_session()
    found = find(session, key)
    row = line_at(session, found, position)
    less = lessened(session, found.id).get(position)
    if answer is None:
        answer = AnswerForm(formdata=None, outcome=row.outcome, reason=row.reason)
        answer.amount.data = row.accepted if row.outcome == "partly" else None
    if lower is None:
        amount = less.most if less is not None and less.above else row.asked
        lower = LowerForm(formdata=None, amount=amount, why=row.lowered_why)
    return page(
        "warranty/recovery/line.html", status, found=found, line=row, less=less, words=words, answer=answer,
        lower=lower,
        inspections=inspections_of(session, [row.claim_id]).get(row.claim_id, ()),
        may_answer=found.state == "sent" and row.asked > 0 and actor().may(EDIT),
        may_lower=found.state in ("draft", "disputed") and row.amount > 0 and actor().may(EDIT),
    )  # fmt: skip


@bp.post("/<key>/lines/<int:position>/answer")
@access(EDIT)
def answer_line(key: str, position: int) -> Any:
    """Record what the supplier answers to a line."""
    session, form = db_session(), AnswerForm()
    found = find(session, key)
    line_at(session, found, position)
    if form.validate():
        try:
            whole = answer_lines(session, found.id, {position: form.answer()}, actor(), now(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            session.rollback()
            show_faults(form, _here(error))
        else:
            flash(_("Recorded. Every line is answered now.") if whole else _("Recorded."), "success")
            return redirect(url_for("recovery.recovery", key=key, only=None if whole else "open", _anchor="lines"))
    return _show(key, position, answer=form, status=422)


def _here(error: DomainError) -> DomainError:
    """Bring the faults of a line back to the fields of its form."""
    return DomainError(
        *(Fault(one.message, (one.field or "").partition("-")[0] or None, one.facts) for one in error.faults)
    )


@bp.post("/<key>/lines/<int:position>/lower")
@access(EDIT)
def lower_line(key: str, position: int) -> Any:
    """Ask less for a line, or nothing."""
    session, form = db_session(), LowerForm()
    found = find(session, key)
    line_at(session, found, position)
    if form.validate():
        try:
            ask_less(session, found.id, position, form.lowered(), actor(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            session.rollback()
            show_faults(form, error)
        else:
            flash(_("Kept."), "success")
            return redirect(url_for("recovery.recovery", key=key, _anchor="lines"))
    return _show(key, position, lower=form, status=422)
