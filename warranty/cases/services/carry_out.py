"""What follows a decision: the owner's losses, the answer, the other car or the money, the end of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from dealers.vehicles.services import Replacement, hand_over_replacement, take_back
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from portal.kernel.money import LIMIT, ZERO, total
from warranty.cases.models import CaseCost, GuaranteeCase
from warranty.cases.queries.cases import costs_of
from warranty.cases.rules.compensation import FITTING, KINDS, MOST_LIFE, Cost, owed
from warranty.cases.rules.decision import may_switch
from warranty.cases.rules.finding import finding_from
from warranty.cases.services.load import locked_case
from warranty.cases.words import FAULTS

WHAT_LENGTH, RECEIPT_LENGTH, INVOICE_LENGTH = 120, 40, 32
#: After the answer is given, what it says stays.
WRITABLE = "accepted"


@dataclass(frozen=True)
class CostNote:
    """A loss as it was typed: what, and what stands on its receipt."""

    what: str
    cost: Cost
    receipt: str = ""


def add_cost(session: Session, number: str, note: CostNote, actor: Actor, version: int | None = None) -> CaseCost:
    """Add a loss that the seller makes good (Art. 26); a fitting less its depreciation up to the demand."""
    require(actor, Permission.CASE_RECEIVE)
    case = locked_case(session, number, version, WRITABLE)
    faults = _cost_faults(note, case.received_on)
    if faults:
        raise DomainError(*faults)
    due, cost = owed(note.cost, case.received_on), note.cost
    fitting = cost.kind == FITTING
    row = CaseCost(
        dealer_id=case.dealer_id, case_id=case.id, kind=cost.kind, what=note.what.strip(), receipt=note.receipt.strip(),
        charged=cost.charged, fitted_on=cost.fitted_on if fitting else None,
        life_months=cost.life_months if fitting else None, used_months=due.used_months, amount=due.amount,
    )  # fmt: skip
    session.add(row)
    _add_up(session, case)
    return row


def remove_cost(session: Session, number: str, cost_id: int, actor: Actor, version: int | None = None) -> None:
    """Take a loss out again."""
    require(actor, Permission.CASE_RECEIVE)
    case = locked_case(session, number, version, WRITABLE)
    for row in costs_of(session, case.id):
        if row.id == cost_id:
            session.delete(row)
    _add_up(session, case)


def _add_up(session: Session, case: GuaranteeCase) -> None:
    session.flush()
    case.compensation = total(row.amount for row in costs_of(session, case.id))
    session.flush()


def _cost_faults(note: CostNote, received_on: date) -> list[Fault]:
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
        if cost.fitted_on is None or cost.fitted_on > received_on:
            faults.append(Fault(N_("Please enter the day it was fitted, before the demand."), "fitted_on"))
        if cost.life_months is None or not 1 <= cost.life_months <= MOST_LIFE:
            message = N_("A whole number from %(least)s to %(most)s.")
            faults.append(Fault(message, "life_months", {"least": 1, "most": MOST_LIFE}))
    return faults


def record_reply(
    session: Session, number: str, replied_on: date, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Record that the owner has the written answer (Art. 28); a refused case is over then."""
    case = locked_case(session, number, version, "accepted", "refused")
    decided_on = local_date(case.decided_at) if case.decided_at else case.received_on
    if replied_on > local_date(now):
        raise DomainError.at("replied_on", N_("This day is still to come."))
    if replied_on < decided_on:
        message = N_("It was decided on %(day)s; the answer cannot be earlier.")
        raise DomainError.at("replied_on", message, day=decided_on.isoformat())
    advance(session, case, "reply", actor, now)
    case.replied_on = replied_on
    session.flush()
    return case


def switch_to_return(
    session: Session, number: str, why: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Let the owner have the money instead of another car, where Art. 25 or 28 gives that right."""
    case = locked_case(session, number, version, "accepted", "replied")
    wrong = may_switch(case.choice, why, local_date(now), case.complete_by, owners_delay=case.owners_delay)
    if wrong is not None:
        raise DomainError.at("ground", FAULTS[wrong])
    advance(session, case, "switch_to_return", actor, now, reason=reason)
    case.choice = "return"
    session.flush()
    return case


def note_owners_delay(
    session: Session, number: str, reason: str, actor: Actor, version: int | None = None
) -> GuaranteeCase:
    """Note at headquarters that the owner is why the completion takes longer (Art. 28)."""
    require(actor, Permission.CASE_DECIDE)
    case = locked_case(session, number, version, "accepted", "replied")
    if not reason.strip():
        raise DomainError.at("reason", N_("Please give a reason."))
    case.owners_delay, case.owners_delay_reason = True, reason.strip()
    session.flush()
    return case


@dataclass(frozen=True)
class Completion:
    """How a case is completed: the day, and for another car its VIN, invoice and, another model, why no worse."""

    on: date
    new_vin: str = ""
    invoice_no: str = ""
    no_worse_because: str = ""


def complete_case(
    session: Session, number: str, done: Completion, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Take the car back and hand over the other one or the money; the certificate can be printed then."""
    case = locked_case(session, number, version, "replied")
    require(actor, Permission.CASE_RECEIVE)
    _check_day(case, done.on, local_date(now))
    old = session.get_one(Vehicle, case.vehicle_id)
    owner_id, use = old.owner_id, old.use
    if case.choice == "replace":
        new = _new_car(session, case, old, done)
        given = Replacement(done.invoice_no, done.on, case.price, owner_id, use, case.dealer_id)
        hand_over_replacement(session, new.id, given, now)
        case.new_vehicle_id, case.new_vin = new.id, new.vin
        case.no_worse_because = done.no_worse_because.strip() or None
    take_back(session, case.vehicle_id, _HOW[case.choice], _why(case), done.on, now)
    advance(session, case, "complete", actor, now)
    case.completed_on = done.on
    session.flush()
    return case


_HOW = {"replace": "replaced", "return": "returned"}


def _check_day(case: GuaranteeCase, on: date, today: date) -> None:
    if on > today:
        raise DomainError.at("completed_on", N_("This day is still to come."))
    if case.replied_on and on < case.replied_on:
        message = N_("The owner was answered on %(day)s; it cannot be completed earlier.")
        raise DomainError.at("completed_on", message, day=case.replied_on.isoformat())


def _new_car(session: Session, case: GuaranteeCase, old: Vehicle, done: Completion) -> Vehicle:
    """Return the car that is handed over: a new one, of the same model or said to be no worse (Art. 25)."""
    found = session.scalars(select(Vehicle).where(Vehicle.vin == clean_vin(done.new_vin))).first()
    faults = []
    if found is None:
        faults.append(Fault(N_("This car is not known."), "new_vin"))
    elif found.id == case.vehicle_id:
        faults.append(Fault(N_("This is the car that is taken back."), "new_vin"))
    elif found.model_id != old.model_id and not done.no_worse_because.strip():
        faults.append(Fault(N_("This is another model. Please say why it is no worse (Art. 25)."), "no_worse_because"))
    if not done.invoice_no.strip() or len(done.invoice_no.strip()) > INVOICE_LENGTH:
        faults.append(Fault(N_("Please enter the invoice number."), "invoice_no"))
    if faults or found is None:
        raise DomainError(*faults)
    return found


def _why(case: GuaranteeCase) -> str:
    """Return the reason that later buyers are told (Art. 33): in Chinese, as the paper says it."""
    said: Sequence[str] = [text.zh for text in finding_from(case.finding).reasons] if case.finding_accepted else ()
    return "".join(said) or case.decision_reason or case.statement


def withdraw_case(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """End a case because the owner took the demand back."""
    case = locked_case(session, number, version)
    advance(session, case, "withdraw", actor, now, reason=reason)
    session.flush()
    return case
