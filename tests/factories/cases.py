"""Replacement and return cases, as tests need them: deterministic, given a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.rules import Extras
from dealers.service.services import complete_order
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from tests.factories.network import make_actor
from tests.factories.service import make_repair_order
from tests.factories.vehicles import make_vehicle
from warranty.cases.models import GuaranteeCase
from warranty.cases.services import carry_out, decide
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.receive import DemandNote, receive_demand


def make_lemon(session: Session, now: datetime, dealer: Dealer, days: int = 35, ago: int = 60) -> Vehicle:
    """Store a car that the dealer sold and once kept for so many days: beyond thirty its owner may have another."""
    car = make_vehicle(session, dealer=dealer)
    advisor = make_actor(session, "service_advisor", dealer)
    done = make_repair_order(
        session, now, actor=advisor, car=car, completed=False, extras=Extras(substitute="agreed"), odometer_km=8_000,
        received_at=now - timedelta(days=ago), promised_at=now - timedelta(days=ago - 1),
    )  # fmt: skip
    complete_order(session, done.id, advisor, now, completed_at=now - timedelta(days=ago - days))
    return car


def make_note(now: datetime, **values: Any) -> DemandNote:
    """Return a demand for the money back, made today at 10,000 km."""
    given: dict[str, Any] = {
        "received_on": local_date(now), "choice": "return", "odometer_km": 10_000, "consumer": "王小明",
        "phone": "13800001111", "statement": "修了一个多月还是漏水，要求退车", "invoice_shown": True,
        "certificate_shown": True,
    }  # fmt: skip
    return DemandNote(**{**given, **values})


def make_case(
    session: Session, now: datetime, car: Vehicle, actor: Actor | None = None, **values: Any
) -> GuaranteeCase:
    """Store a demand about a car, as headquarters records it unless an actor is named."""
    return receive_demand(session, car.vin, make_note(now, **values), actor or Actor.system("客户中心"), now)


@dataclass(frozen=True)
class People:
    """The seller's manager, and the two roles of headquarters that decide cases."""

    manager: Actor
    senior: Actor
    centre: Actor


def make_people(session: Session, dealer: Dealer) -> People:
    """Store who works on a case."""
    manager = make_actor(session, "service_manager", dealer)
    return People(manager, make_actor(session, "senior_auditor"), make_actor(session, "customer_centre"))


def make_accepted(
    session: Session, now: datetime, car: Vehicle, people: People, decision: CaseDecision | None = None, **values: Any
) -> GuaranteeCase:
    """Store a case that headquarters accepted."""
    case = make_case(session, now, car, **values)
    return decide.decide_case(session, case.number, decision or CaseDecision("accept"), people.senior, now)


def make_replied(session: Session, now: datetime, car: Vehicle, people: People, **values: Any) -> GuaranteeCase:
    """Store a case whose owner has the answer, and waits for the money or, by ``choice``, the other car."""
    case = make_accepted(session, now, car, people, **values)
    return carry_out.record_reply(session, case.number, local_date(now), people.manager, now)


def make_new_car(session: Session, **values: Any) -> Vehicle:
    """Store a car that nobody sold yet."""
    unsold: dict[str, Any] = dict.fromkeys(
        ("invoiced_on", "delivered_on", "price", "owner_id", "owner_since", "invoice_no", "plate", "selling_dealer_id")
    )
    return make_vehicle(session, **{**unsold, "produced_on": date(2026, 10, 1), **values})
