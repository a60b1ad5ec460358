from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.stock.models import StockDocument
from parts.stock.queries.check import differences
from parts.stock.queries.items import item_page
from parts.stock.queries.takes import take_page
from parts.stock.queries.transfers import transfer_page
from parts.stock.services import (
    Arrival,
    Line,
    add_found,
    cancel_take,
    count_lines,
    open_take,
    post_take,
    receive_goods,
    receive_transfer,
    scrap_stock,
    send_parts,
    settle_transfer,
    take_back,
)
from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.states import StateError
from tests.factories.network import act_as, make_dealer
from tests.factories.stock import make_clerk, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d


@pytest.fixture
def parties(session: Session, now: datetime) -> tuple[Actor, Actor, Part]:
    """A sender with 10 of BP100 for 33.33 in A-01, and a receiver; the session is the sender's."""
    part = make_part(session, "BP100")
    sender, receiver = make_clerk(session, make_dealer(session)), make_clerk(session, make_dealer(session))
    act_as(session, sender)
    receive_goods(session, [Line("BP100", d("9"), "A-01", d("3.33")), Line("BP100", d("1"), "A-01", d("3.36"))],
                  sender, now)  # fmt: skip
    return sender, receiver, part


def sent(session: Session, parties: tuple[Actor, Actor, Part], now: datetime, quantity: str = "4") -> str:
    sender, receiver, _part = parties
    return send_parts(session, code(session, receiver), [Line("BP100", d(quantity))], "急需", sender, now).number


def code(session: Session, actor: Actor) -> str:
    return item_page(session, "BP100", actor.dealer_id or 0).dealer.code


def test_what_is_on_its_way_belongs_to_the_sender(
    session: Session, parties: tuple[Actor, Actor, Part], now: datetime
) -> None:
    sender, receiver, part = parties
    number = sent(session, parties, now)
    assert number == f"TR-{code(session, sender)}-202611-0001"
    assert stock_of(session, sender.dealer_id or 0, part) == (d("6"), d("20.00"))
    assert item_page(session, "BP100", sender.dealer_id or 0).sent == d("4")
    (line,) = transfer_page(session, number, sender).lines
    assert (line.quantity, line.value, line.received) == (d("4"), d("13.33"), None)
    act_as(session, receiver)
    receive_transfer(session, number, {line.id: Arrival(d("4"), "z-1")}, "", receiver, now)
    assert stock_of(session, receiver.dealer_id or 0, part) == (d("4"), d("13.33"))
    assert transfer_page(session, number, receiver).transfer.state == "received"
    act_as(session, sender)
    assert item_page(session, "BP100", sender.dealer_id or 0).sent == d("0")
    act_as(session, Actor.system("test"))
    assert differences(session) == []


@pytest.mark.parametrize(("outcome", "left"), [("lost", ("6", "20.00")), ("found", ("7", "23.33"))])
def test_what_did_not_arrive_is_settled_by_the_sender(
    session: Session, parties: tuple[Actor, Actor, Part], now: datetime, outcome: str, left: tuple[str, str]
) -> None:
    sender, receiver, part = parties
    number = sent(session, parties, now)
    line = transfer_page(session, number, sender).lines[0]
    act_as(session, receiver)
    arrived = {line.id: Arrival(d("3"), "Z-1")}
    with pytest.raises(DomainError) as silent:
        receive_transfer(session, number, arrived, " ", receiver, now)
    assert set(told(silent)) == {"reason"}
    receive_transfer(session, number, arrived, "箱内少一件", receiver, now)
    assert stock_of(session, receiver.dealer_id or 0, part) == (d("3"), d("10.00"))
    with pytest.raises(NotFoundError):
        settle_transfer(session, number, "不是我的", receiver, now, lost=outcome == "lost")
    act_as(session, sender)
    assert item_page(session, "BP100", sender.dealer_id or 0).sent == d("1")
    settle_transfer(session, number, "承运商查找", sender, now, lost=outcome == "lost")
    assert stock_of(session, sender.dealer_id or 0, part) == (d(left[0]), d(left[1]))
    assert item_page(session, "BP100", sender.dealer_id or 0).sent == d("0")
    act_as(session, Actor.system("test"))
    assert differences(session) == []


@pytest.mark.parametrize(("outcome", "left", "value"), [("lost", "9", "90.00"), ("found", "10", "190.00")])
def test_what_is_lost_is_written_off_at_what_it_was_worth_when_it_left(
    session: Session, now: datetime, outcome: str, left: str, value: str
) -> None:
    """One for 100.00 is sent; 9 for 10.00 each come in meanwhile: their worth has nothing to do with the lost one."""
    part = make_part(session, "BP100")
    sender, receiver = make_clerk(session, make_dealer(session)), make_clerk(session, make_dealer(session))
    act_as(session, sender)
    make_stock(session, sender, part, now, "1", "100.00")
    number = sent(session, (sender, receiver, part), now, "1")
    make_stock(session, sender, part, now, "9", "10.00")
    assert stock_of(session, sender.dealer_id or 0, part) == (d("9"), d("90.00"))
    act_as(session, receiver)
    receive_transfer(session, number, {}, "空箱", receiver, now)
    act_as(session, sender)
    settle_transfer(session, number, "承运商查找", sender, now, lost=outcome == "lost")
    assert stock_of(session, sender.dealer_id or 0, part) == (d(left), d(value))
    written_off = session.scalars(select(StockDocument.value).where(StockDocument.kind == "scrap")).all()
    assert written_off == ([d("-100.00")] if outcome == "lost" else [])
    act_as(session, Actor.system("test"))
    assert differences(session) == []


def test_two_lost_lines_of_a_part_leave_with_what_each_was_worth(session: Session, now: datetime) -> None:
    """3 for 10.00 lie in A, 1 for 5.00 in B: 15.00 for 4, so 2 take 7.50, 1 then 3.75, and 3.75 stays.

    Of the two one arrives for 3.75: lost are 3.75 and 3.75.
    """
    part = make_part(session, "BP100")
    sender, receiver = make_clerk(session, make_dealer(session)), make_clerk(session, make_dealer(session))
    act_as(session, sender)
    receive_goods(session, [Line("BP100", d("2"), "A", d("2.50")), Line("BP100", d("1"), "A", d("5.00")),
                            Line("BP100", d("1"), "B", d("5.00"))], sender, now)  # fmt: skip
    lines = [Line("BP100", d("2"), "A"), Line("BP100", d("1"), "B")]
    number = send_parts(session, code(session, receiver), lines, "", sender, now).number
    scrap_stock(session, [Line("BP100", d("1"), "A")], "damaged", "泡水", sender, now)
    first, _second = transfer_page(session, number, sender).lines
    act_as(session, receiver)
    receive_transfer(session, number, {first.id: Arrival(d("1"), "Z")}, "少两件", receiver, now)
    assert stock_of(session, receiver.dealer_id or 0, part) == (d("1"), d("3.75"))
    act_as(session, sender)
    settle_transfer(session, number, "承运商查找", sender, now, lost=True)
    assert stock_of(session, sender.dealer_id or 0, part) == (d("0"), d("0.00"))
    assert session.scalars(select(StockDocument.value).where(StockDocument.reason_code == "lost")).all() == [d("-7.50")]
    act_as(session, Actor.system("test"))
    assert differences(session) == []


def test_a_sender_takes_back_what_nobody_signed_for(
    session: Session, parties: tuple[Actor, Actor, Part], now: datetime
) -> None:
    sender, receiver, part = parties
    number = sent(session, parties, now, "10")
    assert stock_of(session, sender.dealer_id or 0, part) == (d("0"), d("0.00"))
    take_back(session, number, "对方已不需要", sender, now)
    assert stock_of(session, sender.dealer_id or 0, part) == (d("10"), d("33.33"))
    act_as(session, receiver)
    line = transfer_page(session, number, receiver).lines[0]
    with pytest.raises(StateError):
        receive_transfer(session, number, {line.id: Arrival(d("10"), "Z")}, "", receiver, now)


def test_transfers_are_told_what_is_wrong(session: Session, parties: tuple[Actor, Actor, Part], now: datetime) -> None:
    sender, receiver, _part = parties
    closed = make_dealer(session, code="SHUT")
    session.info["actor"] = sender
    for typed, words in (
        ("nowhere", "There is no station with this code."),
        (code(session, sender), "This is your own station: move the parts to another bin instead."),
    ):
        with pytest.raises(DomainError) as wrong:
            send_parts(session, typed, [Line("BP100", d("1"))], "", sender, now)
        assert told(wrong) == {"receiver": words}
    with pytest.raises(DomainError) as much:
        send_parts(session, closed.code, [Line("BP100", d("11"), place="line-0")], "", sender, now)
    assert told(much) == {"line-0-quantity": "Only 10 in bin A-01."}
    number = sent(session, parties, now)
    line = transfer_page(session, number, sender).lines[0]
    with pytest.raises(NotFoundError):  # the sender does not sign for itself
        receive_transfer(session, number, {}, "", sender, now)
    act_as(session, receiver)
    with pytest.raises(DomainError) as more:
        receive_transfer(session, number, {line.id: Arrival(d("4.01"), "Z")}, "", receiver, now)
    assert told(more) == {f"line-{line.id}-quantity": "From 0 to the 4 that were sent."}
    stranger = make_clerk(session, closed)
    with pytest.raises(NotFoundError):
        transfer_page(session, number, stranger)


@pytest.fixture
def shelf(session: Session, now: datetime) -> tuple[Actor, Part, Part]:
    """A clerk with 5 of BP100 in A-01, 2 in B-01, and 3 of BP200 in A-02."""
    first, second = make_part(session, "BP100"), make_part(session, "BP200")
    clerk = act_as(session, make_clerk(session))
    make_stock(session, clerk, first, now, "5", bin_="A-01")
    make_stock(session, clerk, first, now, "2", bin_="B-01")
    make_stock(session, clerk, second, now, "3", "7.00", bin_="A-02")
    return clerk, first, second


def test_a_sheet_is_frozen_counted_and_its_differences_posted(
    session: Session, shelf: tuple[Actor, Part, Part], now: datetime
) -> None:
    clerk, first, second = shelf
    number = open_take(session, "a", clerk, now).number
    lines = {(line.number, line.bin): line for line in take_page(session, number).lines}
    assert {place: line.book for place, line in lines.items()} == {("BP100", "A-01"): d("5"), ("BP200", "A-02"): d("3")}
    with pytest.raises(DomainError) as uncounted:
        post_take(session, number, clerk, now)
    assert set(told(uncounted)) == {f"line-{line.id}" for line in lines.values()}
    count_lines(session, number, {line.id: line.book for line in lines.values()}, clerk)
    count_lines(session, number, {lines["BP100", "A-01"].id: d("3")}, clerk)
    add_found(session, number, "bp200", "a-09", d("1"), clerk)
    page = take_page(session, number)
    assert (page.counted, page.differing) == (3, 2)
    post_take(session, number, clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, first) == (d("5"), d("500.00"))
    assert stock_of(session, clerk.dealer_id or 0, second) == (d("4"), d("28.00"))
    posted = session.scalars(select(StockDocument).where(StockDocument.kind == "adjust")).one()
    assert (posted.reason_code, posted.reference, take_page(session, number).document) == (
        "count", number, posted.number,
    )  # fmt: skip
    with pytest.raises(ConflictError):
        post_take(session, number, clerk, now)
    assert differences(session) == []


def test_what_is_being_counted_does_not_move(session: Session, shelf: tuple[Actor, Part, Part], now: datetime) -> None:
    clerk, first, _second = shelf
    sheet = open_take(session, "A-01", clerk, now).number
    words = f"Bin A-01 is being counted on sheet {sheet}: nothing moves there until the sheet is posted."
    for act in (
        lambda: scrap_stock(session, [Line("BP100", d("1"), "A-01", place="line-0")], "damaged", "x", clerk, now),
        lambda: receive_goods(session, [Line("BP100", d("1"), "A-01", place="line-0")], clerk, now),
    ):
        with pytest.raises(DomainError) as wrong:
            act()
        assert told(wrong) == {"line-0-quantity": words}
    scrap_stock(session, [Line("BP100", d("1"), "B-01")], "damaged", "x", clerk, now)  # the other bin moves on
    with pytest.raises(DomainError) as twice:
        open_take(session, "", clerk, now)
    assert told(twice) == {"bins": words}
    with pytest.raises(DomainError) as again:
        add_found(session, sheet, "BP100", "A-01", d("1"), clerk)
    assert told(again) == {"bin": words}
    with pytest.raises(DomainError) as silent:
        cancel_take(session, sheet, "", clerk, now)
    assert set(told(silent)) == {"reason"}
    cancel_take(session, sheet, "改日再盘", clerk, now)
    scrap_stock(session, [Line("BP100", d("1"), "A-01")], "damaged", "x", clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, first)[0] == d("5")


def test_a_sheet_without_differences_posts_no_document(
    session: Session, shelf: tuple[Actor, Part, Part], now: datetime
) -> None:
    clerk, _first, _second = shelf
    number = open_take(session, "B", clerk, now).number
    (line,) = take_page(session, number).lines
    with pytest.raises(DomainError) as wrong:
        count_lines(session, number, {line.id: d("-1")}, clerk)
    assert set(told(wrong)) == {f"line-{line.id}"}
    count_lines(session, number, {line.id: d("2")}, clerk)
    assert post_take(session, number, clerk, now).state == "posted"
    assert take_page(session, number).document is None


def test_an_empty_shelf_has_no_sheet(session: Session, shelf: tuple[Actor, Part, Part], now: datetime) -> None:
    clerk, _first, _second = shelf
    with pytest.raises(DomainError) as wrong:
        open_take(session, "Q", clerk, now)
    assert told(wrong) == {"bins": "Nothing lies in bins that begin so."}
    stranger = act_as(session, make_clerk(session))
    with pytest.raises(DomainError):
        open_take(session, "", stranger, now)
