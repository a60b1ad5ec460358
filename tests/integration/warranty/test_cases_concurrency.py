"""Cases in two transactions at once, on a database that locks rows: what was read before a lock is read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dealers.customers.services import Person, find_or_add
from dealers.vehicles.models import OdometerReading, Vehicle
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.cases import make_case, make_lemon, make_new_car, make_note, make_people, make_replied
from tests.factories.network import make_actor, make_dealer
from tests.support.at_once import both_at_once, in_a_transaction
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import demanded_car
from warranty.cases.services import carry_out, decide
from warranty.cases.services.carry_out import Completion
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.receive import receive_demand

pytestmark = pytest.mark.databases("postgresql")


def while_held(
    app: Flask, session: Session, actor: Actor, first: Callable[[], Any], then: Callable[[Session], Any]
) -> Any:
    """Do the first in the test's session, begin the second, commit once that one waits; return what came of it."""
    first()
    session.flush()
    came: list[Any] = []
    thread = Thread(target=lambda: came.append(in_a_transaction(app, actor, then)))
    thread.start()
    waits = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    for _ in range(200):
        thread.join(timeout=0.05)
        with db.engine.connect() as looking:
            if not thread.is_alive() or looking.scalar(waits):
                break
    session.commit()
    thread.join(timeout=30)
    return came[0]


def test_the_other_car_goes_to_who_owns_the_old_one_behind_the_lock(
    app: Flask, session: Session, now: datetime
) -> None:
    people = make_people(session, dealer := make_dealer(session))
    car = make_lemon(session, now, dealer)
    new = make_new_car(session)
    number = make_replied(session, now, car, people, choice="replace").number
    heir = find_or_add(session, Person("王继承", "13900009999"))
    session.commit()
    heir_id, vin, new_id = heir.id, new.vin, new.id

    def inherit() -> None:
        car.owner_id, car.use = heir_id, "rental"

    def complete(own: Session) -> str:
        return carry_out.complete_case(own, number, Completion(local_date(now), vin, "1"), people.manager, now).state

    assert while_held(app, session, people.manager, inherit, complete) == "completed"
    session.expire_all()
    assert (session.get_one(Vehicle, new_id).owner_id, session.get_one(Vehicle, new_id).use) == (heir_id, "rental")


def test_a_demand_reads_the_car_again_behind_the_lock(app: Flask, session: Session, now: datetime) -> None:
    people = make_people(session, dealer := make_dealer(session))
    car = make_lemon(session, now, dealer)
    session.commit()
    vin = car.vin

    def take_back() -> None:
        car.taken_back, car.taken_back_on, car.taken_back_reason = "returned", date(2026, 11, 1), "协商"

    def receive(own: Session) -> str:
        shown = demanded_car(own, vin, people.manager)  # the page keeps the car as it was
        number = receive_demand(own, vin, make_note(now), people.manager, now).number
        return f"{number} {shown.vehicle.vin}"

    came = while_held(app, session, people.manager, take_back, receive)
    assert isinstance(came, DomainError)
    assert "taken back already" in came.faults[0].message


def test_of_two_demands_at_once_one_is_a_case(app: Flask, session: Session, now: datetime) -> None:
    people = make_people(session, dealer := make_dealer(session))
    vin = make_lemon(session, now, dealer).vin
    session.commit()
    actors = (people.manager, people.manager)
    came = both_at_once(app, actors, lambda own, who: receive_demand(own, vin, make_note(now), who, now).number)
    (lost,) = [one for one in came if isinstance(one, Exception)]
    assert isinstance(lost, DomainError)
    assert "still open" in lost.faults[0].message
    assert session.scalar(select(func.count()).select_from(GuaranteeCase)) == 1
    assert session.scalars(select(OdometerReading.source).order_by(OdometerReading.id.desc())).first() == "demand"


def test_of_two_people_who_decide_at_once_one_wins(app: Flask, session: Session, now: datetime) -> None:
    case = make_case(session, now, make_lemon(session, now, make_dealer(session)))
    number, seen = case.number, case.row_version
    actors = (make_actor(session, "senior_auditor"), make_actor(session, "customer_centre"))
    session.commit()
    decision = CaseDecision("accept")
    came = both_at_once(
        app, actors, lambda own, who: decide.decide_case(own, number, decision, who, now, seen).decided_by
    )
    (lost,) = [one for one in came if isinstance(one, Exception)]
    assert isinstance(lost, ConflictError)
    (winner,) = [one for one in came if isinstance(one, str)]
    assert session.scalars(select(GuaranteeCase.decided_by)).one() == winner
