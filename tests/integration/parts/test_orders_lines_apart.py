"""Lines of one order and of one delivery are judged each for itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.services import cancel_order
from parts.catalogue.models import Part
from parts.orders.models import PartOrder
from parts.orders.queries.orders import delivery_page
from parts.orders.services import (
    Got,
    Promise,
    Receipt,
    Wanted,
    answer_delivery,
    close_order,
    draft_for_repair,
    draft_order,
    promise_lines,
    receive_delivery,
    save_order,
)
from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.network import make_actor
from tests.factories.orders import DESK, confirmed, lines, shipped
from tests.factories.stock import make_needy_order, make_part, stock_of
from tests.support.faults import told
from tests.support.figures import d

#: What is judged before anything is written is judged alike on every database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def other(session: Session) -> Part:
    """Another part, at 20.00 yuan."""
    return make_part(session, "BP200", "20.00")


def test_a_delivery_of_which_one_line_lacks_differs_whatever_came_whole(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, other: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "2", "BP200": "3"}, dealer)
    delivery = shipped(session, order.number, now)
    assert delivery.amount == d("220.00")  # 2 × 80.00 + 3 × 20.00
    whole, lacking = delivery_page(session, delivery.number).lines
    got = {whole.id: Got(bin="A"), lacking.id: Got(short=d("1"), bin="A")}
    with pytest.raises(DomainError) as silent:
        receive_delivery(session, delivery.number, Receipt(lines=got), clerk, now)
    assert set(told(silent)) == {"reason"}
    receive_delivery(session, delivery.number, Receipt(lines=got, reason="少一件"), clerk, now)
    assert delivery.state == "differing"
    assert stock_of(session, dealer.id, part) == (d("2"), d("160.00"))
    assert stock_of(session, dealer.id, other) == (d("2"), d("40.00"))
    answer_delivery(session, delivery.number, "credit", "少发", DESK, now)
    assert delivery.credit == d("20.00")
    assert [(line.delivered, line.received, line.cancelled) for line in lines(session, order.number)] == [
        (d("2"), d("2"), d("0")), (d("2"), d("2"), d("1")),
    ]  # fmt: skip


def test_what_leaves_of_one_line_leaves_the_others_owed(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, other: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "2", "BP200": "3"}, dealer)
    first = shipped(session, order.number, now, "2", "0")
    assert (order.state, first.amount) == ("partly_delivered", d("160.00"))
    assert [row.quantity for row in delivery_page(session, first.number).lines] == [d("2")]
    with pytest.raises(DomainError) as nothing:
        shipped(session, order.number, now, "0", "0")
    assert told(nothing) == {None: "Please write how much of at least one line leaves."}
    shipped(session, order.number, now, "0", "1")
    close_order(session, order.number, "停产", DESK, now)
    assert [line.cancelled for line in lines(session, order.number)] == [d("0"), d("2")]


def test_a_draft_is_saved_with_a_kind_that_there_is(session: Session, clerk: Actor, part: Part, now: datetime) -> None:
    order = draft_order(session, "stock", [Wanted("BP100", d("1"))], clerk, now)
    with pytest.raises(DomainError) as wish:
        save_order(session, order.number, "wish", [], "", clerk)
    assert told(wish) == {"kind": "Please choose from the list."}
    assert (order.kind, [line.quantity for line in lines(session, order.number)]) == ("stock", [d("1")])


def test_a_day_that_has_not_passed_is_promised(session: Session, dealer: Dealer, part: Part, now: datetime) -> None:
    order = confirmed(session, now, {"BP100": "2"}, dealer)
    (line,) = lines(session, order.number)
    for day in (date(2026, 11, 20), date(2026, 11, 21)):  # today, tomorrow
        promise_lines(session, order.number, {line.id: Promise(day)}, DESK, now)
        assert line.promised_on == day
    after = now + timedelta(days=2)
    promise_lines(session, order.number, {line.id: Promise(date(2026, 11, 21))}, DESK, after)  # it stands already
    with pytest.raises(DomainError) as past:
        promise_lines(session, order.number, {line.id: Promise(date(2026, 11, 20))}, DESK, after)
    assert told(past) == {f"line-{line.id}-promised_on": "A day that has passed cannot be promised."}


def test_nothing_is_ordered_for_a_repair_that_is_over(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now, part)
    cancel_order(session, repair.id, "客户取消", make_actor(session, "service_manager", dealer), now)
    with pytest.raises(ConflictError) as over:
        draft_for_repair(session, repair.number, clerk, now)
    assert told(over) == {None: "This order is not open: no parts are ordered for it."}
    assert session.scalar(select(func.count()).select_from(PartOrder)) == 0
