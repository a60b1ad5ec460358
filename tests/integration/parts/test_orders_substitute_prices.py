"""What replaces a part comes at its own price of the day of the order (ADR 017)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part, PartPrice
from parts.orders.services import Promise, confirm_order, promise_lines
from portal.kernel.errors import DomainError
from portal.kernel.states import StateError
from tests.factories.orders import DESK, confirmed, lines, shipped, submitted
from tests.factories.stock import make_part
from tests.support.faults import told
from tests.support.figures import d

#: What is judged before anything is written is judged alike on every database.
pytestmark = pytest.mark.databases("sqlite")

#: The day of the order, and the day on which headquarters answers it.
ORDERED, ANSWERED = date(2026, 11, 20), date(2026, 11, 25)
LATER = timedelta(days=5)


@pytest.fixture
def new(session: Session) -> Part:
    """What replaces OLD; its prices are the test's own."""
    part = make_part(session, "NEW", "60.00")
    make_part(session, "OLD", "50.00", superseded_by="NEW", interchange="one_way")
    (price,) = session.scalars(select(PartPrice).where(PartPrice.part_id == part.id))
    session.delete(price)
    session.flush()
    return part


def priced(session: Session, part: Part, since: date, price: str) -> None:
    session.add(PartPrice(part_id=part.id, valid_from=since, dealer=d(price), warranty=d(price), retail=d(price)))
    session.flush()


@pytest.mark.parametrize(
    ("prices", "paid"),
    [
        ({date(2026, 1, 1): "60.00", ANSWERED: "75.00"}, "60.00"),  # dearer since the order
        ({date(2026, 1, 1): "60.00", ORDERED: "58.00", ANSWERED: "52.00"}, "58.00"),  # cheaper since
        ({ANSWERED: "75.00"}, "75.00"),  # it had no price yet when the order came
    ],
)
def test_a_replacement_costs_what_it_cost_on_the_orders_day(
    session: Session, dealer: Dealer, new: Part, now: datetime, prices: dict[date, str], paid: str
) -> None:
    for since, price in prices.items():
        priced(session, new, since, price)
    order = submitted(session, now, {"OLD": "3"}, dealer)
    (line,) = lines(session, order.number)
    confirm_order(session, order.number, {line.id: Promise(substitute=True)}, DESK, now + LATER)
    assert (line.supplied_id, line.unit_price, order.confirmed_at) == (new.id, d(paid), now + LATER)


def test_a_replacement_without_a_price_and_one_of_what_came_already_are_told(
    session: Session, dealer: Dealer, new: Part, now: datetime
) -> None:
    priced(session, new, date(2026, 12, 1), "60.00")
    order = submitted(session, now, {"OLD": "3"}, dealer)
    (line,) = lines(session, order.number)
    instead, place = {line.id: Promise(substitute=True)}, f"line-{line.id}-substitute"
    with pytest.raises(DomainError) as priceless:
        confirm_order(session, order.number, instead, DESK, now)
    assert told(priceless) == {place: "What replaces it has no price."}
    priced(session, new, date(2026, 1, 1), "60.00")
    confirm_order(session, order.number, {}, DESK, now)
    shipped(session, order.number, now, "1")
    with pytest.raises(DomainError) as mixed:
        promise_lines(session, order.number, instead, DESK, now)
    assert set(told(mixed)) == {place}
    assert (line.supplied_id, line.unit_price) == (None, d("50.00"))


def test_an_order_that_was_taken_on_says_so_before_it_judges_the_promise(
    session: Session, dealer: Dealer, new: Part, now: datetime
) -> None:
    priced(session, new, date(2026, 1, 1), "60.00")
    order = confirmed(session, now, {"OLD": "3"}, dealer)
    (line,) = lines(session, order.number)
    with pytest.raises(StateError):
        confirm_order(session, order.number, {line.id: Promise(date(2026, 11, 19))}, DESK, now)


def test_what_may_be_replaced_comes_as_ordered_unless_headquarters_says_otherwise(
    session: Session, dealer: Dealer, new: Part, now: datetime
) -> None:
    priced(session, new, date(2026, 1, 1), "60.00")
    order = submitted(session, now, {"OLD": "3"}, dealer)
    (line,) = lines(session, order.number)
    confirm_order(session, order.number, {line.id: Promise(ANSWERED)}, DESK, now)
    assert (line.promised_on, line.supplied_id, line.unit_price) == (ANSWERED, None, d("50.00"))
