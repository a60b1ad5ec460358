"""Days, periods and counters: where each begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.guarantee import Json, answer, at, case, job, old_case, visit
from warranty.guarantee.rules.counting import days_between
from warranty.guarantee.rules.facts import ZONE

START = datetime(2024, 2, 28, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spent", "days"),
    [
        (timedelta(0), 0),
        (timedelta(microseconds=1), 1),
        (timedelta(hours=24), 1),
        (timedelta(hours=24, microseconds=1), 2),
        (timedelta(hours=24, seconds=1), 2),
        (timedelta(days=30), 30),
        (timedelta(days=30, seconds=1), 31),
    ],
)
def test_every_full_day_is_a_day_and_so_is_a_remainder(spent: timedelta, days: int) -> None:
    assert days_between(START, START + spent) == days
    assert days_between(START.astimezone(ZONE), START + spent) == days


@pytest.mark.parametrize(
    ("hours", "excluded", "days"),
    [
        (242, ["72"], 8),  # 170 hours: seven days and a remainder
        (48, ["24"], 1),
        (48, ["23.9"], 2),
        (48, ["0.1", "23.9"], 1),  # binary fractions would leave a crumb
        (48, ["0.1", "0.2", "23.7"], 1),
        (48, ["48"], 0),
        (48, ["500"], 0),
        (1, ["0"], 1),
    ],
)
def test_excluded_hours_come_off_exactly_and_never_below_nought(hours: int, excluded: list[str], days: int) -> None:
    assert days_between(START, START + timedelta(hours=hours), [Decimal(one) for one in excluded]) == days


def excluding(kind: str, *, old: bool = False) -> int:
    given = visit("V", at(100), hours=240, excluded_hours=[{"kind": kind, "hours": 120}])
    made = old_case if old else case
    sold: Json = {"invoice_date": "2021-12-31", "delivery_date": None, "as_of": "2023-12-01T00:00:00+08:00"}
    found: int = answer(made(given, **(sold if old else {})))["visits"][0]["days"]
    return found


def test_which_hours_are_no_repair_time_depends_on_the_order() -> None:
    kinds = ("special_part_transport", "rescue_travel", "traction_battery_transport")
    assert [excluding(kind) for kind in kinds] == [5, 5, 5]
    assert [excluding(kind, old=True) for kind in kinds] == [5, 5, 10]


def test_excluded_hours_do_not_shorten_the_wait_for_a_substitute_car() -> None:
    moment = at(100)
    given = visit("V", moment, hours=121, excluded_hours=[{"kind": "rescue_travel", "hours": 121}])
    (row,) = answer(case(given))["visits"]
    assert (row["days"], row["substitute_car_from"]) == (0, "2023-04-30T09:00:00+08:00")


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"hours": 120}, None),
        ({"hours": 120 + 1 / 3600}, "2023-04-30T09:00:00+08:00"),
        ({"hours": 300}, "2023-04-30T09:00:00+08:00"),
        ({"hours": 300, "odometer_km": 60_000}, "2023-04-30T09:00:00+08:00"),
        ({"hours": 300, "odometer_km": 60_001}, None),
        ({"hours": 300, "jobs": [job(exemption="modification")]}, None),
        ({"hours": 300, "jobs": [job(quality_problem=False)]}, None),
        ({"hours": 300, "jobs": []}, None),
        ({"completed_at": None}, "2023-04-30T09:00:00+08:00"),
    ],
)
def test_a_substitute_car_is_due_from_the_sixth_day(changes: dict[str, Any], due: str | None) -> None:
    (row,) = answer(case(visit("V", at(100), **changes)))["visits"]
    assert row["substitute_car_from"] == due


def test_a_moment_of_another_offset_is_answered_by_the_clock_in_china() -> None:
    (row,) = answer(case(visit("V", "2023-04-25T01:00:00Z", hours=300)))["visits"]
    assert row["substitute_car_from"] == "2023-04-30T09:00:00+08:00"


def period(name: str, **changes: Any) -> str:
    end: str = answer(case(**({"as_of": "2026-01-01T00:00:00+08:00"} | changes)))["periods"][name]["ends_on"]
    return end


@pytest.mark.parametrize(
    ("delivery", "guarantee", "repair"),
    [
        ("2023-01-15", "2025-01-15", "2026-01-15"),
        ("2024-02-29", "2026-02-28", "2027-02-28"),
        ("2022-02-28", "2024-02-28", "2025-02-28"),
        ("2023-12-31", "2025-12-31", "2026-12-31"),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_months_last(delivery: str, guarantee: str, repair: str) -> None:
    assert period("guarantee", delivery_date=delivery) == guarantee
    assert period("repair", delivery_date=delivery) == repair


def test_a_certificate_that_promises_more_is_held_to_it() -> None:
    longer = {"guarantee": {"months": 25, "km": 50_001}, "delivery_date": "2023-01-31"}
    assert period("guarantee", **longer) == "2025-02-28"
    inside = case(
        visit("V", "2025-02-28T23:59:59+08:00", odometer_km=50_001), as_of="2025-03-01T00:00:00+08:00", **longer
    )
    assert answer(inside)["counters"]["repair_days"] == 1


@pytest.mark.parametrize(
    ("sale", "starts_on"),
    [
        ({}, "2023-01-15"),
        ({"delivery_date": None}, "2023-01-10"),
        ({"delivery_date": "2023-01-02"}, "2023-01-02"),  # handed over before the invoice
        ({"replaced_on": "2023-06-30"}, "2023-06-30"),
    ],
)
def test_periods_start_with_the_delivery_under_order_43(sale: Json, starts_on: str) -> None:
    assert answer(case(**sale))["periods"]["starts_on"] == starts_on


@pytest.mark.parametrize(
    ("sale", "starts_on"),
    [
        ({}, "2019-06-01"),
        ({"delivery_date": None}, "2019-06-01"),
        ({"delivery_date": "2019-05-30"}, "2019-06-01"),
        ({"replaced_on": "2020-01-31"}, "2020-01-31"),
    ],
)
def test_periods_start_with_the_invoice_under_order_150(sale: Json, starts_on: str) -> None:
    assert answer(old_case(**sale))["periods"]["starts_on"] == starts_on


@pytest.mark.parametrize(
    ("moment", "km", "guarantee", "repair"),
    [
        ("2025-01-15T23:59:59+08:00", 50_000, True, True),
        ("2025-01-16T00:00:00+08:00", 50_000, False, True),
        ("2025-01-15T16:00:00Z", 50_000, False, True),  # the 16th in China
        ("2025-01-15T15:59:59Z", 50_000, True, True),
        ("2024-01-15T09:00:00+08:00", 50_001, False, True),
        ("2024-01-15T09:00:00+08:00", 60_000, False, True),
        ("2024-01-15T09:00:00+08:00", 60_001, False, False),
        ("2026-01-15T23:59:59+08:00", 60_000, False, True),
        ("2026-01-16T00:00:00+08:00", 100, False, False),
        ("2023-01-15T00:00:00+08:00", 0, True, True),
        ("2023-01-14T23:59:59+08:00", 0, False, False),
    ],
)
def test_a_visit_is_inside_by_the_day_and_the_odometer_of_its_beginning(
    moment: str,
    km: int,
    *,
    guarantee: bool,
    repair: bool,
) -> None:
    found = answer(case(visit("V", moment, odometer_km=km), as_of="2026-06-01T00:00:00+08:00"))
    (row,) = found["visits"]
    assert (row["in_guarantee"], row["in_repair"], row["free_repair"]) == (guarantee, repair, repair)
    assert found["counters"]["repair_days"] == (1 if guarantee else 0)


def test_a_visit_that_begins_inside_and_ends_outside_counts_whole() -> None:
    given = case(visit("V", "2025-01-15T12:00:00+08:00", hours=10 * 24), as_of="2025-03-01T00:00:00+08:00")
    assert answer(given)["counters"]["repair_days"] == 10


@pytest.mark.parametrize(
    ("as_of", "km", "guarantee", "repair"),
    [
        ("2025-01-15T23:59:59+08:00", 50_000, True, True),
        ("2025-01-16T00:00:00+08:00", 50_000, False, True),
        ("2024-12-01T00:00:00+08:00", 50_001, False, True),
        ("2024-12-01T00:00:00+08:00", 60_001, False, False),
        ("2026-01-16T00:00:00+08:00", 10, False, False),
    ],
)
def test_a_period_is_in_force_by_as_of_and_the_highest_reading(
    as_of: str,
    km: int,
    *,
    guarantee: bool,
    repair: bool,
) -> None:
    low, high = visit("A", at(20), odometer_km=km), visit("B", at(40), odometer_km=5)
    periods = answer(case(low, high, as_of=as_of))["periods"]
    assert (periods["guarantee"]["in_force"], periods["repair"]["in_force"]) == (guarantee, repair)
    asked = case(as_of=as_of, demand={"received_on": "2024-11-30", "odometer_km": km, "choice": "return"})
    periods = answer(asked)["periods"]
    assert (periods["guarantee"]["in_force"], periods["repair"]["in_force"]) == (guarantee, repair)


def test_an_open_visit_runs_until_as_of_and_one_that_ended_later_does_too() -> None:
    moment, as_of = at(100), at(110)
    ended_later = visit("V", moment, job(serious_safety=True, resolved=False), hours=500)
    for given in (visit("V", moment, completed_at=None), ended_later):
        assert answer(case(given, as_of=as_of))["visits"][0]["days"] == 10
    first = visit("U", at(50), job(serious_safety=True))
    assert answer(case(first, ended_later, as_of=as_of))["entitlements"] == []  # whether it helped is not known yet
    assert answer(case(first, ended_later, as_of=at(130)))["entitlements"] != []


def test_counters_count_visits_not_jobs() -> None:
    given = case(
        visit(
            "V", at(10),
            job(problem="a", serious_safety=True), job(problem="b", serious_safety=True),
            job(problem="a", action="replace_assembly"), job(problem="c", action="replace_assembly"),
            job(component="brakes", part="booster", action="replace_part"),
            job(component="brakes", part="booster", action="replace_part"),
            job(problem="no", quality_problem=False), job(problem="exempt", exemption="force_majeure"),
        )
    )  # fmt: skip
    assert answer(given)["counters"] == {
        "repair_days": 1, "same_problem": {"P": 1, "a": 1, "b": 1, "c": 1}, "serious_safety_repairs": 1,
        "assembly_replacements": {"engine": 1}, "main_part_replacements": {"brakes/booster": 1},
    }  # fmt: skip


def test_visits_are_answered_in_the_order_of_agreement() -> None:
    rows = [visit("late", at(30)), visit("same b", at(20)), visit("early", at(10)), visit("same a", at(20))]
    assert [row["id"] for row in answer(case(*rows))["visits"]] == ["early", "same a", "same b", "late"]


def test_dates_are_chinas() -> None:
    midnight_in_china = datetime.combine(date(2023, 1, 23), datetime.min.time(), ZONE)
    given = visit(
        "V", (midnight_in_china - timedelta(seconds=1)).astimezone(UTC).isoformat(), job(action="replace_assembly")
    )
    assert [row["code"] for row in answer(case(given))["entitlements"]] == ["43-22"]  # day 7
    given = visit("V", midnight_in_china.astimezone(UTC).isoformat(), job(action="replace_assembly"))
    assert answer(case(given))["entitlements"] == []  # day 8
