from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.analytics.queries.failures import Cell
from reports.analytics.rules import (
    Failed,
    basis,
    in_repair_period,
    months_in_service,
    per_car,
    per_thousand,
    r1000,
)
from reports.analytics.tables import _line


@pytest.mark.parametrize(
    ("start", "day", "months"),
    [
        (date(2025, 3, 3), date(2025, 3, 3), 0), (date(2025, 3, 3), date(2025, 4, 2), 0),
        (date(2025, 3, 3), date(2025, 4, 3), 1), (date(2025, 3, 3), date(2026, 3, 2), 11),
        (date(2025, 1, 31), date(2025, 2, 28), 0), (date(2025, 1, 31), date(2025, 3, 1), 1),
        (date(2025, 3, 3), date(2025, 3, 2), -1), (date(2025, 3, 3), date(2025, 2, 3), -1),
    ],
)  # fmt: skip
def test_whole_months_in_service(start: date, day: date, months: int) -> None:
    assert months_in_service(start, day) == months


CARS = {2: 400, 3: 100, 11: 300, 12: 200, 40: 100}
FAILED = [
    Failed(0, 2, 9, Decimal("900.00")),  # cars of two months have not reached three: neither side
    Failed(2, 3, 1, Decimal("100.00")), Failed(0, 40, 2, Decimal("260.00")), Failed(3, 11, 5, Decimal("500.00")),
    Failed(11, 12, 4, Decimal("800.00")), Failed(12, 40, 6, Decimal("1200.00")), Failed(-1, 40, 9, Decimal("9.00")),
]  # fmt: skip


def test_only_cars_that_reached_an_age_count_at_it() -> None:
    at_three = r1000(CARS, FAILED, 3)
    assert (at_three.cars, at_three.claims, at_three.cost) == (700, 3, Decimal("360.00"))
    assert (at_three.rate, at_three.per_car) == (Decimal("4.29"), Decimal("0.51"))  # 3000 / 700; 360 / 700
    at_twelve = r1000(CARS, FAILED, 12)
    # 200 + 100 cars; of these 2 claims in the first month and 4 in the twelfth; the five of month 3 are too young cars'
    assert (at_twelve.cars, at_twelve.claims, at_twelve.rate) == (300, 6, Decimal("20.00"))
    at_end = r1000(CARS, FAILED, 36)
    assert (at_end.cars, at_end.claims, at_end.per_car) == (100, 8, Decimal("14.60"))


def test_where_no_car_is_old_enough_there_is_no_rate() -> None:
    found = r1000({2: 5}, FAILED, 3)
    assert (found.cars, found.rate, found.per_car) == (0, None, None)
    assert per_thousand(3, 0) is None
    assert per_thousand(3, None) is None
    assert per_thousand(3, 800) == Decimal("3.75")
    assert per_thousand(999, 1_000) == Decimal("999.00")
    assert per_thousand(1, 200_000) == Decimal("0.01")  # half of the last place goes up


@given(st.dictionaries(st.integers(0, 60), st.integers(1, 500)), st.integers(0, 59))
def test_fewer_cars_reach_an_older_age(cars: dict[int, int], months: int) -> None:
    assert r1000(cars, (), months).cars >= r1000(cars, (), months + 1).cars


def test_cars_with_free_repair_in_a_month() -> None:
    sold = {("2023-05", 36): 10, ("2023-04", 36): 100, ("2026-05", 36): 1_000, ("2026-06", 36): 5, ("2021-05", 60): 7}
    # 2023-05 ends in 2026-05, 2023-04 ended the month before, 2026-06 has not begun
    assert in_repair_period(sold, "2026-05") == 10 + 1_000 + 7


@pytest.mark.parametrize(
    ("asked", "which"),
    [
        ({"part"}, "in_period"), ({"month"}, "in_period"), ({"model", "type"}, "in_period"), ({"dealer"}, "came_in"),
        ({"model", "dealer"}, "came_in"), ({"month", "region"}, "came_in"), ({"mis"}, None), ({"week", "band"}, None),
        ({"dealer", "mis"}, None),
    ],
)  # fmt: skip
def test_which_cars_claims_are_held_against(asked: set[str], which: str | None) -> None:
    """Whether it is what they are grouped by or what they are narrowed to is all the same."""
    assert basis(asked) == which


def test_yuan_for_each_car_are_rounded_half_up() -> None:
    assert (per_car(Decimal("0.05"), 2), per_car(Decimal("0.01"), 0)) == (Decimal("0.03"), None)
    cell = Cell(1, 1, Decimal("0.05"))
    assert _line("part", "P-1", "", cell, cell, 2).per_car == Decimal("0.03")
