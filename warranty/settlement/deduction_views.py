"""The pages of what stands beside the claims: the list, booking an entry, and one entry with its undoing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from parts.returns.words import REASONS
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.settlement import queries
from warranty.settlement.deductions import book, undo
from warranty.settlement.forms import BookingForm, UndoForm
from warranty.settlement.lists import DEDUCTIONS
from warranty.settlement.rules import by_hand
from warranty.settlement.views import bp


@bp.get("/deductions")
@access(Permission.SETTLEMENT_VIEW)
def deductions() -> Response:
    """List deductions, debits and credits."""
    return list_page("warranty/settlement/deductions.html", fetch_page(db_session(), DEDUCTIONS, request.args))


@bp.route("/deductions/new", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_DEDUCT)
def new_deduction() -> Any:
    """Book an entry by hand."""
    form = BookingForm()
    if form.validate_on_submit():
        try:
            entry = book(db_session(), form.booking(), actor(), now())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Booked as %(number)s. The dealer's next statement takes it.", number=entry.source), "success")
            return redirect(url_for("settlement.deductions"))
    if not form.is_submitted():
        form.dealer.data, form.claim.data = request.args.get("dealer", ""), request.args.get("claim", "")
    return page("warranty/settlement/deduction_new.html", 422 if form.is_submitted() else 200, form=form)


@bp.route("/deductions/<int:entry_id>", methods=["GET", "POST"])
@access(Permission.SETTLEMENT_VIEW)
def deduction(entry_id: int) -> Any:
    """Show an entry; after a reason, undo it."""
    session, form = db_session(), UndoForm()
    found = queries.entry_of(session, entry_id)
    if form.validate_on_submit():
        try:
            undo(session, entry_id, form.reason.data or "", actor(), now())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            session.rollback()
            show_faults(form, error)
            found = queries.entry_of(session, entry_id)
        else:
            flash(_("Undone."), "success")
            return redirect(url_for("settlement.deduction", entry_id=entry_id))
    statement = queries.statement_of(session, found)
    return page(
        "warranty/settlement/deduction.html", 422 if form.is_submitted() else 200, form=form, entry=found,
        statement=statement, dealer=queries.dealer_of(session, found), reasons=REASONS,
        undoable=by_hand(found.kind, found.source) and found.cancelled_at is None and actor().may("settlement.deduct")
        and (statement is None or found.kind != "credit"),
    )  # fmt: skip
