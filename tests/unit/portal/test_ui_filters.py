from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.filters import NOTHING, day, hours, hours_over, km, moment, money, number, tone

#: Half past four in the afternoon in London is the next day in China.
LATE = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal(0), "0.00"),
        (Decimal("-0.5"), "-0.50"),
        (Decimal("1234567.89"), "1,234,567.89"),
        (Decimal("0.125"), "0.13"),  # half up, as invoices in China do; Python alone would say 0.12
        (7, "7.00"),
        (None, NOTHING),
    ],
)
def test_money_has_two_places_and_thousands_commas(value: Decimal | int | None, text: str) -> None:
    assert money(value) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_written_is_the_money_there_was(value: Decimal) -> None:
    assert Decimal(money(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.00"), "2"),
        (Decimal("0.50"), "0.5"),
        (Decimal(1200), "1,200"),
        (1000000, "1,000,000"),
        (None, NOTHING),
    ],
)
def test_a_quantity_has_no_empty_places(value: Decimal | int | None, text: str) -> None:
    assert number(value) == text


def test_hours_and_kilometres() -> None:
    assert (hours(Decimal("1.5")), hours(None)) == ("1.50", NOTHING)
    assert (km(12345), km(0), km(None)) == ("12,345 km", "0 km", NOTHING)


def test_a_moment_is_shown_by_the_clock_in_china() -> None:
    assert moment(LATE) == "2026-11-21 00:30"
    assert day(LATE) == "2026-11-21"
    assert day(date(2026, 11, 20)) == "2026-11-20"
    assert (moment(None), day(None)) == (NOTHING, NOTHING)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 11, 20, 10, 0))  # noqa: DTZ001  (that is the fault)


def test_returned_and_refused_look_different() -> None:
    assert tone("returned") == "warning"
    assert tone("refused") == "danger"
    assert tone("something new") == "plain"


@pytest.mark.parametrize(
    ("minutes", "hours"), [(-60, 0), (0, 0), (1, 1), (60, 1), (61, 2), (3 * 24 * 60, 72)],
)  # fmt: skip
def test_hours_over_count_begun_hours_once_it_is_past(minutes: int, hours: int) -> None:
    due = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert hours_over(due, due + timedelta(minutes=minutes)) == hours
    assert hours_over(None, due) == 0
