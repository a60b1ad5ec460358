"""The pages of orders, as a station and headquarters use them; the repair order's page and the papers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.catalogue.models import Part
from parts.orders.documents import delivery_note
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder, PartOrderLine
from parts.orders.services import Got, Receipt, answer_delivery, receive_delivery
from parts.stock.documents import stock_take_sheet
from parts.stock.models import StockItem
from parts.stock.services import Limits, open_take, set_limits
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.network import actor_of_user, make_dealer, make_user
from tests.factories.orders import DESK, confirmed, received_into, shipped, submitted
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]
#: Statements that a page of orders may send, sign-in and scope included.
MOST_STATEMENTS = 18


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def user(session: Session, dealer: Dealer) -> User:
    return make_user(session, "parts_clerk", dealer)


@pytest.fixture
def desk(session: Session) -> User:
    return make_user(session, "parts_desk")


@pytest.fixture
def clerk(user: User) -> Actor:
    return actor_of_user(user)


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100", "80.00", name_zh="前制动片")


def one(session: Session, column: object) -> object:
    """Read one value and let go of the database."""
    session.rollback()
    found = session.scalar(select(column))  # type: ignore[call-overload]
    session.rollback()
    return found


def test_from_the_draft_to_the_delivery_note(
    session: Session, user: User, desk: User, part: Part, sign_in: SignIn
) -> None:
    assert part.number == "BP100"
    session.commit()
    station, headquarters = sign_in(user), sign_in(desk)
    wrong = station.post("/part-orders/new", data={"kind": "stock", "line-1-part": "NO", "line-1-quantity": "2"})
    assert wrong.status_code == 422
    assert 'id="line-1-part-error"' in wrong.text
    order = station.post(
        "/part-orders/new", data={"kind": "stock", "line-1-part": "bp100", "line-1-quantity": "5"}
    ).location
    assert station.post(f"{order}/save", data={"kind": "urgent", "line-1-part": "BP100", "line-1-quantity": "6",
                                               "do": "submit"}).status_code == 302  # fmt: skip
    assert station.post(f"{order}/confirm", data={}).status_code == 403
    assert "待确认的急件订单" in headquarters.get("/").text
    assert "480.00" in headquarters.get(order).text
    line = one(session, PartOrderLine.id)
    past = headquarters.post(f"{order}/confirm", data={f"line-{line}-promised_on": "2026-11-19"})
    assert past.status_code == 422
    assert "承诺日期不能早于今天" in past.text
    assert headquarters.post(f"{order}/confirm", data={f"line-{line}-promised_on": "2026-11-30"}).status_code == 302
    assert "2026-11-30" in station.get(order).text
    much = headquarters.post(f"{order}/deliver", data={f"line-{line}-ship": "7"})
    assert much.status_code == 422
    assert 'id="carrier-error"' in much.text
    delivery = headquarters.post(f"{order}/deliver", data={f"line-{line}-ship": "4", "carrier": "顺丰"}).location
    assert one(session, PartDelivery.number) == delivery.rsplit("/", 1)[1]


def test_from_the_receipt_to_the_invoice(
    session: Session, dealer: Dealer, user: User, desk: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    number = confirmed(session, now, {part.number: "6"}, dealer).number
    order, delivery = f"/part-orders/{number}", f"/part-orders/deliveries/{shipped(session, number, now, '4').number}"
    session.commit()
    station, headquarters = sign_in(user), sign_in(desk)
    assert "待签收的发货单" in station.get("/").text
    row = one(session, PartDeliveryLine.id)
    got = {f"line-{row}-short": "1", f"line-{row}-damaged": "0", f"line-{row}-bin": "A-01"}
    assert station.post(f"{delivery}/receive", data=got).status_code == 422
    assert station.post(f"{delivery}/receive", data={**got, "reason": "少一件"}).status_code == 302
    assert one(session, StockItem.quantity) == 3
    assert delivery.rsplit("/", 1)[1] in headquarters.get("/part-orders/deliveries?state=differing").text
    assert "短少、损坏尚未答复" in station.get(delivery).text
    answer = {"outcome": "again", "reason": "补发"}
    assert headquarters.post(f"{delivery}/answer", data=answer).status_code == 302
    shown = station.get(delivery).text
    assert "240.00" in shown
    assert "人为损坏" not in shown  # that is what an inspection of an old part finds
    assert f'href="{order}"' in shown
    assert 'href="/stock/items/BP100"' in shown
    inputs = {name: look for look, name in re.findall(r'<input class="([^"]*)" id="(invoice_no|net)"', shown)}
    assert inputs == {"invoice_no": "form-control", "net": "form-control num"}  # a number of a paper is no amount
    invoice = {"invoice_no": "12345678", "net": "250.00"}
    differs = station.post(f"{delivery}/invoice", data=invoice)
    assert differs.status_code == 422
    assert "+10.00" in differs.text
    assert station.post(f"{delivery}/invoice", data={**invoice, "differs": "y"}).status_code == 302
    assert delivery.rsplit("/", 1)[1] in headquarters.get("/part-orders/deliveries?invoice=differs").text
    assert "与应开金额相差 10.00 元" in station.get(delivery).text
    assert headquarters.post(f"{order}/close", data={"reason": "停产"}).status_code == 302
    assert "已取消 3" in station.get(order).text


def test_no_invoice_is_waited_for_where_all_was_credited(
    session: Session, dealer: Dealer, user: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    number = confirmed(session, now, {part.number: "2"}, dealer).number
    note, clerk = shipped(session, number, now).number, make_clerk(session, dealer)
    row = session.scalars(select(PartDeliveryLine.id)).one()
    lost = Receipt(lines={row: Got(short=Decimal(2))}, reason="空箱")
    receive_delivery(session, note, lost, clerk, now)
    session.commit()
    station, waiting = sign_in(user), "/part-orders/deliveries?invoice=missing"
    assert note in station.get(waiting).text
    answer_delivery(session, note, "credit", "不再补发", DESK, now)
    session.commit()
    assert note not in station.get(waiting).text
    assert 'name="invoice_no"' not in station.get(f"/part-orders/deliveries/{note}").text


def test_steps_that_need_a_reason_or_come_too_late(
    session: Session, dealer: Dealer, user: User, desk: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    numbers = [submitted(session, now, {part.number: "1"}, dealer).number for _ in range(2)]
    session.commit()
    station, headquarters = sign_in(user), sign_in(desk)
    assert headquarters.post(f"/part-orders/{numbers[0]}/refuse", data={}).status_code == 422
    assert headquarters.post(f"/part-orders/{numbers[0]}/refuse", data={"reason": "停产"}).status_code == 302
    assert station.post(f"/part-orders/{numbers[0]}/withdraw", data={}).status_code == 409
    assert station.post(f"/part-orders/{numbers[1]}/withdraw", data={}).status_code == 302
    assert "停产" in station.get(f"/part-orders/{numbers[0]}").text
    assert numbers[1] in station.get("/part-orders/?state=cancelled").text


def test_proposals_become_an_order(
    session: Session, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now, "1")
    set_limits(session, part.number, Limits(Decimal(2), Decimal(6)), clerk, now)
    session.commit()
    station = sign_in(user)
    assert "低于最低库存的配件" in station.get("/").text
    assert "400.00" in station.get("/part-orders/proposals").text
    assert station.post("/part-orders/proposals", data={}).location == "/part-orders/proposals"
    order = station.post("/part-orders/proposals", data={"part": "BP100"}).location
    assert 'value="5"' in station.get(order).text


def test_the_page_of_a_repair_says_what_it_waits_for(
    session: Session, dealer: Dealer, user: User, desk: User, now: datetime, sign_in: SignIn
) -> None:
    make_part(session, "HARNESS", "900.00", special=True, superseded_by="HARNESS-B")
    make_part(session, "HARNESS-B", "950.00", special=True)
    harness = session.scalars(select(Part).where(Part.number == "HARNESS")).one()
    repair = make_needy_order(session, dealer.id, now - timedelta(days=6), harness).number
    advisor = make_user(session, "service_advisor", dealer)
    session.commit()
    station, counter, headquarters = sign_in(user), sign_in(advisor), sign_in(desk)
    assert f"/part-orders/repair/{repair}/panel" in counter.get(f"/service/{repair}").text
    panel = f"/part-orders/repair/{repair}/panel"
    assert "缺货" in counter.get(panel).text
    assert f"repair/{repair}/order" not in counter.get(panel).text
    assert repair not in counter.get("/service/?waits=waiting").text
    order = station.post(f"/part-orders/repair/{repair}/order").location
    assert station.post(f"{order}/save", data={"kind": "urgent", "line-1-part": "HARNESS", "line-1-quantity": "2",
                                               "do": "submit"}).status_code == 302  # fmt: skip
    text = counter.get(panel).text
    assert "车辆在修已 6 天，待料期间三包修理占用时间继续计算" in text
    assert "第二十四条" in text
    assert repair in counter.get("/service/?waits=waiting").text
    assert station.post(f"/part-orders/repair/{repair}/order").location == f"/service/{repair}"
    line = one(session, PartOrderLine.id)
    taken = {f"line-{line}-promised_on": "2026-11-22", f"line-{line}-substitute": "y"}
    assert headquarters.post(f"{order}/confirm", data=taken).status_code == 302
    text = counter.get(panel).text
    assert "HARNESS-B" in text
    assert "承诺 2026-11-22 到货" in text


def test_a_repair_whose_parts_came_is_work_for_its_advisor(
    session: Session, dealer: Dealer, user: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    repair = make_needy_order(session, dealer.id, now, part)
    order = confirmed(session, now, {part.number: "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    number, ordered, first = repair.number, order.number, shipped(session, order.number, now, "1").number
    advisor = make_user(session, "service_advisor", dealer)
    session.commit()
    counter, station = sign_in(advisor), sign_in(user)
    listed, work = "/service/?waits=arrived", re.compile(r">1</span>\s*<span[^>]*>配件已到齐的维修工单")

    def receive(delivery: str) -> str:
        place = f"/part-orders/deliveries/{delivery}"
        row = one(session, func.max(PartDeliveryLine.id))
        assert station.post(f"{place}/receive", data={f"line-{row}-bin": "A-01"}).status_code == 302
        return place

    receive(first)
    assert number not in counter.get(listed).text  # the second piece is still to come
    rest = shipped(session, ordered, now).number
    session.commit()
    assert number not in counter.get(listed).text
    place = receive(rest)
    assert number in counter.get(listed).text
    assert work.search(counter.get("/").text)
    assert f'href="/stock/issue/{number}"' in station.get(place).text


def test_pages_ask_the_database_as_often_whatever_they_show(
    session: Session, dealer: Dealer, user: User, clerk: Actor, now: datetime, sign_in: SignIn
) -> None:
    orders, deliveries, repairs = [], [], []
    for count in (1, 9):
        parts = [make_part(session, superseded_by="LAST") for _ in range(count)]
        wanted = {part.number: "2" for part in parts}
        repair = make_needy_order(session, dealer.id, now, *parts)
        order = confirmed(session, now, wanted, dealer, kind="urgent", repair_order_id=repair.id)
        orders.append(order.number)
        repairs.append(repair.number)
        deliveries.append(shipped(session, order.number, now, *["1"] * count).number)
        set_limits(session, parts[0].number, Limits(Decimal(10), Decimal(20)), clerk, now)
    make_part(session, "LAST")
    session.commit()
    station = sign_in(user)
    for pages in (
        *([f"/part-orders/{place}"] for place in ("", "deliveries", "proposals")), ["/service/"],
        [f"/part-orders/{number}" for number in orders], [f"/part-orders/deliveries/{number}" for number in deliveries],
        [f"/part-orders/repair/{number}/panel" for number in repairs],
    ):  # fmt: skip
        counts = []
        for page in pages:
            with count_queries(db.engine) as statements:
                assert station.get(page).status_code == 200
            counts.append(len(statements))
        assert len(set(counts)) == 1, pages
        assert counts[0] <= MOST_STATEMENTS, (pages, counts)


@pytest.mark.databases("sqlite")
def test_the_papers_say_what_they_must(
    app: Flask, session: Session, dealer: Dealer, clerk: Actor, now: datetime
) -> None:
    """Read back from the PDF: the note proves a transport, the sheet does not tell what the books say."""
    harness = make_part(session, "HARNESS", "900.00", special=True, name_zh="全车主线束")
    repair = make_needy_order(session, dealer.id, now - timedelta(days=2), harness)
    order = confirmed(session, now, {"HARNESS": "37"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now)
    sent = delivery_note(session, delivery.number)
    receive_delivery(session, delivery.number, received_into("A-01", session, delivery), clerk, now)
    number = open_take(session, "", clerk, now).number
    counted = stock_take_sheet(session, number)
    with app.test_request_context():  # its end lets go of the session
        note = pdf_text(to_pdf(house().papers["delivery_note"], sent, now))
        sheet = pdf_text(to_pdf(house().papers["stock_take"], counted, now))
    proofs = ("配件发货单", "全车主线束", "特殊零部件", "37 件", "33,300.00", sent.repair, "2026-11-20 10:00")
    for words in proofs:
        assert str(words) in note, words
    for words in ("盘点单", number, "全车主线束", "HARNESS", "A-01", "监盘人"):
        assert words in sheet, words
    assert "37" not in sheet


def pdf_text(paper: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=paper, check=True, capture_output=True, timeout=60).stdout.decode()


def test_what_was_ordered_is_found_by_its_number(
    session: Session, dealer: Dealer, user: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    order = confirmed(session, now, {part.number: "1"}, dealer).number
    delivery = shipped(session, order, now).number
    stranger = make_user(session, "parts_clerk")
    session.commit()
    for number, place in ((order, f"/part-orders/{order}"), (delivery, f"/part-orders/deliveries/{delivery}")):
        answer = sign_in(user).get(f"/search?q={number.lower()}")
        assert place in (answer.location or answer.text)
        assert place not in sign_in(stranger).get(f"/search?q={number}").text


def test_orders_of_the_network_are_found_by_station_and_promise(
    session: Session, dealer: Dealer, desk: User, part: Part, now: datetime, sign_in: SignIn
) -> None:
    number = confirmed(session, now, {part.number: "1"}, dealer).number
    line = session.scalars(select(PartOrderLine)).one()
    line.promised_on = date(2026, 11, 19)
    session.commit()
    client = sign_in(desk)
    for query in (f"dealer={dealer.code}", "stands=late", "stands=owed", f"q={part.number}", "kind=stock"):
        assert number in client.get(f"/part-orders/?{query}").text, query
    for query in ("dealer=NOBODY", "stands=waits", "q=OTHER", "kind=urgent"):
        assert number not in client.get(f"/part-orders/?{query}").text, query
    assert session.scalar(select(PartOrder.number)) == number
    assert session.scalars(select(PartDelivery)).all() == []
    assert session.scalars(select(RepairOrder)).all() == []
