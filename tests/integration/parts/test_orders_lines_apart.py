"""Lines of one order and of one delivery are judged each for itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.services import cancel_order
from parts.catalogue.models import Part
from parts.orders.models import PartOrder
from parts.orders.queries.orders import delivery_page
from parts.orders.services import (
    Got,
    Promise,
    Receipt,
    Shipment,
    Wanted,
    answer_delivery,
    close_order,
    deliver,
    draft,
    draft_for_repair,
    draft_order,
    promise_lines,
    receive_delivery,
    save_order,
)
from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.network import make_actor
from tests.factories.orders import DESK, confirmed, lines, received_into, shipped
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


def test_an_order_has_so_many_lines_and_no_more(
    session: Session, clerk: Actor, part: Part, other: Part, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draft.MOST_LINES == 200
    monkeypatch.setattr(draft, "MOST_LINES", 2)
    make_part(session, "BP300")
    two = [Wanted("BP100", d("1")), Wanted("BP200", d("1"))]
    assert len(lines(session, draft_order(session, "stock", two, clerk, now).number)) == 2
    with pytest.raises(DomainError):
        draft_order(session, "stock", [*two, Wanted("BP300", d("1"))], clerk, now)


def test_what_leaves_without_a_moment_leaves_now(session: Session, dealer: Dealer, part: Part, now: datetime) -> None:
    order = confirmed(session, now - timedelta(days=1), {"BP100": "2"}, dealer)
    (line,) = lines(session, order.number)
    sent = deliver(session, order.number, Shipment(" 顺丰速运 ", quantities={line.id: d("2")}), DESK, now)
    assert (sent.shipped_at, sent.carrier, sent.waybill) == (now, "顺丰速运", "")


def test_a_note_and_a_quantity_are_within_what_is_kept(
    session: Session, clerk: Actor, part: Part, now: datetime
) -> None:
    with pytest.raises(DomainError) as long:
        draft_order(session, "stock", [], clerk, now, note="急" * 501)
    assert told(long) == {"note": "At most 500 characters."}
    for wrong in ("0", "-1", "10000.00"):
        with pytest.raises(DomainError) as much:
            draft_order(session, "stock", [Wanted("BP100", d(wrong), "line-0")], clerk, now)
        assert told(much) == {"line-0-quantity": "From 0.01 to 9,999.99, please."}
    order = draft_order(session, "stock", [Wanted("BP100", d("9999.99"))], clerk, now, note="急" * 500)
    assert (order.note, [line.quantity for line in lines(session, order.number)]) == ("急" * 500, [d("9999.99")])


def test_an_ordinary_part_leaves_the_hours_that_were_typed_for_special_ones(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    """Art. 24 takes the transport of special parts out of the days of repair; brake pads say nothing of it."""
    repair = make_needy_order(session, dealer.id, now - timedelta(days=3), part)
    repair.special_transport_hours = d("48.00")
    order = confirmed(
        session, now - timedelta(days=2), {"BP100": "2"}, dealer, kind="urgent", repair_order_id=repair.id
    )
    delivery = shipped(session, order.number, now - timedelta(days=1))
    receive_delivery(session, delivery.number, received_into("A", session, delivery), clerk, now)
    assert session.get_one(RepairOrder, repair.id).special_transport_hours == d("48.00")


@pytest.mark.parametrize(("carrier", "waybill", "faults"), [(80, 40, set()), (81, 41, {"carrier", "waybill"})])
def test_a_carrier_and_a_waybill_are_within_what_is_kept(
    session: Session, dealer: Dealer, part: Part, now: datetime, carrier: int, waybill: int, faults: set[str]
) -> None:
    order = confirmed(session, now, {"BP100": "2"}, dealer)
    (line,) = lines(session, order.number)
    shipment = Shipment("运" * carrier, "1" * waybill, now, {line.id: d("1")})
    if faults:
        with pytest.raises(DomainError) as long:
            deliver(session, order.number, shipment, DESK, now)
        assert set(told(long)) == faults
    else:
        assert len(deliver(session, order.number, shipment, DESK, now).carrier) == carrier
