"""The whole answer: whom the law covers, a demand's fate, the fee, the watch; and the worked cases."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.guarantee import Json, answer, at, case, demand, examples, job, old_case, visit
from warranty.guarantee.rules.assess import assess, usage_fee
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.schemas import case_from_json
from warranty.guarantee.seeds import published_calendar

#: The day that the periods of `old_case` start.
INVOICED = date(2019, 6, 1)


def agree(expected: Any, found: Any, place: str = "") -> None:
    """Compare what the worked case says; sentences, articles and evidence are not in it."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            agree(value, found[key], f"{place}/{key}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
        assert len(expected) == len(found), place
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            agree(one, other, f"{place}/{number}")
    else:
        assert expected == found, place


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_worked_cases(path: Path) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    agree(given["expected"], answer(given["case"]))


def test_the_worked_cases_are_there() -> None:
    assert [path.name[:2] for path in examples()] == [f"{number:02}" for number in range(1, 15)]


@pytest.mark.parametrize(
    ("changes", "regime", "covered"),
    [
        ({}, "SAMR-43", True),
        ({"category": "pickup"}, "SAMR-43", True),
        ({"category": "special_passenger_car"}, "SAMR-43", False),
        ({"category": "other"}, "SAMR-43", False),
        ({"use": "commercial"}, "SAMR-43", False),
        ({"use": "official"}, "SAMR-43", False),
        ({"use": "rental"}, "SAMR-43", False),
        ({"invoice_date": "2022-01-01"}, "SAMR-43", True),
        ({"invoice_date": "2021-12-31"}, "AQSIQ-150", True),
        ({"invoice_date": "2021-12-31", "category": "pickup"}, "AQSIQ-150", False),
        ({"invoice_date": "2021-12-31", "category": "special_passenger_car"}, "AQSIQ-150", False),
        ({"invoice_date": "2021-12-31", "use": "rental"}, "AQSIQ-150", False),
        ({"invoice_date": "2013-10-01"}, "AQSIQ-150", True),
        ({"invoice_date": "2013-09-30"}, None, False),
        ({"invoice_date": "2013-09-30", "delivery_date": "2013-10-02"}, None, False),
        ({"invoice_date": "2021-12-31", "replaced_on": "2022-01-01"}, "SAMR-43", True),
        ({"invoice_date": "2013-09-30", "replaced_on": "2014-01-01"}, "AQSIQ-150", True),
    ],
)
def test_which_order_covers_which_car(changes: Json, regime: str | None, *, covered: bool) -> None:
    found = answer(case(**changes))
    assert (found["regime"], found["covered"]) == (regime, covered)
    if covered:
        assert found["reason"] is None
    else:
        assert found.keys() == {"covered", "regime", "reason"}
        assert found["reason"].keys() == {"zh", "en"}


def five(**changes: Any) -> Json:
    """Return a car whose fifth visit for one problem began on 2023-05-25."""
    return case(*[visit(f"V{n}", at(10 + 30 * n)) for n in range(5)], **changes)


def asked(received_on: str, choice: str = "return", km: int = 20_000, **changes: Any) -> Json:
    found: Json = answer(five(demand=demand(received_on, choice, km), **changes))["demand"]
    return found


@pytest.mark.parametrize(
    ("received_on", "km", "basis"),
    [
        ("2023-05-24", 20_000, []),  # the fifth visit is tomorrow's
        ("2023-05-25", 20_000, ["43-24-4-times"]),
        ("2024-11-30", 50_000, ["43-24-4-times"]),
        ("2024-11-30", 50_001, []),
        ("2023-01-14", 10, []),
    ],
)
def test_a_demand_is_judged_on_the_facts_of_its_day(received_on: str, km: int, basis: list[str]) -> None:
    found = asked(received_on, km=km)
    assert (found["accepted"], found["basis"]) == (bool(basis), basis)
    assert (found["complete_by"] is None) == (found["usage_fee"] is None) == (not basis)


@pytest.mark.parametrize(("received_on", "accepted"), [("2025-01-15", True), ("2025-01-16", False)])
def test_a_demand_has_to_come_inside_the_guarantee_period(received_on: str, *, accepted: bool) -> None:
    assert asked(received_on, as_of="2025-06-01T00:00:00+08:00")["accepted"] is accepted


def test_an_open_visit_is_counted_to_the_demands_midnight() -> None:
    # Agreed 30 days before the midnight that ends 2023-06-09: thirty days then, thirty-one a day later.
    open_visit = visit("V", "2023-05-11T00:00:00+08:00", completed_at=None)
    for received_on, accepted in (("2023-06-09", False), ("2023-06-10", True)):
        given = case(open_visit, demand=demand(received_on))
        assert answer(given)["demand"]["accepted"] is accepted


def test_a_visit_of_the_demands_own_evening_counts_and_of_the_next_midnight_does_not() -> None:
    for clock, accepted in (("2023-03-31T23:59:59+08:00", True), ("2023-04-01T00:00:00+08:00", False)):
        rows = [visit(f"V{n}", at(10 + n)) for n in range(4)]
        given = case(*rows, visit("V4", clock), demand=demand("2023-03-31"))
        assert answer(given)["demand"]["accepted"] is accepted


def test_whether_a_visit_that_ended_after_the_demand_helped_was_not_known_then() -> None:
    cured = visit("A", at(10), job(serious_safety=True))
    failed = visit("B", "2023-05-01T09:00:00+08:00", job(serious_safety=True, resolved=False), hours=48)
    for received_on, accepted in (("2023-05-02", False), ("2023-05-03", True)):
        given = case(cured, failed, demand=demand(received_on))
        assert answer(given)["demand"]["accepted"] is accepted


def test_order_150_gives_another_car_but_no_money_for_days_and_times() -> None:
    rows = [visit(f"V{n}", at(10 + n, start=INVOICED)) for n in range(6)]
    for choice, accepted in (("replace", True), ("return", False)):
        found = answer(old_case(*rows, demand=demand("2019-09-02", choice)))["demand"]
        assert found["accepted"] is accepted
        assert found["basis"] == (["150-21-times"] if accepted else [])


def test_a_right_to_another_assembly_is_no_ground_for_another_car() -> None:
    given = case(visit("V", at(20), job(part="crankshaft"), odometer_km=100), demand=demand("2023-03-01"))
    found = answer(given)
    assert [row["code"] for row in found["entitlements"]] == ["43-20"]
    assert (found["demand"]["accepted"], found["demand"]["basis"]) == (False, [])


def test_one_free_ground_frees_of_the_fee() -> None:
    rows = [visit(f"V{n}", at(10 + n), job(effect="fuel_leak"), odometer_km=100) for n in range(5)]
    found = answer(case(*rows, demand=demand("2023-06-01")))["demand"]
    assert (found["basis"], found["usage_fee"]) == (["43-23", "43-24-4-times"], "0.00")


def test_the_fee_is_price_times_distance_times_coefficient() -> None:
    # 129,800 × 20,000 ÷ 1,000 × 0.5 % = 12,980
    assert asked("2024-05-06")["usage_fee"] == "12980.00"
    assert asked("2024-05-06", km=0)["usage_fee"] == "0.00"
    assert asked("2024-05-06", usage_coefficient="0.001", price="0.00")["usage_fee"] == "0.00"


@pytest.mark.parametrize(
    ("price", "km", "coefficient", "fee"),
    [
        ("100000.00", 1, "0.00005", "0.01"),  # half a fen goes up
        ("99999.99", 1, "0.00005", "0.00"),
        ("100000.00", 3, "0.00005", "0.02"),
        ("129800.00", 20_000, "0.005", "12980.00"),
        ("99999999.99", 9_999_999, "0.005", "4999999499.50"),
    ],
)
def test_the_fee_is_rounded_once_half_up(price: str, km: int, coefficient: str, fee: str) -> None:
    assert str(usage_fee(Decimal(price), km, Decimal(coefficient))) == fee


def test_deadlines_are_the_orders() -> None:
    # 2024: 1-5 May are off, 11 May is worked; 6-11 May are six days, 13-16 four, 17, 20-24 six, 27-30 four.
    found = asked("2024-05-01")
    assert (found["reply_by"], found["complete_by"], found["calendar"]) == ("2024-05-16", "2024-05-30", "official")
    refused = asked("2023-01-20")
    assert (refused["accepted"], refused["complete_by"]) == (False, None)
    # 2023: 21-27 January are off, 28 and 29 are worked: 28, 29, 30, 31, 1, 2, 3, 6, 7, 8 February.
    assert refused["reply_by"] == "2023-02-08"


def test_order_150_completes_in_fifteen_working_days() -> None:
    rows = [visit(f"V{n}", at(10 + n, start=INVOICED), job(effect="fuel_leak"), odometer_km=9) for n in range(1)]
    found = answer(old_case(*rows, demand=demand("2019-07-01")))["demand"]
    assert (found["reply_by"], found["complete_by"]) == ("2019-07-15", "2019-07-22")


def test_a_year_without_a_published_calendar_makes_a_deadline_provisional() -> None:
    given = five(invoice_date="2098-12-01", delivery_date="2099-01-01", as_of="2099-12-01T00:00:00+08:00")
    given["repairs"] = [visit("V", "2099-01-05T09:00:00+08:00", job(action="replace_assembly"))]
    given["demand"] = demand("2099-01-05", "replace")  # a Monday
    found = answer(given)["demand"]
    assert (found["reply_by"], found["complete_by"]) == ("2099-01-19", "2099-02-02")
    assert found["calendar"] == "provisional"


def test_a_deadline_that_ends_in_a_year_without_a_calendar_makes_the_answer_provisional() -> None:
    # The calendar of 2026 is published: the answer is due on 24 December, the completion after the new year.
    sold: Json = {"invoice_date": "2026-03-01", "delivery_date": None, "as_of": "2026-12-20T00:00:00+08:00"}
    for clock, accepted, word in (("2026-03-03", True, "provisional"), ("2026-06-03", False, "official")):
        given = case(visit("V", f"{clock}T09:00:00+08:00", job(action="replace_assembly")), **sold)
        found = answer(given | {"demand": demand("2026-12-10")})["demand"]
        assert (found["accepted"], found["reply_by"], found["calendar"]) == (accepted, "2026-12-24", word)


def levels(given: Json) -> dict[str, str]:
    return {f"{row['counter']} {row['key'] or ''}".strip(): row["level"] for row in answer(given)["watch"]}


@pytest.mark.parametrize(
    ("days", "level", "old_level"),
    [
        (14, "green", "green"), (15, "yellow", "green"), (19, "yellow", "green"), (20, "orange", "yellow"),
        (24, "orange", "yellow"), (25, "red", "orange"), (29, "red", "orange"), (30, "red", "red"),
        (31, "entitled", "red"), (35, "entitled", "red"), (36, "entitled", "entitled"),
    ],
)  # fmt: skip
def test_levels_of_days_in_repair(days: int, level: str, old_level: str) -> None:
    assert levels(case(visit("V", at(100), hours=24 * days)))["repair_days"] == level
    assert levels(old_case(visit("V", at(100, start=INVOICED), hours=24 * days)))["repair_days"] == old_level


@pytest.mark.parametrize(
    ("times", "level", "old_level"),
    [
        (1, "green", "green"), (2, "yellow", "green"), (3, "orange", "yellow"), (4, "red", "orange"),
        (5, "entitled", "red"), (6, "entitled", "entitled"),
    ],
)  # fmt: skip
def test_levels_of_repairs_of_one_problem(times: int, level: str, old_level: str) -> None:
    rows = [visit(f"V{n}", at(100 + n)) for n in range(times)]
    assert levels(case(*rows))["same_problem P"] == level
    old_rows = [visit(f"V{n}", at(100 + n, start=INVOICED)) for n in range(times)]
    assert levels(old_case(*old_rows))["same_problem P"] == old_level


@pytest.mark.parametrize("times", [1, 2, 3])
def test_levels_of_replacements_and_of_serious_safety(times: int) -> None:
    jobs = [
        job(problem="a", action="replace_assembly"), job(problem="b", serious_safety=True, component="other"),
        job(problem="c", component="brakes", part="booster", action="replace_part"),
    ]  # fmt: skip
    found = levels(case(*[visit(f"V{n}", at(100 + n), *jobs) for n in range(times)]))
    level = {1: "yellow", 2: "red", 3: "entitled"}[times]
    assert found["assembly_replacements engine"] == level
    assert found["main_part_replacements brakes/booster"] == level
    assert found["serious_safety_repairs"] == level


def test_the_watch_is_sorted_and_says_the_line() -> None:
    given = case(visit("V", at(100), job(problem="b"), job(problem="a", action="replace_assembly")))
    rows = answer(given)["watch"]
    assert [(row["counter"], row["key"], row["value"], row["limit"]) for row in rows] == [
        ("assembly_replacements", "engine", 1, 2), ("repair_days", None, 1, 30), ("same_problem", "a", 1, 4),
        ("same_problem", "b", 1, 4),
    ]  # fmt: skip


def test_a_car_without_visits_has_nothing_to_watch() -> None:
    found = answer(case())
    assert (found["watch"], found["entitlements"], found["visits"], found["demand"]) == ([], [], [], None)


def test_the_answer_tells_in_one_word_whether_the_car_is_covered() -> None:
    for use, covered in (("household", True), ("rental", False)):
        found = assess(case_from_json(json.dumps(case(use=use)), ORDERS), ORDERS, published_calendar())
        assert found.covered is covered
