"""What follows a decision: the answer, the other car or the money, the end of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.services import Person, find_or_add
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from dealers.vehicles.services import Replacement, hand_over_replacement, locked_car, take_back
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import in_a_shop
from warranty.cases.queries.papers import CERTIFICATE, REPLY, SUPPLEMENT, Switched, kept_paper
from warranty.cases.rules.articles import articles_of
from warranty.cases.rules.decision import may_switch
from warranty.cases.rules.finding import finding_from
from warranty.cases.services.load import locked_case
from warranty.cases.words import FAULTS

INVOICE_LENGTH = 32


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
    _give(session, case, REPLY, now)
    return case


def switch_to_return(
    session: Session, number: str, why: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Let the owner have the money instead of another car, where the order gives that right.

    An owner who has the reply gets a supplement to it.
    """
    case = locked_case(session, number, version, "accepted", "replied")
    finding = finding_from(case.finding)
    gives = articles_of(finding.order, finding.order_name)
    wrong = may_switch(case.choice, why, gives, local_date(now), case.complete_by)
    if wrong is not None:
        raise DomainError.at("ground", FAULTS[wrong])
    advance(session, case, "switch_to_return", actor, now, reason=reason)
    case.choice = "return"
    if case.state == "replied":
        _give(session, case, SUPPLEMENT, now, Switched(local_date(now), why, reason.strip()))
    session.flush()
    return case


def _give(session: Session, case: GuaranteeCase, kind: str, now: datetime, switched: Switched | None = None) -> None:
    """Keep a paper word for word: the owner has it from now on."""
    session.flush()
    case.given = {**case.given, kind: kept_paper(session, case, now, switched)}
    session.flush()


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
    old = locked_car(session, case.vehicle_id)
    _check_day(case, done.on, old.owner_since, local_date(now))
    if in_a_shop(session, old.id):
        message = N_("The car is still in a shop: its repair order has to be completed or cancelled first.")
        raise DomainError.at(None, message)
    if case.choice == "replace":
        new = _new_car(session, case, old, done)
        owner_id = old.owner_id or find_or_add(session, Person(case.consumer, case.phone)).id
        given = Replacement(done.invoice_no, done.on, case.price, owner_id, old.use, case.dealer_id)
        hand_over_replacement(session, new.id, given, now)
        case.new_vehicle_id, case.new_vin = new.id, new.vin
        case.no_worse_because = done.no_worse_because.strip() or None
    take_back(session, case.vehicle_id, _HOW[case.choice], _why(case), done.on, now)
    advance(session, case, "complete", actor, now)
    case.completed_on = done.on
    _give(session, case, CERTIFICATE, now)
    return case


_HOW = {"replace": "replaced", "return": "returned"}


def _check_day(case: GuaranteeCase, on: date, owner_since: date | None, today: date) -> None:
    if on > today:
        raise DomainError.at("completed_on", N_("This day is still to come."))
    if case.replied_on and on < case.replied_on:
        message = N_("The owner was answered on %(day)s; it cannot be completed earlier.")
        raise DomainError.at("completed_on", message, day=case.replied_on.isoformat())
    if owner_since and on < owner_since:
        message = N_("The present owner has had the car since %(since)s; it cannot be completed earlier.")
        raise DomainError.at("completed_on", message, since=owner_since.isoformat())


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
