"""Proposals: nothing is ordered twice, whoever drafts; and what is left out of the reading changes nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.orders.lists import proposed
from parts.orders.queries import proposals as reckoning
from parts.orders.queries.proposals import proposals
from parts.orders.queries.supply import coming
from parts.orders.services import Wanted, draft_from_proposals, draft_order, submit_order, withdraw_order
from parts.stock.models import StockItem
from parts.stock.services import Limits, set_limits
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from tests.factories.network import make_dealer, make_user
from tests.factories.orders import lines, make_order, submitted
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock
from tests.support.at_once import both_at_once
from tests.support.figures import d

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def wanting(session: Session, clerk: Actor, part: Part, now: datetime) -> Part:
    """A part of which there is none, kept between four and ten."""
    set_limits(session, part.number, Limits(d("4"), d("10")), clerk, now)
    return part


def seen(session: Session, dealer: Dealer, now: datetime) -> list[tuple[Any, ...]]:
    found = proposals(session, dealer.id, local_date(now))
    return [(one.part.number, one.quantity, one.supply, one.drafted, one.replaces, one.price) for one in found]


def test_what_is_drafted_is_not_drafted_again(
    session: Session, dealer: Dealer, clerk: Actor, wanting: Part, now: datetime
) -> None:
    first = draft_from_proposals(session, [wanting.number], clerk, now)
    again = draft_from_proposals(session, [wanting.number], clerk, now)
    assert again is first
    assert seen(session, dealer, now) == []
    submit_order(session, first.number, clerk, now)
    assert coming(session, dealer.id) == {wanting.id: d("10")}
    with pytest.raises(DomainError) as refused:
        draft_from_proposals(session, [wanting.number], clerk, now)
    assert "enough is there" in refused.value.faults[0].message
    withdraw_order(session, first.number, "改日再订", clerk, now)
    assert [row[1] for row in seen(session, dealer, now)] == [d("10")]


@pytest.mark.parametrize("kind", ["stock", "urgent"])
def test_to_submit_a_draft_changes_no_proposal(
    session: Session, dealer: Dealer, clerk: Actor, wanting: Part, now: datetime, kind: str
) -> None:
    make_needy_order(session, dealer.id, now, wanting, quantity="3")
    order = make_order(session, now, {wanting.number: "2"}, dealer, kind=kind)
    make_order(session, now, {wanting.number: "50"}, make_dealer(session))  # a neighbour's is nothing to it
    (one,) = proposals(session, dealer.id, local_date(now))
    assert (one.quantity, one.supply.coming, one.drafted) == (d("11"), d("2"), d("2"))
    rest = draft_from_proposals(session, [wanting.number], clerk, now)
    assert [line.quantity for line in lines(session, rest.number)] == [d("11")]
    for number in (order.number, rest.number):
        submit_order(session, number, clerk, now)
        assert proposals(session, dealer.id, local_date(now)) == []


def test_a_draft_of_an_old_number_counts_for_the_new_one(
    session: Session, dealer: Dealer, clerk: Actor, wanting: Part, now: datetime
) -> None:
    make_part(session, "OLD", superseded_by=wanting.number, interchange="both_ways")
    make_order(session, now, {"OLD": "3"}, dealer)
    (one,) = proposals(session, dealer.id, local_date(now))
    assert (one.part, one.quantity, one.drafted, one.replaces) == (wanting, d("7"), d("3"), ("OLD",))


def test_two_people_at_once_draft_once(
    app: Flask, session: Session, dealer: Dealer, clerk: Actor, wanting: Part, now: datetime
) -> None:
    other, key, number = make_clerk(session, dealer), dealer.id, wanting.number
    session.commit()
    outcomes = both_at_once(
        app, (clerk, other), lambda own, actor: draft_from_proposals(own, [number], actor, now).number
    )
    assert outcomes[0] == outcomes[1]
    session.expire_all()
    assert reckoning.drafted(session, key) == {wanting.id: d("10")}


def test_the_page_says_what_stands_in_drafts(
    session: Session, dealer: Dealer, wanting: Part, now: datetime, sign_in: SignIn
) -> None:
    draft, key = make_order(session, now, {wanting.number: "2"}, dealer).number, wanting.number
    strange = make_order(session, now, {wanting.number: "2"}, make_dealer(session)).number
    user = make_user(session, "parts_clerk", dealer)
    session.commit()
    station = sign_in(user)
    text = station.get("/part-orders/proposals").text
    assert f"/part-orders/{draft}" in text
    assert "其中 2 未上报" in text
    assert strange not in text
    made = station.post("/part-orders/proposals", data={"part": key}).location
    text = station.get("/part-orders/proposals").text  # nothing is left to order, and it is said why
    assert made in text
    assert "没有低于最低库存的配件" in text
    assert station.post("/part-orders/proposals", data={"part": key}).location == made


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_out_changes_nothing(
    session: Session, clerk: Actor, dealer: Dealer, now: datetime, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """A station by chance: the reckoning over all that has limits proposes the same."""
    fill(session, dealer, clerk, now, random.Random(seed))
    found = seen(session, dealer, now)
    assert proposed(session, clerk, now) == len(found)
    all_of_it = or_(
        StockItem.maximum > 0, and_(StockItem.quantity > 0, Part.superseded_by.is_not(None))
    )  # fmt: skip
    monkeypatch.setattr(reckoning, "_worth_a_look", lambda _wanted: all_of_it)
    assert found == seen(session, dealer, now)
    assert found, "nothing was compared"


def fill(session: Session, dealer: Dealer, clerk: Actor, now: datetime, chance: random.Random) -> None:
    """Store chains of one to three parts, with limits, stock, orders, drafts and needs by chance."""
    for _chain in range(25):
        newer: Part | None = None
        for _link in range(chance.choice((1, 1, 2, 3))):
            later = chance.choice((None, None, local_date(now), local_date(now) + timedelta(days=5)))
            chained: dict[str, Any] = {} if newer is None else {
                "superseded_by": newer.number, "interchange": chance.choice(("one_way", "both_ways")),
                "superseded_on": later,
            }  # fmt: skip
            newer = make_part(session, **chained)
            if chance.random() < 0.6:
                low = chance.randint(0, 6)
                set_limits(session, newer.number, Limits(d(str(low)), d(str(low + chance.randint(1, 6)))), clerk, now)
            if chance.random() < 0.6:
                make_stock(session, clerk, newer, now, str(chance.randint(1, 9)))
            if chance.random() < 0.2:
                submitted(session, now, {newer.number: str(chance.randint(1, 5))}, dealer)
            if chance.random() < 0.2:
                draft_order(session, "stock", [Wanted(newer.number, d(str(chance.randint(1, 5))))], clerk, now)
            if chance.random() < 0.3:
                make_needy_order(session, dealer.id, now, newer, quantity=str(chance.randint(1, 6)))
    session.flush()
