"""What the watch keeps of an assessment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from warranty.guarantee.rules.assess import Assessment, assess
from warranty.guarantee.rules.facts import Case, Certificate, Job, Sale, Term, Visit
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.watching import differences, raised, watch_state
from warranty.guarantee.rules.working_days import Calendar

NOBODY = Calendar(frozenset(), frozenset(), frozenset())
MARCH = datetime(2026, 3, 1, 2, tzinfo=UTC)


def found(*visits: Visit, use: str = "household") -> Assessment:
    certificate = Certificate(Term(24, 50_000), Term(36, 60_000), Decimal("0.005"), {"engine": frozenset({"piston"})})
    sale = Sale(date(2026, 1, 10), date(2026, 1, 15), Decimal(100_000))
    return assess(
        Case(MARCH + timedelta(days=200), "-", "passenger_car", use, sale, certificate, visits), ORDERS, NOBODY
    )


def visit(name: str, start: datetime, days: int, *jobs: Job, km: int = 9_000) -> Visit:
    return Visit(name, start, start + timedelta(days=days), km, jobs)


def leak(**values: object) -> Job:
    return Job("leak", "engine", None, "repair", quality_problem=True)._replace(**values)


def test_nothing_is_kept_of_a_car_on_which_nothing_counts() -> None:
    assert watch_state(found(), 0) is None
    assert watch_state(found(visit("A", MARCH, 3, leak(exemption="misuse"))), 9_000) is None


def test_nothing_is_kept_of_a_car_that_no_order_covers() -> None:
    assert watch_state(found(visit("A", MARCH, 3, leak()), use="rental"), 9_000) is None


def test_the_worst_counter_comes_first() -> None:
    state = watch_state(found(visit("A", MARCH, 22, leak())), 9_000)
    assert state is not None
    assert (state.level, state.rank, state.counter, state.value, state.limit) == ("orange", 2, "repair_days", 22, 30)
    assert [row[0] for row in state.rows] == ["repair_days", "same_problem"]
    assert (state.repair_days, state.entitlements, state.in_force) == (22, (), True)
    assert (state.guarantee_ends_on, state.guarantee_km, state.odometer_km) == (date(2028, 1, 15), 50_000, 9_000)


def test_of_two_counters_of_a_level_the_one_nearer_to_its_line_comes_first() -> None:
    days = [MARCH + timedelta(days=30 * n) for n in range(2)]
    state = watch_state(found(*(visit(str(n), start, 8, leak()) for n, start in enumerate(days))), 9_000)
    assert state is not None  # 16 of 30 days and 2 of 4 times are both yellow
    assert [(row[0], row[4]) for row in state.rows] == [("repair_days", "yellow"), ("same_problem", "yellow")]


def test_a_right_of_the_first_days_is_a_crossed_line() -> None:
    early = visit("A", datetime(2026, 1, 20, 2, tzinfo=UTC), 1, leak(part="piston"), km=200)
    state = watch_state(found(early), 200)
    assert state is not None
    assert (state.level, state.counter, state.key, state.entitlements) == ("entitled", "early", "43-20", ("43-20",))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, "yellow", False), (None, "orange", True), ("yellow", "orange", True), ("orange", "orange", False),
        ("orange", "red", True), ("red", "orange", False), ("red", "entitled", True),
    ],
)  # fmt: skip
def test_somebody_is_told_when_a_car_comes_to_orange_or_worse(before: str | None, after: str, told: bool) -> None:  # noqa: FBT001
    assert raised(before, after) is told


def test_differences_name_what_is_not_the_same() -> None:
    assert differences({"level": "red", "value": 1}, {"level": "red", "value": 1}) == []
    assert differences({"level": "red", "value": 1}, {"level": "green", "limit": 2}) == ["level", "limit", "value"]
