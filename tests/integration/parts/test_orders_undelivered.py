"""Repairs for which headquarters does not deliver what was ordered: not told as complete, and work of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.catalogue.models import Part
from parts.orders.lists import ORDERS
from parts.orders.models import PartOrder
from parts.orders.queries.orders import delivery_page
from parts.orders.queries.supply import arrived, repair_supply, waits
from parts.orders.queries.undelivered import undelivered
from parts.orders.services import (
    Got,
    Receipt,
    answer_delivery,
    close_order,
    receive_delivery,
    refuse_order,
    withdraw_order,
)
from parts.stock.queries.issues import order_needs
from parts.stock.services import Portion, issue_parts, issue_scanned
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from tests.factories.network import make_dealer, make_user
from tests.factories.orders import DESK, confirmed, received_into, shipped, submitted
from tests.factories.stock import make_needy_order, make_part, make_stock
from tests.support.figures import d

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def repair(session: Session, dealer: Dealer, part: Part, now: datetime) -> RepairOrder:
    """A repair that needs two of BP100."""
    return make_needy_order(session, dealer.id, now, part)


def stands(session: Session, repair: RepairOrder) -> tuple[bool | None, bool | None, bool | None]:
    """Return whether a repair waits, lacks what is not delivered, has all that was ordered."""
    session.flush()
    return (
        session.scalar(select(waits(repair.id))), session.scalar(select(undelivered(repair.id))),
        session.scalar(select(arrived(repair.id))),
    )  # fmt: skip


def told(session: Session, repair: RepairOrder, now: datetime) -> list[tuple[str, str, Decimal]]:
    """Return what its page says of it: order, part, how many."""
    found = repair_supply(session, repair.number, local_date(now)).undelivered
    return [(row.number, row.part, quantity) for row, quantity in found]


def half_closed(session: Session, repair: RepairOrder, dealer: Dealer, clerk: Actor, now: datetime) -> PartOrder:
    """Order two for a repair: one comes, the other is closed as discontinued."""
    order = confirmed(session, now, {"BP100": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now, "1")
    receive_delivery(session, delivery.number, received_into("A-01", session, delivery), clerk, now)
    return close_order(session, order.number, "停产", DESK, now)


def test_what_headquarters_closed_has_not_come(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    order = half_closed(session, repair, dealer, clerk, now)
    assert stands(session, repair) == (False, True, False)
    assert told(session, repair, now) == [(order.number, "BP100", d("1"))]
    (need,) = order_needs(session, repair.number).needs
    issue_parts(session, repair.number, [Portion(need.key, d("1"), "A-01")], clerk, now)
    assert stands(session, repair) == (False, True, False)  # one is in the car, one is lacking


def test_what_is_ordered_anew_waits_and_then_has_come(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    anew = confirmed(session, now, {"BP100": "1"}, dealer, kind="urgent", repair_order_id=repair.id)
    assert stands(session, repair) == (True, False, False)
    delivery = shipped(session, anew.number, now)
    receive_delivery(session, delivery.number, received_into("A-01", session, delivery), clerk, now)
    assert stands(session, repair) == (False, False, True)
    assert told(session, repair, now) == []


def test_what_is_refused_again_is_lacking_once(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    anew = submitted(session, now, {"BP100": "1"}, dealer, kind="urgent", repair_order_id=repair.id)
    refuse_order(session, anew.number, "停产", DESK, now)
    assert told(session, repair, now) == [(anew.number, "BP100", d("1"))]


def test_what_was_credited_has_not_come(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now)
    (row,) = delivery_page(session, delivery.number).lines
    receive_delivery(session, delivery.number, Receipt(None, {row.id: Got(d("1"), d("0"), "A")}, "少件"), clerk, now)
    assert stands(session, repair) == (True, False, False)
    answer_delivery(session, delivery.number, "credit", "库存已清", DESK, now)
    assert stands(session, repair) == (False, True, False)
    assert told(session, repair, now) == [(order.number, "BP100", d("1"))]


def test_what_the_station_took_back_is_not_headquarters_doing(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    order = submitted(session, now, {"BP100": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    withdraw_order(session, order.number, "另购", clerk, now)
    assert stands(session, repair) == (False, False, False)


def test_parts_found_elsewhere_or_no_longer_needed_are_not_lacking(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, part: Part, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    make_stock(session, clerk, part, now, "1")
    assert stands(session, repair) == (False, False, True)
    issue_scanned(session, repair.number, "BP100", clerk, now)
    assert stands(session, repair) == (False, False, True)


def test_a_part_that_no_line_names_is_lacking_until_something_is_ordered_anew(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime
) -> None:
    make_part(session, "OTHER")
    wanted = {"BP100": "2", "OTHER": "1"}
    order = confirmed(session, now, wanted, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now, "2", "0")
    receive_delivery(session, delivery.number, received_into("A-01", session, delivery), clerk, now)
    close_order(session, order.number, "停产", DESK, now)
    assert stands(session, repair) == (False, True, False)
    assert told(session, repair, now) == [(order.number, "OTHER", d("1"))]
    make_part(session, "ELSE")
    submitted(session, now, {"ELSE": "1"}, dealer, kind="urgent", repair_order_id=repair.id)
    assert stands(session, repair) == (True, False, False)


def test_a_line_that_was_changed_to_the_replacement_asks_for_that(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, part: Part, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    new = make_part(session, "BP100-B")
    part.superseded_by = new.number
    line = repair.jobs[0].parts[0]
    line.part_number, line.name = new.number, new.name_zh
    make_stock(session, clerk, new, now, "2")
    assert stands(session, repair) == (False, False, True)


def test_another_stations_repair_is_not_touched(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, part: Part, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    other = make_needy_order(session, make_dealer(session).id, now, part)
    assert stands(session, other) == (False, False, False)


def test_the_list_of_orders_for_which_a_repair_waits_names_these_alone(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, part: Part, now: datetime
) -> None:
    half_closed(session, repair, dealer, clerk, now)
    other = make_needy_order(session, dealer.id, now, part)
    waiting = confirmed(session, now, {"BP100": "2"}, dealer, kind="urgent", repair_order_id=other.id)
    session.flush()
    (stand,) = (one for one in ORDERS.filters if one.key == "stands")
    assert [row.number for row in session.execute(stand.apply(ORDERS.statement(), "waits"))] == [waiting.number]


def test_panel_list_and_work_say_it_and_lead_to_the_order(
    session: Session, dealer: Dealer, clerk: Actor, repair: RepairOrder, now: datetime, sign_in: SignIn
) -> None:
    order = half_closed(session, repair, dealer, clerk, now)
    number, ordered = repair.number, order.number
    advisor = make_user(session, "service_advisor", dealer)
    session.commit()
    counter = sign_in(advisor)
    panel = counter.get(f"/part-orders/repair/{number}/panel").text
    assert re.search(r"总部不再供应 BP100 1 件", panel)
    assert f'href="/part-orders/{ordered}"' in panel
    assert number in counter.get("/service/?waits=undelivered").text
    assert number not in counter.get("/service/?waits=arrived").text
    assert number not in counter.get("/service/?waits=waiting").text
    home = counter.get("/").text
    assert re.search(r">1</span>\s*<span[^>]*>总部不再供货的维修工单", home)
    assert not re.search(r">1</span>\s*<span[^>]*>配件已到齐的维修工单", home)
