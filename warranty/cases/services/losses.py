"""The owner's losses that the seller makes good (Art. 26): written by the seller, in doubt by headquarters."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.money import LIMIT, ZERO, total
from warranty.cases.models import CaseCost, GuaranteeCase
from warranty.cases.queries.cases import costs_of
from warranty.cases.rules.compensation import FITTING, KINDS, MOST_LIFE, USUAL_LIFE, Cost, owed
from warranty.cases.services.load import locked_case

WHAT_LENGTH, RECEIPT_LENGTH, REASON_LENGTH = 120, 40, 500


@dataclass(frozen=True)
class CostNote:
    """A loss as it was typed: what, and what stands on its receipt; why it departs from what is usual."""

    what: str
    cost: Cost
    receipt: str = ""
    reason: str = ""


def add_cost(session: Session, number: str, note: CostNote, actor: Actor, version: int | None = None) -> CaseCost:
    """Add a loss; a fitting less its depreciation up to the demand.

    Only headquarters, with a reason, lets a fitting lose its value sooner than is usual, or adds a
    loss once the owner has the answer.
    """
    _may_write(actor)
    case = locked_case(session, number, version, "accepted", "replied")
    if case.state == "replied":
        require(actor, Permission.CASE_DECIDE)
    faults = [*_cost_faults(note, case), *_departure_faults(note, case, actor)]
    if faults:
        raise DomainError(*faults)
    due, cost = owed(note.cost, case.received_on), note.cost
    fitting = cost.kind == FITTING
    row = CaseCost(
        dealer_id=case.dealer_id, case_id=case.id, kind=cost.kind, what=note.what.strip(), receipt=note.receipt.strip(),
        charged=cost.charged, fitted_on=cost.fitted_on if fitting else None,
        life_months=cost.life_months if fitting else None, used_months=due.used_months, amount=due.amount,
        reason=note.reason.strip(),
    )  # fmt: skip
    session.add(row)
    _add_up(session, case)
    return row


def remove_cost(session: Session, number: str, cost_id: int, actor: Actor, version: int | None = None) -> None:
    """Take a loss out again, as long as the owner has no answer."""
    _may_write(actor)
    case = locked_case(session, number, version, "accepted")
    for row in costs_of(session, case.id):
        if row.id == cost_id:
            session.delete(row)
    _add_up(session, case)


def _may_write(actor: Actor) -> None:
    if not actor.may(Permission.CASE_DECIDE):
        require(actor, Permission.CASE_RECEIVE)


def _add_up(session: Session, case: GuaranteeCase) -> None:
    session.flush()
    case.compensation = total(row.amount for row in costs_of(session, case.id))
    session.flush()


def _departure_faults(note: CostNote, case: GuaranteeCase, actor: Actor) -> list[Fault]:
    short = note.cost.kind == FITTING and (note.cost.life_months or USUAL_LIFE) < USUAL_LIFE
    if short and not actor.may(Permission.CASE_DECIDE):
        message = N_("Only headquarters enters a useful life below %(usual)s months.")
        return [Fault(message, "life_months", {"usual": USUAL_LIFE})]
    if (short or case.state == "replied") and not note.reason.strip():
        return [Fault(N_("Please give a reason."), "reason")]
    if len(note.reason) > REASON_LENGTH:
        return [Fault(N_("At most %(limit)s characters."), "reason", {"limit": REASON_LENGTH})]
    return []


def _cost_faults(note: CostNote, case: GuaranteeCase) -> list[Fault]:
    faults, cost = [], note.cost
    if cost.kind not in KINDS:
        faults.append(Fault(N_("Please choose from the list."), "kind"))
    if not note.what.strip() or len(note.what) > WHAT_LENGTH:
        faults.append(Fault(N_("Please say what it was, in at most %(limit)s characters."), "what",
                            {"limit": WHAT_LENGTH}))  # fmt: skip
    if len(note.receipt) > RECEIPT_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "receipt", {"limit": RECEIPT_LENGTH}))
    if not ZERO < cost.charged <= LIMIT:
        faults.append(Fault(N_("The amount must be more than nothing."), "charged"))
    if cost.kind == FITTING:
        if cost.fitted_on is None or cost.fitted_on > case.received_on:
            faults.append(Fault(N_("Please enter the day it was fitted, before the demand."), "fitted_on"))
        if cost.life_months is None or not 1 <= cost.life_months <= MOST_LIFE:
            message = N_("A whole number from %(least)s to %(most)s.")
            faults.append(Fault(message, "life_months", {"least": 1, "most": MOST_LIFE}))
    return faults
