"""The smallest and the largest that a document of stock takes, and what a scan of another part is told."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.stock.models import StockDocument, StockTransfer
from parts.stock.queries.issues import order_needs
from parts.stock.queries.items import item_page
from parts.stock.queries.transfers import transfer_page
from parts.stock.services import (
    Arrival,
    Line,
    Portion,
    issue_parts,
    issue_scanned,
    move_stock,
    receive_goods,
    receive_transfer,
    return_parts,
    scrap_stock,
    send_parts,
    settle_transfer,
)
from parts.stock.services.transfer import NOTE_LENGTH
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.network import act_as, make_dealer
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d

#: What is judged before anything is written is judged alike on every database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def clerk(session: Session) -> Actor:
    return act_as(session, make_clerk(session))


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100")


@pytest.mark.parametrize(
    ("quantity", "cost", "worth"),
    [
        ("2", "0.00", "0.00"),  # given free of charge
        ("99999.99", "0.01", "1000.00"),  # 999.9999
        ("1", "9999999999.99", "9999999999.99"),  # the largest amount that there is
        ("0.01", "0.49", "0.00"),  # less than half a fen
        ("0.01", "0.50", "0.01"),  # half a fen
    ],
)
def test_goods_are_worth_what_they_cost_to_the_fen(
    session: Session, part: Part, clerk: Actor, now: datetime, quantity: str, cost: str, worth: str
) -> None:
    document = receive_goods(session, [Line("BP100", d(quantity), "A-01", d(cost))], clerk, now)
    assert document.value == d(worth)
    assert stock_of(session, clerk.dealer_id or 0, part) == (d(quantity), d(worth))


@pytest.mark.parametrize(
    ("quantity", "cost", "field"),
    [
        ("100000.00", "1.00", "line-quantity"),  # a hundredth above the most
        ("-1", "1.00", "line-quantity"),
        ("-99999999999.00", "1.00", "line-quantity"),  # below any amount: told, not reckoned
        ("2", "5000000000.00", "line-quantity"),  # each may be, together they are more than an amount holds
        ("1", "-0.01", "line-cost"),
        ("1", "10000000000.00", "line-cost"),
    ],
)
def test_goods_that_cannot_be_are_told_at_their_field(
    session: Session, part: Part, clerk: Actor, now: datetime, quantity: str, cost: str, field: str
) -> None:
    with pytest.raises(DomainError) as wrong:
        receive_goods(session, [Line("BP100", d(quantity), "A-01", d(cost))], clerk, now)
    assert set(told(wrong)) == {field}
    assert session.scalar(select(func.count()).select_from(StockDocument)) == 0


def test_the_note_of_a_transfer_is_no_longer_than_it_is_kept(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    receiver = make_dealer(session)
    make_stock(session, clerk, part, now, "2")
    with pytest.raises(DomainError) as long:
        send_parts(session, receiver.code, [Line("BP100", d("1"))], "急" * (NOTE_LENGTH + 1), clerk, now)
    assert told(long) == {"note": "At most 500 characters."}
    assert session.scalar(select(func.count()).select_from(StockTransfer)) == 0
    note = "急" * NOTE_LENGTH
    assert send_parts(session, receiver.code, [Line("BP100", d("1"))], f" {note} ", clerk, now).note == note


def test_a_scan_of_another_part_is_told_what_it_is(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    """Only what goes in for a need that is open says how to change the line."""
    make_part(session, "NEW", "60.00")
    old = make_part(session, "OLD", "50.00", superseded_by="NEW", interchange="one_way")
    order = make_needy_order(session, clerk.dealer_id or 0, now, old, quantity="1")
    make_stock(session, clerk, old, now, "1")

    def scanned(number: str) -> str | None:
        with pytest.raises(DomainError) as wrong:
            issue_scanned(session, order.number, number, clerk, now)
        return told(wrong)["scan"]

    no_line = "This order has no line with part {}."
    assert scanned("BP100") == no_line.format("BP100")
    assert scanned("NEW") != no_line.format("NEW")
    issue_scanned(session, order.number, "OLD", clerk, now)
    assert scanned("NEW") == no_line.format("NEW")
    assert scanned("OLD") == "Part OLD is issued already."


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_is_neither_issued_nor_taken_back(
    session: Session, part: Part, clerk: Actor, now: datetime, quantity: str
) -> None:
    order = make_needy_order(session, clerk.dealer_id or 0, now, part, quantity="2")
    make_stock(session, clerk, part, now, "2")
    key = key_of(session, order.number)
    issue_parts(session, order.number, [Portion(key, d("1"))], clerk, now)
    for step in (issue_parts, return_parts):
        with pytest.raises(DomainError) as wrong:
            step(session, order.number, [Portion(key, d(quantity))], clerk, now)
        assert told(wrong) == {"quantity": "Please write a quantity above 0."}
    with pytest.raises(DomainError) as unknown:
        issue_parts(session, order.number, [Portion("0-0", d("1"))], clerk, now)
    assert told(unknown) == {"quantity": "No job of this order needs that part any more."}
    assert stock_of(session, clerk.dealer_id or 0, part)[0] == d("1")


def key_of(session: Session, number: str) -> str:
    (need,) = order_needs(session, number).needs
    return need.key


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_of_two_lines_the_one_that_moves_nothing_is_told_and_neither_moves(
    session: Session, part: Part, clerk: Actor, now: datetime, quantity: str
) -> None:
    """A quantity below nought would go the other way: out of the bin it was meant for, or into stock."""
    receiver = make_dealer(session)
    for bin_ in ("A-01", "B-01"):
        make_stock(session, clerk, part, now, "2", bin_=bin_)
    lines = [
        Line("BP100", d("1"), "A-01", to_bin="B-01", place="line-0"),
        Line("BP100", d(quantity), "A-01", to_bin="B-01", place="line-1"),
    ]
    for act in (
        lambda: move_stock(session, lines, clerk, now),
        lambda: scrap_stock(session, lines, "damaged", "泡水", clerk, now),
        lambda: send_parts(session, receiver.code, lines, "", clerk, now),
    ):
        with pytest.raises(DomainError) as wrong:
            act()
        assert told(wrong) == {"line-1-quantity": "Please write a quantity above 0."}
    assert [row.quantity for row in item_page(session, "BP100", clerk.dealer_id or 0).bins] == [d("2"), d("2")]


def test_a_transfer_of_which_one_line_lacks_is_not_whole_whatever_came_of_the_other(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    other, receiver = make_part(session, "BP200"), make_clerk(session, make_dealer(session))
    make_stock(session, clerk, part, now, "2", "10.00")
    make_stock(session, clerk, other, now, "3", "7.00")
    code = item_page(session, "BP100", receiver.dealer_id or 0).dealer.code
    typed = [Line("BP100", d("2")), Line("BP200", d("3"))]
    number = send_parts(session, code, typed, "", clerk, now).number
    first, second = transfer_page(session, number, clerk).lines
    act_as(session, receiver)
    arrived = {first.id: Arrival(d("2"), "Z"), second.id: Arrival(d("1"), "Z")}
    with pytest.raises(DomainError) as silent:
        receive_transfer(session, number, arrived, "", receiver, now)
    assert set(told(silent)) == {"reason"}
    signed = receive_transfer(session, number, arrived, "少两件", receiver, now)
    assert (signed.state, signed.received_at, signed.received_by) == ("short", now, receiver.name)
    assert stock_of(session, receiver.dealer_id or 0, part) == (d("2"), d("20.00"))
    assert stock_of(session, receiver.dealer_id or 0, other) == (d("1"), d("7.00"))
    act_as(session, clerk)
    settle_transfer(session, number, "承运商查找", clerk, now, lost=False)
    assert stock_of(session, clerk.dealer_id or 0, part) == (d("0"), d("0.00"))
    assert stock_of(session, clerk.dealer_id or 0, other) == (d("2"), d("14.00"))


def test_what_arrives_where_the_part_never_lay_needs_a_bin(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    receiver = make_clerk(session, make_dealer(session))
    make_stock(session, clerk, part, now, "2", "10.00")
    code = item_page(session, "BP100", receiver.dealer_id or 0).dealer.code
    number = send_parts(session, code, [Line("BP100", d("2"))], "", clerk, now).number
    (line,) = transfer_page(session, number, clerk).lines
    act_as(session, receiver)
    with pytest.raises(DomainError) as nowhere:
        receive_transfer(session, number, {line.id: Arrival(d("2"))}, "", receiver, now)
    assert told(nowhere) == {f"line-{line.id}-bin": "Please say which bin."}
    assert transfer_page(session, number, receiver).transfer.state == "sent"


def test_words_on_a_document_are_no_longer_than_they_are_kept(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    one = [Line("BP100", d("1"), "A-01", d("10.00"))]
    with pytest.raises(DomainError) as reference:
        receive_goods(session, one, clerk, now, reference="R" * 41)
    assert told(reference) == {"reference": "At most 40 characters."}
    assert receive_goods(session, one, clerk, now, reference="R" * 40).reference == "R" * 40
    with pytest.raises(DomainError) as reason:
        scrap_stock(session, one, "damaged", "泡" * 501, clerk, now)
    assert told(reason) == {"reason": "At most 500 characters."}
    assert scrap_stock(session, one, "damaged", "泡" * 500, clerk, now).reason == "泡" * 500


def test_what_arrives_without_a_bin_goes_where_the_part_lies_and_none_may_arrive(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    receiver = make_clerk(session, make_dealer(session))
    act_as(session, receiver)
    make_stock(session, receiver, part, now, "1", "10.00", bin_="H-07")
    act_as(session, clerk)
    make_stock(session, clerk, part, now, "2", "10.00")
    code = item_page(session, "BP100", receiver.dealer_id or 0).dealer.code
    for came, state, lies in (("1", "received", "2"), ("0", "short", "2")):
        number = send_parts(session, code, [Line("BP100", d("1"))], "", clerk, now).number
        (line,) = transfer_page(session, number, clerk).lines
        act_as(session, receiver)
        assert receive_transfer(session, number, {line.id: Arrival(d(came))}, "见备注", receiver, now).state == state
        bins = item_page(session, "BP100", receiver.dealer_id or 0).bins
        assert [(row.bin, row.quantity) for row in bins] == [("H-07", d(lies))]
        act_as(session, clerk)
