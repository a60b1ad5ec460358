"""The pages of stock, as the parts clerk and headquarters use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.documents import stock_take_sheet
from parts.stock.models import StockDocument, StockItem, StockTransfer
from parts.stock.queries.issues import order_needs
from parts.stock.queries.takes import take_page
from parts.stock.services import Limits, Line, open_take, receive_goods, send_parts, set_limits
from portal.auth.models import User
from portal.cli import main
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.lifecycle import advance
from tests.factories.network import actor_of_user, make_actor, make_dealer, make_user
from tests.factories.stock import make_needy_order, make_part, make_stock
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]
#: Statements that a page of stock may send, sign-in and scope included.
MOST_STATEMENTS = 16


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def user(session: Session, dealer: Dealer) -> User:
    return make_user(session, "parts_clerk", dealer)


@pytest.fixture
def clerk(user: User) -> Actor:
    return actor_of_user(user)


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100", name_zh="前制动片")


def test_goods_are_taken_in_on_the_page_and_wrong_lines_are_told(
    session: Session, user: User, part: Part, sign_in: SignIn
) -> None:
    session.commit()
    client = sign_in(user)
    assert "BP100" in client.get("/stock/write/receive?part=BP100").text
    form = {"line-0-part": "bp100", "line-0-quantity": "1.001", "line-0-bin": "A-01", "line-1-part": "NO",
            "line-1-quantity": "2", "line-1-bin": "A", "line-2-quantity": "x"}  # fmt: skip
    wrong = client.post("/stock/write/receive", data=form)
    assert wrong.status_code == 422
    assert 'value="bp100"' in wrong.text  # what was typed stays
    assert len(re.findall(r'id="line-\d-quantity-error"', wrong.text)) == 2
    form = {"line-0-part": "bp100", "line-0-quantity": "3", "line-0-bin": "a-1", "line-0-cost": "1,000.50"}
    good = client.post("/stock/write/receive", data=form)
    assert good.status_code == 302
    shown = client.get(good.location).text
    assert "3,001.50" in shown
    assert "A-1" in client.get("/stock/items/BP100").text
    assert client.post("/stock/write/receive", data={}).status_code == 422
    form.update({"line-0-quantity": "99999.99", "line-0-cost": "100,001.00"})
    assert "line-0-quantity-error" in (dear := client.post("/stock/write/receive", data=form)).text
    assert dear.status_code == 422  # more than one amount of money holds
    assert client.get("/stock/write/nothing").status_code == 404
    assert client.post("/stock/write/nothing").status_code == 404


@pytest.mark.parametrize(
    "written",
    [
        ("opening", {"line-0-quantity": "2", "line-0-bin": "A-01", "line-0-cost": "5"}, "12"),
        ("adjust", {"line-0-quantity": "-2", "line-0-bin": "A-01", "reason_code": "lost", "reason": "盘亏"}, "8"),
        ("scrap", {"line-0-quantity": "4", "line-0-bin": "A-01", "reason_code": "damaged", "reason": "泡水"}, "6"),
        ("move", {"line-0-quantity": "4", "line-0-bin": "A-01", "line-0-to_bin": "B-02"}, "10"),
    ],
)
def test_every_document_written_by_hand(
    session: Session, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn,
    written: tuple[str, dict[str, str], str],
) -> None:  # fmt: skip
    kind, form, left = written
    make_stock(session, clerk, part, now)
    session.commit()
    client = sign_in(user)
    assert client.get(f"/stock/write/{kind}").status_code == 200
    assert client.post(f"/stock/write/{kind}", data={"line-0-part": "BP100", **form}).status_code == 302
    session.expire_all()
    assert session.scalar(select(StockItem.quantity)) == Decimal(left)
    kinds = session.scalars(select(StockDocument.kind).order_by(StockDocument.id)).all()
    assert kinds[-1] == ("receive" if kind == "opening" else kind)


def test_a_part_shows_its_bins_limits_and_movements(
    session: Session, dealer: Dealer, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now, "3", "33.33")
    other = make_user(session, "parts_clerk")
    desk = make_user(session, "parts_desk")
    session.commit()
    client, address = sign_in(user), f"/stock/items/{dealer.code}:BP100"
    text = client.get(address).text
    for shown in ("前制动片", "A-01", "99.99", "33.33", f"GR-{dealer.code}-202611-0001"):
        assert shown in text
    assert 'href="/part-orders/new?part=BP100"' in text
    wrong = client.post(f"{address}/limits", data={"minimum": "5", "maximum": "4"})
    assert wrong.status_code == 422
    assert 'id="maximum-error"' in wrong.text
    assert client.post(f"{address}/limits", data={"minimum": "4", "maximum": "8"}).status_code == 302
    assert "低于最低库存" in client.get(address).text
    assert "低于最低库存" in client.get("/stock/?level=low").text
    assert sign_in(other).get(address).status_code == 404
    network = sign_in(desk)
    assert "前制动片" in network.get(address).text
    assert dealer.code in network.get("/stock/").text
    assert network.post(f"{address}/limits", data={}).status_code == 403
    assert network.get("/stock/items/BP100").status_code == 404


def test_parts_are_issued_by_scanning_and_taken_back(
    session: Session, dealer: Dealer, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now, "3")
    order = make_needy_order(session, dealer.id, now, part).number
    key = order_needs(session, order).needs[0].key
    session.commit()
    client = sign_in(user)
    assert order in client.get("/stock/issue").text
    assert client.get(f"/stock/issue?q={order.lower()}").location == f"/stock/issue/{order}"
    assert "待领料" in client.get("/").text
    too_much = client.post(f"/stock/issue/{order}", data={f"issue-{key}": "3", f"bin-{key}": "A-01"})
    assert too_much.status_code == 422
    assert "仅还需 2" in too_much.text
    assert f'id="issue-{key}-error"' in too_much.text
    assert client.post(f"/stock/issue/{order}/scan", data={"scan": "bp100"}).status_code == 302
    assert client.post(f"/stock/issue/{order}/scan", data={"scan": "bp100"}).status_code == 422
    assert order not in client.get("/stock/issue").text
    assert client.post(f"/stock/issue/{order}/return", data={f"return-{key}": "9"}).status_code == 422
    assert client.post(f"/stock/issue/{order}/return", data={f"return-{key}": "1"}).status_code == 302
    session.expire_all()
    assert session.scalar(select(StockItem.quantity)) == 2


def test_a_completed_repair_gets_its_parts_on_the_page_and_gives_none_back(
    session: Session, dealer: Dealer, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now, "3")
    order = make_needy_order(session, dealer.id, now, part)
    order.completed_at = now
    advance(session, order, "complete", make_actor(session, "service_manager", dealer), now)
    number, key = order.number, order_needs(session, order.number).needs[0].key
    session.commit()
    client, page = sign_in(user), f"/stock/issue/{number}"
    assert number in client.get("/stock/issue?state=completed").text
    assert number not in client.get("/stock/issue?state=open").text
    assert "仍记在库存账上" in (text := client.get(page).text)
    assert f'name="issue-{key}"' in text
    assert "尚未领出" in client.get(f"/part-orders/repair/{number}/panel").text
    assert client.post(page, data={f"issue-{key}": "2", f"bin-{key}": "A-01"}).status_code == 302
    text = client.get(page).text
    assert "只能退回明细以外的多领配件" in text
    assert f'name="return-{key}"' not in text
    refused = client.post(f"{page}/return", data={f"return-{key}": "2"})
    assert refused.status_code == 422
    assert "仅可退 0" in refused.text
    session.expire_all()
    assert session.scalar(select(StockItem.quantity)) == 1


def test_a_transfer_on_its_pages(
    session: Session, dealer: Dealer, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now)
    receiver = make_user(session, "parts_clerk")
    code = session.get_one(Dealer, receiver.dealer_id).code
    stranger = make_user(session, "parts_clerk")
    session.commit()
    client, other, third = sign_in(user), sign_in(receiver), sign_in(stranger)
    form = {"receiver": "nobody", "line-0-part": "BP100", "line-0-quantity": "4"}
    wrong = client.post("/stock/transfers/new", data=form)
    assert wrong.status_code == 422
    assert 'id="receiver-error"' in wrong.text
    sent = client.post("/stock/transfers/new", data={**form, "receiver": code})
    assert sent.status_code == 302
    session.expire_all()
    number = session.scalar(select(StockTransfer.number)) or ""
    session.rollback()  # reading took the write lock of SQLite
    assert third.get(sent.location).status_code == 404
    assert number not in third.get("/stock/transfers").text
    assert number in other.get("/stock/transfers?state=sent").text
    key = re.search(r'name="line-(\d+)-quantity"', other.get(sent.location).text)
    assert key is not None
    less = {f"line-{key[1]}-quantity": "3", f"line-{key[1]}-bin": "Z"}
    assert other.post(f"{sent.location}/receive", data=less).status_code == 422
    assert other.post(f"{sent.location}/receive", data={**less, "reason": "少一件"}).status_code == 302
    assert client.post(f"{sent.location}/back", data={"reason": "x"}).status_code == 409
    assert client.post(f"{sent.location}/settle", data={"outcome": "lost", "reason": "丢失"}).status_code == 302
    assert "差异已处理" in client.get(sent.location).text


def test_a_stock_take_on_its_pages(
    session: Session, user: User, clerk: Actor, part: Part, now: datetime, sign_in: SignIn
) -> None:
    make_stock(session, clerk, part, now)
    make_part(session, "BP200")
    session.commit()
    client = sign_in(user)
    assert client.post("/stock/takes/new", data={"bins": "Q"}).status_code == 422
    address = client.post("/stock/takes/new", data={"bins": "a"}).location
    number = address.rsplit("/", 1)[1]
    session.rollback()
    line = take_page(session, number).lines[0].id
    session.rollback()  # reading took the write lock of SQLite
    assert "盘后显示" in client.get(address).text  # blind until it is counted
    assert client.post(address, data={f"line-{line}": "7x"}).status_code == 422
    assert client.post(address, data={"do": "post"}).status_code == 422
    assert client.post(f"{address}/found", data={"part": "BP200", "bin": "A-02", "quantity": "1"}).status_code == 302
    assert client.post(address, data={f"line-{line}": "7"}).status_code == 302
    assert client.post(address, data={"do": "post"}).status_code == 302
    assert "-3" in client.get(address).text
    second = client.post("/stock/takes/new", data={"bins": ""}).location
    assert client.post(f"{second}/cancel", data={"reason": ""}).status_code == 422
    assert client.post(f"{second}/cancel", data={"reason": "改日"}).status_code == 302
    assert "已取消" in client.get("/stock/takes?state=cancelled").text


def test_the_sheet_is_blind(session: Session, clerk: Actor, part: Part, now: datetime) -> None:
    make_stock(session, clerk, part, now)
    number = open_take(session, "", clerk, now).number
    sheet = stock_take_sheet(session, number)
    assert [(line.bin, line.number, line.name, line.unit) for line in sheet.lines] == [
        ("A-01", "BP100", "前制动片", "件"),
    ]  # fmt: skip
    assert "10" not in {str(getattr(line, name)) for line in sheet.lines for name in ("bin", "number", "name", "unit")}


def test_pages_ask_the_database_as_often_whatever_they_show(
    session: Session, dealer: Dealer, user: User, clerk: Actor, now: datetime, sign_in: SignIn
) -> None:
    """Lists, a part, an order's parts, a transfer and a sheet: their statements do not grow with their rows."""
    other = make_dealer(session)
    orders, sheets, sent = [], [], []
    for count in (1, 12):
        parts = [make_part(session) for _ in range(count)]
        receive_goods(session, [Line(one.number, Decimal(9), f"S{count}") for one in parts], clerk, now)
        orders.append(make_needy_order(session, dealer.id, now, *parts).number)
        going = [Line(one.number, Decimal(1)) for one in parts]
        sent.append(send_parts(session, other.code, going, "", clerk, now).number)
        sheets.append(open_take(session, f"S{count}", clerk, now).number)
        set_limits(session, parts[0].number, Limits(Decimal(10), Decimal(20)), clerk, now)
    session.commit()
    client = sign_in(user)
    for pages in (
        *([f"/stock/{place}"] for place in ("", "documents", "issue", "transfers", "takes")),
        [f"/stock/issue/{one}" for one in orders], [f"/stock/takes/{one}" for one in sheets],
        [f"/stock/transfers/{one}" for one in sent],
    ):  # fmt: skip
        counts = []
        for page in pages:
            with count_queries(db.engine) as statements:
                assert client.get(page).status_code == 200
            counts.append(len(statements))
        assert len(set(counts)) == 1, pages
        assert counts[0] <= MOST_STATEMENTS, pages


def test_the_nightly_check_says_what_differs(
    app: Flask, session: Session, clerk: Actor, part: Part, now: datetime, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make_stock(session, clerk, part, now)
    session.commit()
    monkeypatch.setattr("portal.cli.application", lambda: app)
    for bent, code in ((False, 0), (True, 1)):
        if bent:
            session.scalars(select(StockItem)).one().quantity = Decimal(9)
            session.commit()
        with pytest.raises(SystemExit) as ended:
            main(["stock", "check"])
        assert ended.value.code == code
    said = capsys.readouterr().out
    assert "0 balances differ from their movements." in said
    assert "BP100: 9.00 instead of 10.00, value 1000.00 instead of 1000.00" in said
