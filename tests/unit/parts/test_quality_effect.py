from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.quality.rules.effect import Effect, Month, Side, months_around, weigh

DAY, TODAY = date(2026, 5, 18), date(2026, 9, 10)


def test_whole_months_around_a_day() -> None:
    assert months_around(DAY, TODAY) == [
        "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08",
    ]  # fmt: skip
    assert months_around(DAY, date(2027, 9, 10))[-1] == "2026-11"  # six after it, however long ago it is
    assert months_around(DAY, DAY) == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]


def test_claims_for_each_thousand_cars_before_and_after() -> None:
    months = [
        Month("2026-03", 12, 4_000), Month("2026-04", 18, 6_000), Month("2026-05", 99, 1),
        Month("2026-06", 6, 8_000), Month("2026-07", 4, 12_000),
    ]  # fmt: skip
    found = weigh(months, DAY)
    # 30 claims on 10,000 car-months are 3 a thousand; 10 on 20,000 are 0.5: a sixth, 83.3 % less
    assert found == Effect(Side(2, 30, 10_000), Side(2, 10, 20_000), Decimal("-83.3"), "fell")
    assert (found.before.rate, found.after.rate) == (Decimal("3.00"), Decimal("0.50"))


def test_more_cars_with_more_claims_are_no_worse() -> None:
    months = [Month("2026-03", 3, 1_000), Month("2026-04", 3, 1_000), Month("2026-06", 6, 2_000),
              Month("2026-07", 6, 2_000)]  # fmt: skip
    assert (weigh(months, DAY).change, weigh(months, DAY).told) == (Decimal("0.0"), "same")


def test_half_of_a_last_place_goes_up() -> None:
    # 2,000 claims before and 2,001 after on as many cars are 0.05 % more; 1 claim on 200,000 is 0.005 a thousand
    months = [Month("2026-03", 1_000, 50_000), Month("2026-04", 1_000, 50_000), Month("2026-06", 1_000, 50_000)]
    more, fewer = (weigh([*months, Month("2026-07", claims, 50_000)], DAY) for claims in (1_001, 999))
    assert (more.change, more.told) == (Decimal("0.1"), "rose")
    assert (fewer.change, fewer.told) == (Decimal("-0.1"), "fell")
    assert Side(2, 1, 200_000).rate == Decimal("0.01")
    assert Side(2, 500, 1_000).rate == Decimal("500.00")  # every second car


def test_one_month_after_it_is_too_early() -> None:
    months = [Month("2026-03", 3, 1_000), Month("2026-04", 3, 1_000), Month("2026-06", 0, 1_000)]
    assert (weigh(months, DAY).change, weigh(months, DAY).told) == (None, "too_early")


def test_no_claims_before_and_some_after_is_a_rise_without_a_share() -> None:
    months = [Month(f"2026-0{number}", int(number > 5), 1_000) for number in (3, 4, 6, 7)]
    assert (weigh(months, DAY).change, weigh(months, DAY).told) == (None, "rose")


def test_a_failure_that_is_gone_and_one_that_never_was() -> None:
    gone = weigh([Month(f"2026-0{number}", int(number < 5), 1_000) for number in (3, 4, 6, 7)], DAY)
    assert (gone.change, gone.told, gone.after.rate) == (Decimal("-100.0"), "gone", Decimal("0.00"))
    never = weigh([Month(f"2026-0{number}", 0, 1_000) for number in (3, 4, 6, 7)], DAY)
    assert (never.change, never.told) == (None, "none")
    nothing = weigh([], DAY)
    assert (nothing.before.rate, nothing.change, nothing.told) == (None, None, "too_early")


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))))
def test_whatever_is_counted_something_is_told(counted: list[tuple[int, int, int]]) -> None:
    found = weigh([Month(f"2026-0{month}", claims, cars) for month, claims, cars in counted], DAY)
    before, after = found.before, found.after
    if found.told in {"none", "too_early"}:
        assert found.change is None
    if found.told == "none":
        assert before.claims == after.claims == 0
    if found.told == "gone":
        assert before.claims > after.claims == 0
    if found.told in {"fell", "rose", "same"}:
        assert min(before.car_months, after.car_months, before.claims + after.claims) > 0


def test_without_cars_there_is_no_rate() -> None:
    found = weigh([Month(f"2026-0{number}", 0, 0) for number in (3, 4, 6, 7)], DAY)
    assert (found.before.rate, found.told) == (None, "too_early")


@pytest.mark.parametrize("empty", [(3, 4), (6, 7)])
def test_where_one_side_had_no_cars_nothing_is_compared(empty: tuple[int, int]) -> None:
    cars = {number: 0 if number in empty else 1_000 for number in (3, 4, 6, 7)}
    found = weigh([Month(f"2026-0{number}", 0, cars[number]) for number in cars], DAY)
    assert (found.change, found.told) == (None, "too_early")
