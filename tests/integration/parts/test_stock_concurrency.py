"""The same moment many times: random movements of several clerks, each in transactions of their own."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal
from random import Random
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.stock.models import StockBin, StockDocument, StockItem, StockMovement, StockTakeLine
from parts.stock.queries.check import differences
from parts.stock.queries.issues import order_needs
from parts.stock.queries.transfers import transfer_page
from parts.stock.services import (
    Arrival,
    Line,
    Portion,
    adjust_stock,
    issue_parts,
    issue_scanned,
    move_stock,
    open_take,
    receive_goods,
    receive_transfer,
    return_parts,
    scrap_stock,
    send_parts,
)
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.states import StateError
from tests.factories.network import make_dealer
from tests.factories.stock import make_clerk, make_needy_order, make_part
from tests.support.at_once import both_at_once, in_a_transaction

CLERKS, MOVES = 4, 10
PARTS, BINS = ("P-A", "P-B", "P-C"), ("A-01", "B-01")


def one_move(session: Session, random: Random, actor: Actor, scene: dict[str, Any], now: datetime) -> str:
    """Do one thing a clerk does; return its kind."""
    picked = random.sample(PARTS, random.randint(1, 3))  # in any order: the locks are taken in theirs
    lines = [Line(number, Decimal(random.randint(1, 400)) / 100, random.choice(BINS)) for number in picked]
    kind = random.choice(("receive", "scrap", "move", "adjust", "issue", "return", "send"))
    if kind == "receive":
        receive_goods(session, [Line(one.number, one.quantity, one.bin, Decimal(random.randint(0, 999)) / 100)
                                for one in lines], actor, now)  # fmt: skip
    elif kind == "scrap":
        scrap_stock(session, lines, "damaged", "test", actor, now)
    elif kind == "move":
        move_stock(session, [Line(one.number, one.quantity, "A-01", to_bin="B-01") for one in lines], actor, now)
    elif kind == "adjust":
        adjust_stock(session, lines, "found", "test", actor, now)
    elif kind == "send":
        send_parts(session, scene["receiver"], lines, "", actor, now)
    else:
        act = issue_parts if kind == "issue" else return_parts
        needs = random.sample(order_needs(session, scene["order"]).needs, 2)
        act(session, scene["order"], [Portion(need.key, Decimal(1), random.choice(BINS)) for need in needs], actor, now)
    return kind


def work(app: Flask, actor: Actor, seed: int, scene: dict[str, Any], outcomes: list[Any], now: datetime) -> None:
    """Move parts for a while, each time in a transaction of its own; keep what came of it."""
    random = Random(seed)
    scene["start"].wait(timeout=20)
    outcomes.extend(
        in_a_transaction(app, actor, lambda session: one_move(session, random, actor, scene, now)) for _ in range(MOVES)
    )


def scene_of(session: Session, now: datetime) -> tuple[dict[str, Any], list[Actor]]:
    """Store a station with a little of three parts, a repair that needs them, and its clerks; another station."""
    dealer, other = make_dealer(session), make_dealer(session)
    known = {row.number: row for row in session.scalars(select(Part).where(Part.number.in_(PARTS)))}
    parts = [known.get(number) or make_part(session, number, "9.99") for number in PARTS]
    clerks = [make_clerk(session, dealer) for _ in range(CLERKS)]
    receive_goods(session, [Line(number, Decimal(6), "A-01") for number in PARTS], clerks[0], now)
    order = make_needy_order(session, dealer.id, now, *parts, quantity="4")
    session.commit()
    return {"order": order.number, "receiver": other.code, "dealer": dealer.id, "start": Barrier(CLERKS)}, clerks


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
@pytest.mark.databases("postgresql")
def test_balances_equal_their_movements_whatever_happens_at_once(
    app: Flask, session: Session, now: datetime, seed: int
) -> None:
    scene, clerks = scene_of(session, now)
    outcomes: list[Any] = []
    threads = [
        Thread(target=work, args=(app, clerk, seed + place, scene, outcomes, now)) for place, clerk in enumerate(clerks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(outcomes) == CLERKS * MOVES
    strange = [one for one in outcomes if not isinstance(one, str | DomainError)]
    assert strange == []  # no deadlock, no broken constraint, nothing but what a person is told
    session.expire_all()
    assert differences(session) == []
    for item in session.scalars(select(StockItem)):
        assert item.quantity >= 0
        assert item.value >= 0
    assert session.scalar(select(func.count()).where(StockBin.quantity < 0)) == 0
    done = sum(isinstance(one, str) for one in outcomes)
    made = session.scalar(select(func.count()).where(StockDocument.dealer_id == scene["dealer"])) or 0
    assert made == done + 1  # a refused movement left no document; the first one is the scene's


def test_the_last_piece_goes_to_one_of_two(app: Flask, session: Session, now: datetime) -> None:
    dealer, part = make_dealer(session), make_part(session, "LAST")
    clerks = (make_clerk(session, dealer), make_clerk(session, dealer))
    receive_goods(session, [Line("LAST", Decimal(1), "A-01")], clerks[0], now)
    orders = [make_needy_order(session, dealer.id, now, part, quantity="1").number for _ in clerks]
    session.commit()

    def take(s: Session, who: Actor) -> str:
        done = issue_scanned(s, orders[clerks.index(who)], "LAST", who, now).kind
        time.sleep(0.3)
        return done

    outcomes = both_at_once(app, clerks, take)
    refused = next(one for one in outcomes if isinstance(one, DomainError))
    assert outcomes.count("issue") == 1
    assert {fault.field for fault in refused.faults} == {"scan"}
    session.expire_all()
    assert session.scalar(select(StockItem.quantity)) == 0
    assert differences(session) == []


def test_two_clerks_scan_the_same_need_and_it_is_issued_once(app: Flask, session: Session, now: datetime) -> None:
    dealer, part = make_dealer(session), make_part(session, "ONCE")
    clerks = (make_clerk(session, dealer), make_clerk(session, dealer))
    receive_goods(session, [Line("ONCE", Decimal(9), "A-01")], clerks[0], now)
    order = make_needy_order(session, dealer.id, now, part, quantity="2").number
    key = order_needs(session, order).needs[0].key
    session.commit()

    def take(s: Session, who: Actor) -> str:
        done = issue_parts(s, order, [Portion(key, Decimal(2))], who, now).kind
        time.sleep(0.3)
        return done

    outcomes = both_at_once(app, clerks, take)
    assert outcomes.count("issue") == 1
    session.expire_all()
    assert session.scalar(select(StockItem.quantity)) == 7


def test_a_part_new_to_a_station_is_made_once(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_part(session, "FRESH")
    clerks = (make_clerk(session, dealer), make_clerk(session, dealer))
    session.commit()

    def take_in(s: Session, who: Actor) -> str:
        done = receive_goods(s, [Line("FRESH", Decimal(1), "A-01")], who, now).kind
        time.sleep(0.3)
        return done

    assert both_at_once(app, clerks, take_in) == ["receive", "receive"]
    session.expire_all()
    assert session.scalars(select(StockItem.quantity)).all() == [2]


def test_a_transfer_is_signed_for_once(app: Flask, session: Session, now: datetime) -> None:
    sender, receiver = make_dealer(session), make_dealer(session)
    make_part(session, "GO")
    clerk, clerks = make_clerk(session, sender), (make_clerk(session, receiver), make_clerk(session, receiver))
    receive_goods(session, [Line("GO", Decimal(3), "A-01")], clerk, now)
    number = send_parts(session, receiver.code, [Line("GO", Decimal(3))], "", clerk, now).number
    line = transfer_page(session, number, clerk).lines[0].id
    session.commit()

    def sign(s: Session, who: Actor) -> str:
        done = receive_transfer(s, number, {line: Arrival(Decimal(3), "Z")}, "", who, now).state
        time.sleep(0.3)
        return done

    outcomes = both_at_once(app, clerks, sign)
    assert outcomes.count("received") == 1
    assert isinstance(next(one for one in outcomes if one != "received"), StateError)
    moved = session.scalar(select(func.count()).where(StockMovement.dealer_id == receiver.id))
    assert moved == 1


def test_a_sheet_and_a_movement_at_once_do_not_pass_each_other(app: Flask, session: Session, now: datetime) -> None:
    """Whoever is second finds what the first did: the sheet the new quantity, the movement the sheet."""
    dealer = make_dealer(session)
    make_part(session, "CNT")
    clerks = (make_clerk(session, dealer), make_clerk(session, dealer))
    receive_goods(session, [Line("CNT", Decimal(5), "A-01")], clerks[0], now)
    session.commit()

    def act(s: Session, who: Actor) -> str:
        if who is clerks[0]:
            done = open_take(s, "", who, now).state
        else:
            done = scrap_stock(s, [Line("CNT", Decimal(1), "A-01")], "lost", "x", who, now).kind
        time.sleep(0.3)
        return done

    outcomes = both_at_once(app, clerks, act)
    assert outcomes[0] == "counting"
    session.expire_all()
    there = session.scalar(select(StockBin.quantity))
    assert there == (4 if outcomes[1] == "scrap" else 5)
    assert session.scalar(select(StockTakeLine.book)) == there
