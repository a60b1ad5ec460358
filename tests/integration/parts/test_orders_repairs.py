"""Repairs that wait for parts, and two people at once."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.services import complete_order
from dealers.vehicles.ports import watch
from parts.catalogue.models import Part
from parts.orders.queries.orders import delivery_page
from parts.orders.queries.supply import repair_supply, waits
from parts.orders.services import (
    Got,
    Receipt,
    Shipment,
    confirm_order,
    deliver,
    draft_for_repair,
    receive_delivery,
    submit_order,
)
from parts.stock.queries.check import differences
from parts.stock.services import issue_scanned
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.states import StateError
from tests.factories.network import act_as, make_actor
from tests.factories.orders import DESK, confirmed, lines, received_into, shipped
from tests.factories.service import open_repair
from tests.factories.stock import make_clerk, make_needy_order, make_part, stock_of
from tests.support.at_once import both_at_once
from tests.support.figures import d
from warranty.guarantee.models import CarWatch


@pytest.fixture
def waiting(session: Session, dealer: Dealer, now: datetime) -> tuple[RepairOrder, Part]:
    """A repair that was opened ten days ago and needs two of a special part that nobody has."""
    harness = make_part(session, "HARNESS", "900.00", special=True, name_zh="全车主线束")
    advisor = act_as(session, make_actor(session, "service_advisor", dealer))
    key = open_repair(session, advisor, now - timedelta(days=10), received_at=now - timedelta(days=10))
    act_as(session, Actor.system("test"))
    order = session.get_one(RepairOrder, key)
    needy = make_needy_order(session, dealer.id, now, harness)
    line = needy.jobs[0].parts[0]
    line.job_id = session.scalars(select(RepairOrder).where(RepairOrder.id == key)).one().jobs[0].id
    session.flush()
    session.expire_all()
    return order, harness


def test_a_repair_that_waits_shows_it_and_its_days_run_on(
    session: Session, dealer: Dealer, clerk: Actor, waiting: tuple[RepairOrder, Part], now: datetime
) -> None:
    repair, harness = waiting
    assert repair_supply(session, repair.number, local_date(now)).missing == {harness.id: d("2")}
    order = draft_for_repair(session, repair.number, clerk, now - timedelta(days=9))
    assert draft_for_repair(session, repair.number, clerk, now).number == order.number
    assert (order.kind, order.repair_order_id, repair_supply(session, repair.number, local_date(now)).missing) == (
        "urgent",
        repair.id,
        {},
    )
    assert not session.scalar(select(waits(repair.id)))
    submit_order(session, order.number, clerk, now - timedelta(days=9))
    assert session.scalar(select(waits(repair.id)))
    watch().car_changed(session, repair.vehicle_id, now)  # as the night does
    watched = session.scalars(select(CarWatch).where(CarWatch.vehicle_id == repair.vehicle_id)).one()
    assert (watched.open_visit, watched.repair_days) == (True, 10)  # its days run on while it waits
    sent_at = now - timedelta(days=4)
    confirm_order(session, order.number, {}, DESK, now - timedelta(days=9))
    delivery = shipped(session, order.number, sent_at)
    arrived = received_into("A", session, delivery, arrived_at=sent_at + timedelta(days=3, hours=1))
    receive_delivery(session, delivery.number, arrived, clerk, now)
    assert not session.scalar(select(waits(repair.id)))
    session.expire_all()
    assert repair.special_transport_hours == d("73.00")
    watched = session.scalars(select(CarWatch).where(CarWatch.vehicle_id == repair.vehicle_id)).one()
    assert watched.repair_days == 7  # ten days, less 73 hours on the way: 6 days 23 hours, begun days count
    issue_scanned(session, repair.number, "HARNESS", clerk, now)
    assert repair_supply(session, repair.number, local_date(now)).missing == {}


def test_parts_that_are_not_special_take_no_hours_off(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now - timedelta(days=3), part)
    order = confirmed(
        session, now - timedelta(days=2), {"BP100": "2"}, dealer, kind="urgent", repair_order_id=repair.id
    )
    delivery = shipped(session, order.number, now - timedelta(days=1))
    receive_delivery(session, delivery.number, received_into("A", session, delivery, arrived_at=now), clerk, now)
    assert session.get_one(RepairOrder, repair.id).special_transport_hours == 0


@pytest.mark.parametrize(("short", "damaged", "hours"), [("2", "0", "0"), ("1", "1", "0"), ("1", "0", "24.00")])
def test_what_did_not_arrive_takes_no_hours_off(
    session: Session, dealer: Dealer, clerk: Actor, now: datetime, short: str, damaged: str, hours: str
) -> None:
    special = make_part(session, "LOCK", special=True)
    repair = make_needy_order(session, dealer.id, now - timedelta(days=3), special)
    order = confirmed(session, now - timedelta(days=2), {"LOCK": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now - timedelta(days=1))
    (row,) = delivery_page(session, delivery.number).lines
    got = {row.id: Got(d(short), d(damaged), "A")}
    receive_delivery(session, delivery.number, Receipt(now, got, "少件"), clerk, now)
    session.expire_all()
    assert session.get_one(RepairOrder, repair.id).special_transport_hours == d(hours)


def test_a_car_that_went_home_gets_no_hours(session: Session, dealer: Dealer, clerk: Actor, now: datetime) -> None:
    special = make_part(session, "LOCK", special=True)
    repair = make_needy_order(session, dealer.id, now - timedelta(days=3), special)
    job = repair.jobs[0]
    job.cause, job.correction, job.component, job.payer = "x", "y", "body", "customer"
    order = confirmed(session, now - timedelta(days=2), {"LOCK": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now - timedelta(days=1))
    manager = make_actor(session, "service_manager", dealer)
    complete_order(session, repair.id, manager, now - timedelta(hours=20))
    receive_delivery(session, delivery.number, received_into("A", session, delivery, arrived_at=now), clerk, now)
    assert session.get_one(RepairOrder, repair.id).special_transport_hours == 0


def test_a_delivery_is_signed_for_once(app: Flask, session: Session, dealer: Dealer, part: Part, now: datetime) -> None:
    clerks = (make_clerk(session, dealer), make_clerk(session, dealer))
    delivery = shipped(session, confirmed(session, now, {"BP100": "2"}, dealer).number, now)
    number, receipt = delivery.number, received_into("A", session, delivery)
    session.commit()

    def sign(s: Session, who: Actor) -> str:
        state = receive_delivery(s, number, receipt, who, now).state
        time.sleep(0.3)
        return state

    outcomes = both_at_once(app, clerks, sign)
    assert outcomes.count("received") == 1
    assert isinstance(next(one for one in outcomes if one != "received"), StateError)
    session.expire_all()
    assert stock_of(session, dealer.id, part)[0] == d("2")
    assert differences(session) == []


def test_no_more_is_delivered_than_is_owed_at_the_same_moment(
    app: Flask, session: Session, dealer: Dealer, part: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "3"}, dealer)
    number, key = order.number, lines(session, order.number)[0].id
    session.commit()

    def ship(s: Session, who: Actor) -> str:
        done = deliver(s, number, Shipment("顺丰", "", now, {key: d("2")}), who, now).state
        time.sleep(0.3)
        return done

    outcomes = both_at_once(app, (DESK, DESK), ship)
    assert outcomes.count("shipped") == 1
    assert isinstance(next(one for one in outcomes if one != "shipped"), DomainError)
