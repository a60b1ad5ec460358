"""What may be counted, how long a sheet may be, and to whom nothing is sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.services import step_dealer
from parts.catalogue.models import Part
from parts.stock.models import StockTransfer
from parts.stock.queries.takes import take_page
from parts.stock.services import Line, add_found, count_lines, open_take, post_take, send_parts
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.network import act_as, make_dealer
from tests.factories.stock import make_clerk, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d

#: What is judged before anything is written is judged alike on every database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100")


@pytest.fixture
def clerk(session: Session, part: Part, now: datetime) -> Actor:
    """Has three of BP100, one in each of three bins, at 10.00."""
    clerk = act_as(session, make_clerk(session))
    for bin_ in ("A-01", "A-02", "B-01"):
        make_stock(session, clerk, part, now, "1", "10.00", bin_=bin_)
    return clerk


@pytest.mark.parametrize(
    ("counted", "left"),
    [("0", ("2", "20.00")), ("0.5", ("2.5", "25.00")), ("99999.99", ("100001.99", "1000019.90"))],
)
def test_a_bin_may_be_empty_or_full(
    session: Session, part: Part, clerk: Actor, now: datetime, counted: str, left: tuple[str, str]
) -> None:
    number = open_take(session, "B", clerk, now).number
    (line,) = take_page(session, number).lines
    count_lines(session, number, {line.id: d(counted)}, clerk)
    post_take(session, number, clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, part) == (d(left[0]), d(left[1]))


@pytest.mark.parametrize("wrong", ["-0.01", "100000.00"])
def test_what_cannot_lie_in_a_bin_is_told(
    session: Session, part: Part, clerk: Actor, now: datetime, wrong: str
) -> None:
    number = open_take(session, "B", clerk, now).number
    (line,) = take_page(session, number).lines
    with pytest.raises(DomainError) as counted:
        count_lines(session, number, {line.id: d(wrong)}, clerk)
    assert told(counted) == {f"line-{line.id}": "From 0 to 99,999.99, please."}
    with pytest.raises(DomainError) as found:
        add_found(session, number, "BP100", "C-01", d(wrong), clerk)
    assert told(found) == {"quantity": "From 0.01 to 99,999.99, please."}


def test_what_is_found_is_named_has_a_place_and_is_something(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    number = open_take(session, "B", clerk, now).number
    with pytest.raises(DomainError) as nothing:
        add_found(session, number, "NONE", " ", d("0"), clerk)
    assert set(told(nothing)) == {"part", "bin", "quantity"}
    for bin_, quantity in (("C-01", "0.01"), ("C-02", "99999.99")):
        add_found(session, number, "bp100", bin_, d(quantity), clerk)
    lines = take_page(session, number).lines
    assert [(line.bin, line.position) for line in sorted(lines, key=lambda one: one.position)] == [
        ("B-01", 1), ("C-01", 2), ("C-02", 3),
    ]  # fmt: skip


def test_nothing_is_sent_to_a_station_that_takes_nothing_in(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    shut = make_dealer(session)
    step_dealer(session, shut.id, "suspend", "停业", None, Actor.system("test"), now)
    with pytest.raises(DomainError) as wrong:
        send_parts(session, shut.code, [Line("BP100", d("1"), "A-01")], "", clerk, now)
    assert told(wrong) == {"receiver": "This station is suspended or closed: it takes nothing in."}
    assert session.scalar(select(func.count()).select_from(StockTransfer)) == 0
    assert stock_of(session, clerk.dealer_id or 0, part)[0] == d("3")
