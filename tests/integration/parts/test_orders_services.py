from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.network.services import step_dealer
from parts.catalogue.models import Part, PartPrice
from parts.orders.models import PartDelivery, PartOrder
from parts.orders.queries.orders import delivery_page, order_page
from parts.orders.queries.proposals import proposals
from parts.orders.queries.supply import coming
from parts.orders.rules import NOTHING
from parts.orders.services import (
    Got,
    Promise,
    Receipt,
    Shipment,
    Wanted,
    answer_delivery,
    close_order,
    confirm_order,
    deliver,
    draft_from_proposals,
    draft_order,
    enter_invoice,
    promise_lines,
    receive_delivery,
    refuse_order,
    save_order,
    submit_order,
    withdraw_order,
)
from parts.stock.models import StockDocument
from parts.stock.queries.check import differences
from parts.stock.queries.parts import dealer_prices
from parts.stock.services import Limits, send_parts, set_limits
from parts.stock.services import Line as StockLine
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.states import StateError
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.orders import DESK, confirmed, lines, received_into, shipped, submitted
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d


def test_an_order_is_drafted_mended_and_submitted_at_the_prices_of_the_day(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    other = make_part(session, "BP200", "20.00")
    session.add(PartPrice(part_id=other.id, valid_from=date(2026, 11, 21), dealer=d("25.00"), warranty=d("30.00"),
                          retail=d("40.00")))  # fmt: skip
    order = draft_order(session, "stock", [Wanted("bp100", d("2")), Wanted("BP100", d("1"))], clerk, now)
    assert order.number == f"PO-{dealer.code}-202611-0001"
    assert [line.quantity for line in lines(session, order.number)] == [d("3")]
    save_order(session, order.number, "urgent", [Wanted("BP200", d("4")), Wanted("BP100", d("1"))], " 快 ", clerk)
    assert [(line.part_id, line.quantity) for line in lines(session, order.number)] == [
        (other.id, d("4")), (part.id, d("1")),
    ]  # fmt: skip
    submit_order(session, order.number, clerk, now)
    assert (order.state, order.kind, order.note, order.submitted_at) == ("submitted", "urgent", "快", now)
    assert order_page(session, order.number, local_date(now)).amount == d("160.00")
    with pytest.raises(ConflictError):
        save_order(session, order.number, "stock", [], "", clerk)
    withdraw_order(session, order.number, "", clerk, now)
    assert order.state == "cancelled"


def test_a_draft_says_what_is_wrong_with_it(session: Session, clerk: Actor, part: Part, now: datetime) -> None:
    with pytest.raises(DomainError) as wrong:
        draft_order(session, "stock", [Wanted("NONE", d("1"), "line-0"), Wanted("BP100", d("0"), "line-1")], clerk, now)
    assert set(told(wrong)) == {"line-0-part", "line-1-quantity"}
    with pytest.raises(DomainError) as kind:
        draft_order(session, "wish", [], clerk, now)
    assert set(told(kind)) == {"kind"}
    empty = draft_order(session, "stock", [], clerk, now)
    with pytest.raises(DomainError):
        submit_order(session, empty.number, clerk, now)
    bare = Part(number="BARE", name_zh="无价", name_en="No price", initials="wj")
    session.add(bare)
    session.flush()
    save_order(session, empty.number, "stock", [Wanted("BARE", d("1"))], "", clerk)
    with pytest.raises(DomainError) as priceless:
        submit_order(session, empty.number, clerk, now)
    assert set(told(priceless)) == {"line-1-part"}


def test_a_price_that_has_ended_is_none(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    (price,) = session.scalars(select(PartPrice).where(PartPrice.part_id == part.id))
    price.valid_until = date(2026, 6, 30)
    session.flush()
    assert dealer_prices(session, [part.id], date(2026, 6, 30)) == {part.id: d("80.00")}
    order = draft_order(session, "stock", [Wanted("BP100", d("1"))], clerk, now)
    with pytest.raises(DomainError) as ended:
        submit_order(session, order.number, clerk, now)
    assert set(told(ended)) == {"line-1-part"}
    set_limits(session, "BP100", Limits(d("2"), d("2")), clerk, now)
    assert [one.price for one in proposals(session, dealer.id, local_date(now))] == [None]


def test_an_older_price_does_not_come_back_when_the_latest_has_ended(session: Session, part: Part) -> None:
    session.add(PartPrice(part_id=part.id, valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31),
                          dealer=d("90.00"), warranty=d("99.00"), retail=d("99.00")))  # fmt: skip
    session.flush()
    days = (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 1))
    assert [dealer_prices(session, [part.id], day).get(part.id) for day in days] == [d("80.00"), d("90.00"), None]


def test_a_closed_station_orders_nothing(session: Session, part: Part, now: datetime) -> None:
    closed = make_dealer(session)
    clerk = make_clerk(session, closed)
    step_dealer(session, closed.id, "suspend", "停业", None, Actor.system("test"), now)
    with pytest.raises(DomainError):
        draft_order(session, "stock", [Wanted("BP100", d("1"))], clerk, now)


def test_back_orders_have_days_and_come_in_parts(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    order = submitted(session, now, {"BP100": "10"}, dealer)
    (line,) = lines(session, order.number)
    with pytest.raises(DomainError) as past:
        confirm_order(session, order.number, {line.id: Promise(date(2026, 11, 19))}, DESK, now)
    assert told(past) == {f"line-{line.id}-promised_on": "A day that has passed cannot be promised."}
    confirm_order(session, order.number, {line.id: Promise(date(2026, 11, 25))}, DESK, now)
    with pytest.raises(DomainError) as much:
        shipped(session, order.number, now, "11")
    assert told(much)[f"line-{line.id}-ship"] == "From 0 to the 10 owed."
    first = shipped(session, order.number, now, "4")
    assert (order.state, first.amount, first.number) == (
        "partly_delivered",
        d("320.00"),
        f"DN-{dealer.code}-202611-0001",
    )
    promise_lines(session, order.number, {line.id: Promise(date(2026, 12, 1))}, DESK, now)
    assert (line.promised_on, coming(session, dealer.id)) == (date(2026, 12, 1), {part.id: d("10")})
    receive_delivery(session, first.number, Receipt(lines={}), receiver_with_bin(session, clerk, now), now)
    assert (coming(session, dealer.id), stock_of(session, dealer.id, part)) == (
        {part.id: d("6")},
        (d("4"), d("320.00")),
    )
    shipped(session, order.number, now, "6")
    assert order.state == "delivered"
    with pytest.raises(ConflictError):
        shipped(session, order.number, now, "0")


def receiver_with_bin(session: Session, clerk: Actor, now: datetime) -> Actor:
    """Give BP100 its place, so that receipts need not name one."""
    set_limits(session, "BP100", Limits(NOTHING, NOTHING, "A-01"), clerk, now)
    return clerk


@pytest.mark.parametrize(
    ("outcome", "state", "owed"), [("again", "partly_delivered", "3"), ("credit", "delivered", "0")]
)
def test_a_receipt_may_differ_and_headquarters_answers(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime, outcome: str, state: str, owed: str
) -> None:
    order = confirmed(session, now, {"BP100": "5"}, dealer)
    delivery = shipped(session, order.number, now)
    row = delivery_page(session, delivery.number).lines[0]
    got = {row.id: Got(short=d("1"), damaged=d("2"), bin="B-02")}
    with pytest.raises(DomainError) as silent:
        receive_delivery(session, delivery.number, Receipt(lines=got), clerk, now)
    assert set(told(silent)) == {"reason"}
    with pytest.raises(DomainError) as much:
        receive_delivery(session, delivery.number, Receipt(lines={row.id: Got(d("3"), d("3"))}), clerk, now)
    assert set(told(much)) == {f"line-{row.id}-damaged"}
    receive_delivery(session, delivery.number, Receipt(lines=got, reason="外箱破损"), clerk, now)
    assert (delivery.state, stock_of(session, dealer.id, part)) == ("differing", (d("2"), d("160.00")))
    with pytest.raises(DomainError) as neither:
        answer_delivery(session, delivery.number, "maybe", "物流责任", DESK, now)
    assert told(neither) == {"outcome": "Please choose from the list."}
    answer_delivery(session, delivery.number, outcome, "物流责任", DESK, now)
    view = order_page(session, order.number, local_date(now))
    assert (view.order.state, view.lines[0].counts.owed, delivery.credit) == (
        state,
        d(owed),
        d("240.00"),
    )  # what comes again is on another note
    assert coming(session, dealer.id) == ({part.id: d("3")} if owed == "3" else {})
    with pytest.raises(StateError):
        answer_delivery(session, delivery.number, outcome, "再来", DESK, now)
    assert differences(session) == []


def test_a_closed_order_owes_nothing_more(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "5"}, dealer)
    delivery = shipped(session, order.number, now, "2")
    with pytest.raises(DomainError):
        close_order(session, order.number, "", DESK, now)
    close_order(session, order.number, "停产", DESK, now)
    assert (order.state, coming(session, dealer.id)) == ("closed", {part.id: d("2")})  # what is on its way still comes
    receive_delivery(session, delivery.number, received_into("A", session, delivery), clerk, now)
    assert coming(session, dealer.id) == {}
    refused = submitted(session, now, {"BP100": "1"}, dealer)
    refuse_order(session, refused.number, "停产", DESK, now)
    assert refused.state == "refused"


def test_an_invoice_is_held_against_what_was_delivered(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "5"}, dealer)
    first, second = shipped(session, order.number, now, "3"), shipped(session, order.number, now, "2")
    with pytest.raises(ConflictError):
        enter_invoice(session, first.number, "12345678", d("240.00"), clerk, now)
    for delivery in (first, second):
        receive_delivery(session, delivery.number, received_into("A", session, delivery), clerk, now)
    with pytest.raises(DomainError) as wrong:
        enter_invoice(session, first.number, "1234", d("240.11"), clerk, now)
    assert told(wrong) == {
        "invoice_no": "An invoice number has 20 digits, or 8 on an older invoice.",
        "net": "The delivery comes to 240.00 yuan before tax; the invoice differs by +0.11.",
    }
    enter_invoice(session, first.number, "12345678", d("240.10"), clerk, now)
    assert (first.invoice_no, first.invoice_net, first.invoice_differs) == ("12345678", d("240.10"), False)
    with pytest.raises(DomainError) as taken:
        enter_invoice(session, second.number, "12345678", d("160.00"), clerk, now)
    assert set(told(taken)) == {"invoice_no"}
    enter_invoice(session, second.number, "87654321", d("170.00"), clerk, now, differs=True)
    assert second.invoice_differs
    enter_invoice(session, second.number, "87654322", d("160.00"), clerk, now)  # a corrected one came
    assert not second.invoice_differs
    with pytest.raises(ConflictError):
        enter_invoice(session, second.number, "87654323", d("160.00"), clerk, now)


@pytest.mark.parametrize("outcome", ["again", "credit"])
def test_an_invoice_checked_before_the_answer_is_checked_again_by_it(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime, outcome: str
) -> None:
    delivery = short_by_four(session, dealer, clerk, now)
    enter_invoice(session, delivery.number, "12345678", d("800.00"), clerk, now)  # for all that was sent
    assert not delivery.invoice_differs
    answer_delivery(session, delivery.number, outcome, "少发", DESK, now)
    assert (delivery.credit, delivery.invoice_differs) == (d("320.00"), True)
    with pytest.raises(DomainError) as still:
        enter_invoice(session, delivery.number, "12345678", d("800.00"), clerk, now)
    assert told(still) == {"net": "The delivery comes to 480.00 yuan before tax; the invoice differs by +320.00."}
    enter_invoice(session, delivery.number, "87654321", d("480.00"), clerk, now)
    assert not delivery.invoice_differs


def test_an_invoice_for_what_arrived_agrees_once_the_rest_is_answered(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    delivery = short_by_four(session, dealer, clerk, now)
    enter_invoice(session, delivery.number, "12345678", d("480.00"), clerk, now, differs=True)
    assert delivery.invoice_differs
    answer_delivery(session, delivery.number, "credit", "少发", DESK, now)
    assert not delivery.invoice_differs
    other = short_by_four(session, dealer, clerk, now)
    answer_delivery(session, other.number, "credit", "少发", DESK, now)
    assert not other.invoice_differs  # none was entered yet


def short_by_four(session: Session, dealer: Dealer, clerk: Actor, now: datetime) -> PartDelivery:
    """Return a delivery of ten, 800 yuan, of which four did not come."""
    delivery = shipped(session, confirmed(session, now, {"BP100": "10"}, dealer).number, now)
    (row,) = delivery_page(session, delivery.number).lines
    receipt = Receipt(lines={row.id: Got(short=d("4"), bin="A")}, reason="少4件")
    return receive_delivery(session, delivery.number, receipt, clerk, now)


def test_proposals_reckon_with_what_comes_and_what_repairs_need(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    make_stock(session, clerk, part, now, "3")
    set_limits(session, "BP100", Limits(d("4"), d("10")), clerk, now)
    today = date(2026, 11, 20)
    assert [(one.part.number, one.quantity, one.amount) for one in proposals(session, dealer.id, today)] == [
        ("BP100", d("7"), d("560.00")),
    ]  # fmt: skip
    make_needy_order(session, dealer.id, now, part, quantity="2")
    assert [one.quantity for one in proposals(session, dealer.id, today)] == [d("9")]
    with pytest.raises(DomainError):
        draft_from_proposals(session, ["OTHER"], clerk, now)
    order = draft_from_proposals(session, ["BP100"], clerk, now)
    assert [line.quantity for line in lines(session, order.number)] == [d("9")]
    submit_order(session, order.number, clerk, now)
    assert proposals(session, dealer.id, today) == []
    neighbour = make_clerk(session, make_dealer(session))
    make_stock(session, neighbour, part, now, "5")
    send_parts(session, dealer.code, [StockLine("BP100", d("5"))], "", neighbour, now)
    assert coming(session, dealer.id) == {part.id: d("14")}


def test_moments_of_a_delivery_are_in_order(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    order = confirmed(session, now, {"BP100": "2"}, dealer)
    (line,) = lines(session, order.number)
    for moment in (now - timedelta(hours=1), now + timedelta(hours=1)):
        with pytest.raises(DomainError) as wrong:
            deliver(session, order.number, Shipment("", "", moment, {line.id: d("1")}), DESK, now)
        assert set(told(wrong)) == {"carrier", "shipped_at"}
    delivery = shipped(session, order.number, now)
    for moment in (now - timedelta(hours=1), now + timedelta(hours=2)):
        with pytest.raises(DomainError) as early:
            receive_delivery(session, delivery.number, received_into("A", session, delivery, arrived_at=moment), clerk,
                             now + timedelta(hours=1))  # fmt: skip
        assert set(told(early)) == {"arrived_at"}


def test_a_receipt_without_a_place_is_told_and_nothing_is_half_done(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    delivery = shipped(session, confirmed(session, now, {"BP100": "2"}, dealer).number, now)
    with pytest.raises(DomainError) as wrong:
        receive_delivery(session, delivery.number, Receipt(), clerk, now)
    row = delivery_page(session, delivery.number).lines[0]
    assert told(wrong) == {f"line-{row.id}-bin": "Please say which bin."}
    assert (delivery.state, session.scalars(select(StockDocument)).all()) == ("shipped", [])


def test_walls_and_permissions(session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime) -> None:
    order = submitted(session, now, {"BP100": "2"}, dealer)
    number = order.number
    for refused in (lambda: confirm_order(session, number, {}, clerk, now),
                    lambda: deliver(session, number, Shipment("x"), clerk, now)):  # fmt: skip
        with pytest.raises(AccessDeniedError):
            refused()
    advisor = make_actor(session, "service_advisor", dealer)
    delivery = shipped(session, confirmed(session, now, {"BP100": "2"}, dealer).number, now).number
    for refused in (lambda: make_order_as(session, advisor, now),
                    lambda: receive_delivery(session, delivery, Receipt(), advisor, now),
                    lambda: enter_invoice(session, delivery, "12345678", d("160.00"), advisor, now)):  # fmt: skip
        with pytest.raises(AccessDeniedError):
            refused()
    with pytest.raises(DomainError):
        make_order_as(session, DESK, now)
    stranger = act_as(session, make_clerk(session))
    with pytest.raises(NotFoundError):
        withdraw_order(session, number, "", stranger, now)


def make_order_as(session: Session, actor: Actor, now: datetime) -> PartOrder:
    return draft_order(session, "stock", [Wanted("BP100", d("1"))], actor, now)
