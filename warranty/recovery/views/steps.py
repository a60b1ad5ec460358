"""Every step of a demand that is taken on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_, _
from portal.kernel.web import actor, db_session, now, show_faults
from warranty.recovery.forms import AdjustForm, PayForm, ReasonForm
from warranty.recovery.models import Recovery
from warranty.recovery.queries.recoveries import find
from warranty.recovery.services import adjust, booking, rounds, undo
from warranty.recovery.services.generate import reckon_anew
from warranty.recovery.views import bp
from warranty.recovery.views.demands import demand_page

EDIT, BOOK = Permission.RECOVERY_EDIT, Permission.RECOVERY_BOOK

DONE = {
    "reckon": N_("Reckoned anew, of what headquarters bears by now."),
    "send": N_("Sent. Record the supplier's answers here, line by line or from the Excel list."),
    "accept": N_("Recorded: the supplier accepts the rest."),
    "dispute": N_("Disputed. Ask less for some lines if need be, then send the demand again."),
    "correct": N_("Record the answers anew: what was recorded as wholly accepted waits for its answer again."),
    "agree": N_("Agreed. Settlement can book it now."),
    "reopen": N_("Reopened. What the supplier answered is as it was before the agreement."),
    "withdraw": N_("Withdrawn. Its claims can be recovered anew."),
    "book": N_("Booked: the supplier owes what was agreed."),
    "pay": N_("Marked as paid."),
    "back": N_("Recorded: the supplier bears so much less."),
    "again": N_("Recorded: the supplier bears it again."),
}


@bp.post("/<key>/<any(reckon, send, accept, agree):action>")
@access(EDIT)
def step(key: str, action: str) -> Any:
    """Take a step that needs no more than its button."""
    acts = {
        "reckon": reckon_anew, "send": rounds.send, "accept": rounds.accept_the_rest, "agree": rounds.agree,
    }  # fmt: skip
    form = ReasonForm()
    return _take(key, action, form, lambda one: acts[action](db_session(), one.id, actor(), now(), form.seen()))


@bp.post("/<key>/<any(dispute, correct, reopen, withdraw):action>")
@access(EDIT)
def reasoned_step(key: str, action: str) -> Any:
    """Take a step with its reason."""
    act = {
        "dispute": rounds.dispute, "correct": undo.correct_answers, "reopen": undo.reopen, "withdraw": rounds.withdraw,
    }[action]  # fmt: skip
    form = ReasonForm()
    return _take(key, action, form, lambda one: act(
        db_session(), one.id, form.reason.data or "", actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/book")
@access(BOOK)
def book(key: str) -> Any:
    """Book what was agreed."""
    form = ReasonForm()
    return _take(key, "book", form, lambda one: booking.book(db_session(), one.id, actor(), now(), form.seen()))


@bp.post("/<key>/pay")
@access(BOOK)
def pay(key: str) -> Any:
    """Mark a demand as paid."""
    form = PayForm()
    if not form.validate():
        return demand_page(find(db_session(), key), form, "pay", 422)
    return _take(key, "pay", form, lambda one: booking.pay(
        db_session(), one.id, form.payment(), actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/<any(back, again):action>")
@access(BOOK)
def adjusted(key: str, action: str) -> Any:
    """Let money go back to the supplier, or ask for it again."""
    act, form = {"back": adjust.give_back, "again": adjust.ask_again}[action], AdjustForm()
    if not form.validate():
        return demand_page(find(db_session(), key), form, action, 422)
    return _take(key, action, form, lambda one: act(
        db_session(), one.id, form.said(), actor(), now(), form.seen()))  # fmt: skip


def _take(key: str, action: str, form: ReasonForm | PayForm | AdjustForm, act: Callable[[Recovery], object]) -> Any:
    session = db_session()
    found = find(session, key)
    try:
        act(found)
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        session.rollback()
        show_faults(form, error)
        return demand_page(find(session, key), form, action, 422)
    flash(_(DONE[action]), "success")
    return redirect(url_for("recovery.recovery", key=key))
