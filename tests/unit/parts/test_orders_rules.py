from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.orders.rules import Arrived, Counts, delivery_step, invoice_due, transport_hours
from tests.support.figures import d

BEGUN = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
moments = st.integers(-5_000, 5_000).map(lambda minutes: BEGUN + timedelta(minutes=minutes))
trips = st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair)))


def at(hours: str) -> datetime:
    return BEGUN + timedelta(seconds=int(Decimal(hours) * 3600))


def test_a_line_says_what_is_owed_and_what_is_coming() -> None:
    line = Counts(d("10"), delivered=d("6"), received=d("4"), cancelled=d("1"))
    assert (line.owed, line.coming) == (d("3"), d("5"))


def test_a_delivery_leaves_something_owed_or_nothing() -> None:
    done, part = Counts(d("2"), d("1"), cancelled=d("1")), Counts(d("2"), d("1"))
    assert delivery_step([done, done]) == "deliver_rest"
    assert delivery_step([done, part]) == "deliver_part"


@pytest.mark.parametrize(
    ("short", "damaged", "good", "fault"),
    [
        ("0", "0", "5", None), ("2", "3", "0", None), ("5", "0", "0", None), ("0", "5", "0", None),
        ("5.01", "0", "-0.01", "short"), ("-1", "0", "6", "short"),
        ("3", "2.01", "-0.01", "damaged"), ("0", "-1", "6", "damaged"),
    ],
)  # fmt: skip
def test_no_more_is_missing_than_was_sent(short: str, damaged: str, good: str, fault: str | None) -> None:
    line = Arrived(d("5"), d(short), d(damaged))
    assert (line.good, line.fault) == (d(good), fault)


@pytest.mark.parametrize(
    ("begun", "ended", "completed", "hours"),
    [
        ("10", "34.5", None, "24.50"),
        ("-10", "5", None, "5.00"),  # only while the car waited
        ("10", "34", "20", "10.00"),  # it went home before
        ("10", "10", None, "0.00"),
        ("-10", "-5", None, "0.00"),
        ("0", "0.019", None, "0.01"),  # what is not a whole hundredth stays repair time
    ],
)
def test_hours_of_one_transport(begun: str, ended: str, completed: str | None, hours: str) -> None:
    done = at(completed) if completed else None
    assert transport_hours([(at(begun), at(ended))], BEGUN, done) == d(hours)


def test_hours_in_which_several_parts_travel_count_once() -> None:
    assert transport_hours([(at("5"), at("15")), (at("0"), at("10")), (at("20"), at("21"))], BEGUN, None) == d("16.00")
    assert transport_hours([(at("0"), at("10")), (at("2"), at("3"))], BEGUN, None) == d("10.00")


@given(st.lists(trips, max_size=6), moments, st.one_of(st.none(), moments))
def test_hours_are_the_minutes_in_which_something_travelled(
    journeys: list[tuple[datetime, datetime]], received: datetime, completed: datetime | None
) -> None:
    """Counted minute by minute, the slow way."""
    minutes = {
        minute
        for start, end in journeys
        for minute in range(int((start - BEGUN).total_seconds() // 60), int((end - BEGUN).total_seconds() // 60))
        if BEGUN + timedelta(minutes=minute) >= received
        and (completed is None or BEGUN + timedelta(minutes=minute) < completed)
    }
    assert transport_hours(journeys, received, completed) == (Decimal(len(minutes)) * 100 // 60) / 100


def test_a_credit_comes_off_the_invoice() -> None:
    assert invoice_due(d("100.00"), d("30.00")) == d("70.00")
