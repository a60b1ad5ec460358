"""What replaces a part when it is ordered, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.orders.queries.substitution import substitutes
from parts.orders.queries.supply import coming
from parts.orders.services import (
    Promise,
    confirm_order,
    receive_delivery,
)
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from tests.factories.orders import DESK, lines, received_into, shipped, submitted
from tests.factories.stock import make_part, stock_of
from tests.support.faults import told
from tests.support.figures import d


def test_what_replaces_a_part_comes_at_its_own_price(
    session: Session, dealer: Dealer, clerk: Actor, now: datetime
) -> None:
    old = make_part(session, "OLD", "50.00", superseded_by="MID")
    make_part(session, "MID", "55.00", superseded_by="NEW")
    new = make_part(session, "NEW", "60.00")
    lone = make_part(session, "LONE", "9.00", superseded_by="UNKNOWN")
    assert substitutes(session, [old, lone], local_date(now)) == {old.id: new}
    order = submitted(session, now, {"OLD": "2", "LONE": "1"}, dealer)
    first, second = lines(session, order.number)
    with pytest.raises(DomainError) as nothing:
        confirm_order(session, order.number, {second.id: Promise(substitute=True)}, DESK, now)
    assert set(told(nothing)) == {f"line-{second.id}-substitute"}
    confirm_order(session, order.number, {first.id: Promise(substitute=True)}, DESK, now)
    assert (first.supplied_id, first.unit_price) == (new.id, d("60.00"))
    assert coming(session, dealer.id) == {new.id: d("2"), lone.id: d("1")}
    delivery = shipped(session, order.number, now, "2", "0")
    receive_delivery(session, delivery.number, received_into("Z-1", session, delivery), clerk, now)
    assert stock_of(session, dealer.id, new) == (d("2"), d("120.00"))


def test_what_replaces_a_part_later_does_not_come_today(
    session: Session, dealer: Dealer, clerk: Actor, now: datetime
) -> None:
    today = local_date(now)
    old = make_part(session, "OLD", "50.00", superseded_by="MID")
    mid = make_part(session, "MID", "55.00", superseded_by="NEW", superseded_on=today + timedelta(days=1))
    new = make_part(session, "NEW", "60.00")
    assert substitutes(session, [old, mid], today) == {old.id: mid}
    assert substitutes(session, [old, mid], today + timedelta(days=1)) == {old.id: new, mid.id: new}
    order = submitted(session, now, {"MID": "1"}, dealer)
    line = lines(session, order.number)[0]
    with pytest.raises(DomainError) as early:
        confirm_order(session, order.number, {line.id: Promise(substitute=True)}, DESK, now)
    assert set(told(early)) == {f"line-{line.id}-substitute"}
    confirm_order(session, order.number, {line.id: Promise(substitute=True)}, DESK, now + timedelta(days=1))
    assert (line.supplied_id, line.unit_price) == (new.id, d("60.00"))


def test_a_circle_of_replacements_ends(session: Session, now: datetime) -> None:
    first, second = make_part(session, "R1", superseded_by="R2"), make_part(session, "R2", superseded_by="R1")
    assert substitutes(session, [first, second], local_date(now)) == {first.id: second, second.id: first}
