"""The steps of a case: each a form on its page, each one call of a service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_, _
from portal.kernel.web import actor, db_session, now, show_faults
from warranty.cases.forms import form_of, seen_version
from warranty.cases.queries.cases import find_case
from warranty.cases.services import carry_out, decide, delays, losses
from warranty.cases.views import bp
from warranty.cases.views.cases import show


class Taken(NamedTuple):
    """How a step is taken, and what is said when it was."""

    act: Callable[[Session, str, Any, Actor, datetime], object]
    told: str


#: Headquarters' steps, by the name of their form.
DECISIONS = {
    "decide": Taken(
        lambda session, key, form, who, at: decide.decide_case(session, key, form.decision(), who, at, form.seen()),
        N_("The decision is recorded."),
    ),
    "confirm_refusal": Taken(
        lambda session, key, form, who, at: decide.confirm_refusal(session, key, who, at, form.seen()),
        N_("The refusal is confirmed."),
    ),
    "reject_refusal": Taken(
        lambda session, key, form, who, at: decide.reject_refusal(session, key, form.why(), who, at, form.seen()),
        N_("The refusal is rejected; the demand waits for a decision."),
    ),
    "retract_refusal": Taken(
        lambda session, key, form, who, at: decide.retract_refusal(session, key, form.why(), who, at, form.seen()),
        N_("The proposal is taken back; the demand waits for a decision."),
    ),
    "reconsider": Taken(
        lambda session, key, form, who, at: decide.reconsider(session, key, form.why(), who, at, form.seen()),
        N_("The refusal is lifted; the demand waits for a decision."),
    ),
    "confirm_delay": Taken(
        lambda session, key, form, who, at: delays.confirm_delay(session, key, who, at, form.seen()),
        N_("The days are confirmed; the last day is counted anew."),
    ),
    "reject_delay": Taken(
        lambda session, key, form, who, at: delays.reject_delay(session, key, form.why(), who, at, form.seen()),
        N_("The days are rejected; the last day stays."),
    ),
}
#: The seller's steps; headquarters takes them for the seller.
STEPS = {
    "reply": Taken(
        lambda session, key, form, who, at: carry_out.record_reply(
            session, key, form.replied_on.data, who, at, form.seen()
        ),
        N_("Recorded: the owner has the answer."),
    ),
    "switch_to_return": Taken(
        lambda session, key, form, who, at: carry_out.switch_to_return(
            session, key, form.ground.data, form.why(), who, at, form.seen()
        ),
        N_("The owner gets the money instead."),
    ),
    "complete": Taken(
        lambda session, key, form, who, at: carry_out.complete_case(session, key, form.done(), who, at, form.seen()),
        N_("The case is completed. Please print the certificate."),
    ),
    "propose_delay": Taken(
        lambda session, key, form, who, at: delays.propose_delay(
            session, key, form.days.data, form.why(), who, at, form.seen()
        ),
        N_("The days wait for a second person at headquarters."),
    ),
}
#: Steps of either side: the services say who takes them when.
SHARED = {
    "cost": Taken(
        lambda session, key, form, who, _at: losses.add_cost(session, key, form.note(), who, form.seen()),
        N_("The loss is added."),
    ),
    "withdraw": Taken(
        lambda session, key, form, who, at: decide.withdraw_case(
            session, key, form.why(), who, at, form.seen(), filed=form.filed.data
        ),
        N_("The demand is withdrawn."),
    ),
}


@bp.post(f"/<key>/<any({', '.join(DECISIONS)}):step>")
@access(Permission.CASE_DECIDE)
def decide_step(key: str, step: str) -> Any:
    """Take a step that headquarters decides."""
    return _take(key, step, DECISIONS[step])


@bp.post(f"/<key>/<any({', '.join(STEPS)}):step>")
@access(Permission.CASE_RECEIVE)
def seller_step(key: str, step: str) -> Any:
    """Take a step of the seller."""
    return _take(key, step, STEPS[step])


@bp.post(f"/<key>/<any({', '.join(SHARED)}):step>")
@access(Permission.CASE_RECEIVE, Permission.CASE_DECIDE)
def shared_step(key: str, step: str) -> Any:
    """Take a step of the seller or of headquarters."""
    return _take(key, step, SHARED[step])


@bp.post("/<key>/cost/<int:cost_id>/remove")
@access(Permission.CASE_RECEIVE, Permission.CASE_DECIDE)
def remove_cost(key: str, cost_id: int) -> Any:
    """Take a loss out again."""
    find_case(db_session(), key)  # what is not there for this person has no version either
    losses.remove_cost(db_session(), key, cost_id, actor(), seen_version(request.form.get("version")))
    return redirect(url_for("cases.case", key=key, _anchor="costs"))


def _take(key: str, step: str, taken: Taken) -> Any:
    """Take a step and show the case; what is wrong stands at its field, what was typed stays."""
    find_case(db_session(), key)  # what is not there for this person has no version either
    form = form_of(step)
    if form.validate_on_submit():
        try:
            taken.act(db_session(), key, form, actor(), now())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_(taken.told), "success")
            return redirect(url_for("cases.case", key=key, _anchor="costs" if step == "cost" else None))
    return show(key, 422, {step: form})
