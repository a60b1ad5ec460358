from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.prices import Price, breaks, price_on, price_problems

TODAY = date(2026, 11, 20)


def _price(first: str, last: str | None = None) -> Price:
    end = date.fromisoformat(last) if last else None
    return Price(date.fromisoformat(first), Decimal("70.00"), Decimal("80.00"), Decimal("100.00"), end)


def test_a_price_is_over_after_its_last_day() -> None:
    prices = [_price("2026-01-01", "2026-06-30"), _price("2026-08-01")]
    assert price_on(prices, date(2026, 6, 30)) == prices[0]
    assert price_on(prices, date(2026, 7, 1)) is None
    assert price_on(prices, date(2026, 8, 1)) == prices[1]


OVERLAP_BEFORE = ("overlap", "valid_from", "2026-11-25", "2026-11-30")
OVERLAP_AFTER = ("overlap", "valid_until", "2027-01-01", "2027-01-31")


@pytest.mark.parametrize(
    ("known", "new", "problem"),
    [
        (_price("2026-01-01"), _price("2026-12-01"), None),
        (_price("2026-01-01", "2026-11-30"), _price("2026-12-01"), None),
        (_price("2026-01-01", "2026-11-30"), _price("2026-12-05"), ("gap", "valid_from", "2026-12-01", "2026-12-04")),
        (_price("2026-01-01", "2026-11-30"), _price("2026-11-25"), OVERLAP_BEFORE),
        (_price("2027-01-01"), _price("2026-12-01", "2026-12-31"), None),
        (_price("2027-01-01"), _price("2026-12-01", "2026-12-20"), ("gap", "valid_until", "2026-12-21", "2026-12-31")),
        (_price("2027-01-01"), _price("2026-12-01", "2027-01-31"), OVERLAP_AFTER),
        (_price("2026-01-01"), _price("2026-12-01", "2026-11-30"), ("days_turned", "valid_until", None, None)),
        (_price("2026-01-01"), _price("2026-12-01", "2026-12-01"), None),  # of one day
        (_price("2026-01-01", "2026-12-01"), _price("2026-12-01"), ("overlap", "valid_from", *["2026-12-01"] * 2)),
        (_price("2026-01-01", "2026-11-30"), _price("2026-12-02"), ("gap", "valid_from", *["2026-12-01"] * 2)),
        (_price("2026-01-01", "2026-12-31"), _price("2026-12-01", "2026-12-10"),
         ("overlap", "valid_from", "2026-12-01", "2026-12-10")),
    ],
)  # fmt: skip
def test_a_gap_or_an_overlap_is_told_at_the_day_that_makes_it(
    known: Price, new: Price, problem: tuple[str, str, str | None, str | None] | None
) -> None:
    found = [
        (item.code, item.field, *(day.isoformat() if day else None for day in (item.first, item.last)))
        for item in price_problems(new, [known], TODAY)
    ]
    assert found == ([problem] if problem else [])


def test_a_gap_or_an_overlap_of_old_prices_is_not_put_down_to_a_new_one() -> None:
    gap = [_price("2026-01-01", "2026-03-31"), _price("2026-05-01")]
    overlap = [_price("2026-01-01", "2026-05-31"), _price("2026-05-01")]
    assert [price_problems(_price("2026-12-01"), known, TODAY) for known in (gap, overlap)] == [[], []]


PERIODS = st.lists(
    st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 20))), unique_by=lambda pair: pair[0], max_size=6
)


@given(PERIODS)
def test_the_days_of_gaps_are_those_on_which_a_part_has_no_price(pairs: list[tuple[int, int | None]]) -> None:
    prices = [
        replace(_price("2026-01-01"), valid_from=_day(first), valid_until=None if long is None else _day(first + long))
        for first, long in pairs
    ]
    gaps = [item for item in breaks((price.valid_from, price.valid_until) for price in prices) if item.kind == "gap"]
    told = {_day(number) for item in gaps for number in range(_number(item.first), _number(item.last) + 1)}
    begins = sorted(price.valid_from for price in prices)
    between = range(_number(begins[0]), _number(begins[-1])) if begins else ()
    assert told == {_day(number) for number in between if price_on(prices, _day(number)) is None}


def _day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


def _number(day: date) -> int:
    return (day - date(2026, 1, 1)).days
