"""Which lines a car has crossed: each article of both orders, on both sides of each boundary."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.guarantee import Json, answer, at, case, codes, job, old_case, visit

MIDNIGHT, LAST_SECOND = "00:00:00", "23:59:59"
CRANK = {"component": "engine", "part": "crankshaft"}
BRAKE = {"component": "brakes", "part": "booster"}
CATALYST = {"component": "pollution_control", "part": "catalytic_converter"}
SAFETY = {"serious_safety": True}
NEW_ENGINE = {"component": "engine", "action": "replace_assembly"}
NEW_CRANK = {**CRANK, "action": "replace_part"}
NEW_BOOSTER = {**BRAKE, "action": "replace_part"}
OLD_START = date(2019, 6, 1)


def once(day: int, clock: str = "09:00:00", km: int = 100, **changes: Any) -> Json:
    """Return a car of 2023 with one visit of one job, so many days after delivery."""
    return case(visit("V", at(day, clock), job(**changes), odometer_km=km))


def once_old(day: int, clock: str = "09:00:00", km: int = 100, **changes: Any) -> Json:
    """Return a car of 2019 with one visit of one job, so many days after its invoice."""
    return old_case(visit("V", old_at(day, clock), job(**changes), odometer_km=km))


def old_at(day: int, clock: str = "09:00:00") -> str:
    return at(day, clock, OLD_START)


def row(*jobs: Json | list[Json], old: bool = False, **changes: Any) -> Json:
    """Return a car with a visit every thirty days from the hundredth, each with one job or several."""
    moment = old_at if old else at
    visits = [
        visit(f"V{n}", moment(100 + 30 * n), *(one if isinstance(one, list) else [one])) for n, one in enumerate(jobs)
    ]
    return (old_case if old else case)(*visits, **changes)


EARLY = [
    # Article 20: a main part of an assembly, 60 days and 3,000 km.
    pytest.param(once(60, LAST_SECOND, 3_000, **CRANK), ["43-20"], id="20: day 60 and 3,000 km are inside"),
    pytest.param(once(61, MIDNIGHT, 3_000, **CRANK), [], id="20: day 61 is not"),
    pytest.param(once(60, LAST_SECOND, 3_001, **CRANK), [], id="20: 3,001 km are not"),
    pytest.param(once(0, MIDNIGHT, 0, **CRANK), ["43-20"], id="20: the day of delivery is inside"),
    pytest.param(once(9, component="engine", part="belt"), [], id="20: a part that is not declared"),
    pytest.param(once(9, component="engine", part=None), [], id="20: no part"),
    pytest.param(once(9, **BRAKE), [], id="20: a system's main part is no assembly's"),
    pytest.param(once(9, **CRANK, quality_problem=False), [], id="20: no quality problem"),
    pytest.param(once(9, **CRANK, exemption="misuse"), [], id="20: exempt by Article 32"),
    pytest.param(once(9, component="traction_battery", part="cell"), ["43-20"], id="20: the battery is an assembly"),
    pytest.param(once(9, component="drive_motor", part="rotor"), ["43-20"], id="20: the drive motor too"),
    pytest.param(once_old(60, LAST_SECOND, 3_000, **CRANK), ["150-18"], id="150-18: day 60 and 3,000 km are inside"),
    pytest.param(once_old(61, MIDNIGHT, 3_000, **CRANK), [], id="150-18: day 61 is not"),
    pytest.param(once_old(60, LAST_SECOND, 3_001, **CRANK), [], id="150-18: 3,001 km are not"),
    pytest.param(once_old(9, component="traction_battery", part="cell"), [], id="150-18 knows no traction battery"),
    # Article 22: an assembly or its main part to be replaced, seven days, any distance.
    pytest.param(once(7, LAST_SECOND, 9_999, **NEW_ENGINE), ["43-22"], id="22: day 7 at any distance"),
    pytest.param(once(8, MIDNIGHT, 9_999, **NEW_ENGINE), [], id="22: day 8 is not inside"),
    pytest.param(once(7, LAST_SECOND, 9_999, **NEW_CRANK), ["43-22"], id="22: a declared main part"),
    pytest.param(once(8, MIDNIGHT, 9_999, **NEW_CRANK), [], id="22: day 8, a main part"),
    pytest.param(once(7, km=50_000, **NEW_ENGINE), ["43-22"], id="22: 50,000 km are in the period"),
    pytest.param(once(7, km=50_001, **NEW_ENGINE), [], id="22: 50,001 km are not"),
    pytest.param(once(7, km=9_999, **CRANK), [], id="22: repaired, not replaced"),
    pytest.param(once(7, km=9_999, **NEW_BOOSTER), [], id="22: a system's part"),
    pytest.param(
        once(7, km=9_999, component="engine", part="belt", action="replace_part"), [], id="22: a part not declared"
    ),
    pytest.param(once(7, km=9_999, component="brakes", action="replace_assembly"), [], id="22: brakes are no assembly"),
    pytest.param(once(3, km=30, **NEW_CRANK), ["43-20", "43-22"], id="20 and 22 together"),
    pytest.param(once(3, km=30, **NEW_ENGINE, exemption="force_majeure"), [], id="22: exempt"),
    pytest.param(once_old(3, **NEW_ENGINE), [], id="order 150 has no seven days"),
    # Article 23: the effects, 60 days and 3,000 km.
    *(
        pytest.param(once(60, LAST_SECOND, 3_000, component="body", effect=effect), ["43-23"], id=f"23: {effect}")
        for effect in ("steering_failure", "brake_failure", "body_cracking", "fuel_leak", "traction_battery_fire")
    ),
    pytest.param(once(61, MIDNIGHT, 3_000, effect="fuel_leak"), [], id="23: day 61"),
    pytest.param(once(60, LAST_SECOND, 3_001, effect="fuel_leak"), [], id="23: 3,001 km"),
    pytest.param(once(9, effect="fuel_leak", quality_problem=False), [], id="23: no quality problem"),
    pytest.param(once(9, effect="fuel_leak", exemption="self_handling"), [], id="23: exempt"),
    *(
        pytest.param(once_old(60, LAST_SECOND, 3_000, effect=effect), ["150-20-early"], id=f"150: {effect}")
        for effect in ("steering_failure", "brake_failure", "body_cracking", "fuel_leak")
    ),
    pytest.param(once_old(61, MIDNIGHT, 3_000, effect="fuel_leak"), [], id="150: day 61"),
    pytest.param(once_old(9, effect="traction_battery_fire"), [], id="150 names no battery fire"),
]

REPEATED = [
    # Article 24 (1)(1): twice repaired for serious safety faults, and one is there still or anew.
    pytest.param(row(job(**SAFETY), job(**SAFETY, resolved=False)), ["43-24-1"], id="24-1: the second did not help"),
    pytest.param(row(job(**SAFETY), job(**SAFETY)), [], id="24-1: the second helped"),
    pytest.param(row(job(**SAFETY), job(**SAFETY, resolved=None)), [], id="24-1: nobody knows yet"),
    pytest.param(row(job(**SAFETY, resolved=False), job(**SAFETY)), [], id="24-1: the second did help"),
    pytest.param(row(job(**SAFETY, resolved=False)), [], id="24-1: only once"),
    pytest.param(
        row([job(**SAFETY, problem="a"), job(**SAFETY, problem="b", resolved=False)]), [], id="24-1: one visit"
    ),
    pytest.param(
        row(job(**SAFETY), [job(**SAFETY), job(problem="x", resolved=False)]), [], id="24-1: another job did not help"
    ),
    pytest.param(row(job(**SAFETY), job(**SAFETY), job(**SAFETY, problem="new")), ["43-24-1"], id="24-1: a new fault"),
    pytest.param(row(job(**SAFETY), job(**SAFETY), job(resolved=False)), [], id="24-1: the third is not serious"),
    pytest.param(
        row(job(**SAFETY), job(**SAFETY), job(**SAFETY, exemption="misuse")), [], id="24-1: the third is exempt"
    ),
    pytest.param(
        row(job(**SAFETY), job(**SAFETY, resolved=False), old=True), ["150-20-1"], id="150-20-1: did not help"
    ),
    pytest.param(row(job(**SAFETY), job(**SAFETY), old=True), [], id="150-20-1: it did"),
    # Article 24 (1)(2): the same assembly twice replaced, and still not right.
    pytest.param(row(job(**NEW_ENGINE), job(**NEW_ENGINE, resolved=False)), ["43-24-2"], id="24-2: did not help"),
    pytest.param(row(job(**NEW_ENGINE), job(**NEW_ENGINE)), [], id="24-2: helped"),
    pytest.param(row(job(**NEW_ENGINE), job(**NEW_ENGINE), job(problem="q")), ["43-24-2"], id="24-2: there again"),
    pytest.param(
        row(job(**NEW_ENGINE), job(**NEW_ENGINE), job(component="brakes")), [], id="24-2: another component afterwards"
    ),
    pytest.param(
        row(job(**NEW_ENGINE), job(component="transmission", action="replace_assembly", resolved=False)), [],
        id="24-2: two assemblies once each",
    ),
    pytest.param(row(job(**NEW_ENGINE), job(), job(**NEW_ENGINE)), [], id="24-2: a repair between counts for nothing"),
    pytest.param(
        row(job(**NEW_ENGINE), [job(**NEW_ENGINE), job(problem="q", resolved=False)]), [],
        id="24-2: the new engine itself helped",
    ),
    pytest.param(
        row(*[job(component="brakes", action="replace_assembly", resolved=False)] * 3), [], id="24-2: brakes are none"
    ),
    pytest.param(
        row(*[job(component="drive_motor", action="replace_assembly")] * 3), ["43-24-2"], id="24-2: the drive motor"
    ),
    pytest.param(
        row(*[job(component="drive_motor", action="replace_assembly")] * 3, old=True), [], id="150-20-2: not there"
    ),
    pytest.param(row(*[job(**NEW_ENGINE)] * 3, old=True), ["150-20-2"], id="150-20-2: the engine"),
    # Article 24 (1)(3): the same main part twice replaced, and still not right.
    pytest.param(row(job(**NEW_BOOSTER), job(**NEW_BOOSTER, resolved=False)), ["43-24-3"], id="24-3: did not help"),
    pytest.param(row(job(**NEW_BOOSTER), job(**NEW_BOOSTER)), [], id="24-3: helped"),
    pytest.param(row(job(**NEW_BOOSTER), job(**NEW_BOOSTER), job(**BRAKE)), ["43-24-3"], id="24-3: repaired again"),
    pytest.param(
        row(job(**NEW_BOOSTER), job(**NEW_BOOSTER), job(component="brakes", part="wheel_cylinder")), [],
        id="24-3: another part of the brakes afterwards",
    ),
    pytest.param(
        row(job(**NEW_BOOSTER), [job(**NEW_BOOSTER), job(**BRAKE, resolved=False)]), [],
        id="24-3: the replacement itself helped",
    ),
    pytest.param(row(*[job(**NEW_CRANK)] * 3), ["43-24-3"], id="24-3: an assembly's main part"),
    pytest.param(row(*[job(**CATALYST, action="replace_part")] * 3), ["43-24-3"], id="24-3: pollution control"),
    pytest.param(
        row(*[job(component="brakes", part="hose", action="replace_part", resolved=False)] * 3), [],
        id="24-3: not declared",
    ),
    pytest.param(
        row(*[job(component="other", part="radio", action="replace_part", resolved=False)] * 3), [],
        id="24-3: no component of the order",
    ),
    pytest.param(
        row([job(**NEW_CRANK), job(**NEW_ENGINE)], job(**NEW_CRANK, resolved=False)), [],
        id="24-3: a part that went with its whole engine is not counted again",
    ),
    pytest.param(
        row([job(**NEW_CRANK), job(**NEW_ENGINE, exemption="misuse")], job(**NEW_CRANK, resolved=False)), ["43-24-3"],
        id="24-3: an exempt engine takes nothing with it",
    ),
    pytest.param(
        row([job(**NEW_CRANK), job(**NEW_ENGINE | {"component": "transmission"})], job(**NEW_CRANK, resolved=False)),
        ["43-24-3"], id="24-3: another assembly takes nothing with it",
    ),
    pytest.param(row(*[job(**NEW_CRANK)] * 3, old=True), ["150-20-2"], id="150: an engine's main part is item 2"),
    pytest.param(row(*[job(**NEW_BOOSTER)] * 3, old=True), ["150-20-3"], id="150: a system's main part is item 3"),
    pytest.param(
        row(*[job(**CATALYST, action="replace_part")] * 3, old=True), [], id="150 names no pollution control"
    ),
    # Article 24 (1)(4): the same problem more than four times (five by order 150).
    pytest.param(row(*[job()] * 4), [], id="24-4: four times"),
    pytest.param(row(*[job()] * 5), ["43-24-4-times"], id="24-4: five times"),
    pytest.param(row(*[job(problem="a"), job(problem="b")] * 4), [], id="24-4: two problems, four times each"),
    pytest.param(row(*[[job(), job()]] * 4), [], id="24-4: two jobs in each of four visits"),
    pytest.param(row(*[job()] * 4, job(exemption="disclosed_defect")), [], id="24-4: the fifth is exempt"),
    pytest.param(row(*[job()] * 5, old=True), [], id="150-21: five times"),
    pytest.param(row(*[job()] * 6, old=True), ["150-21-times"], id="150-21: six times"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [*EARLY, *REPEATED])
def test_a_line_is_crossed_here_and_not_there(given: Json, expected: list[str]) -> None:
    assert codes(given) == expected


def stays(*hours: float, old: bool = False, **changes: Any) -> Json:
    """Return a car with a visit of so many hours each, every hundred days, each about another problem."""
    moment = old_at if old else at
    visits = [
        visit(f"V{n}", moment(100 * n), job(problem=f"P{n}"), hours=spent, **changes) for n, spent in enumerate(hours)
    ]
    return (old_case if old else case)(*visits)


SECOND = 1 / 3600


@pytest.mark.parametrize(
    ("given", "days", "expected"),
    [
        (stays(30 * 24), 30, []),
        (stays(30 * 24 + SECOND), 31, ["43-24-4-days"]),
        (stays(29 * 24, 24), 30, []),
        (stays(29 * 24, 24 + SECOND), 31, ["43-24-4-days"]),
        (stays(15 * 24 - 1, 15 * 24 - 1), 30, []),
        (stays(35 * 24, old=True), 35, []),
        (stays(35 * 24 + SECOND, old=True), 36, ["150-21-days"]),
        (stays(31 * 24, old=True), 31, []),
    ],
)
def test_more_days_in_repair_than_the_order_allows(given: Json, days: int, expected: list[str]) -> None:
    found = answer(given)
    assert found["counters"]["repair_days"] == days
    assert [row["code"] for row in found["entitlements"]] == expected


def test_a_right_carries_its_article_remedy_fee_and_visits() -> None:
    given = row(job(**SAFETY, problem="a"), job(**SAFETY, problem="b"), job(problem="c"), job(**SAFETY, problem="d"))
    (right,) = answer(given)["entitlements"]
    assert right["article"] == "市场监管总局令第43号第二十四条第一款第（一）项"
    assert (right["remedy"], right["usage_fee_due"]) == ("replace_or_return", True)
    assert right["evidence"] == ["V0", "V1", "V3"]


def test_two_problems_beyond_the_same_line_are_one_right_with_the_visits_of_both_in_order() -> None:
    given = row(*[job(problem="a"), job(problem="b")] * 5, job(problem="c"))
    (right,) = answer(given)["entitlements"]
    assert right["evidence"] == [f"V{n}" for n in range(10)]
    assert "（a）" in right["reason"]["zh"]
    assert "(b)" in right["reason"]["en"]


def test_days_name_the_visits_that_took_any() -> None:
    given = case(
        visit("long", at(10), hours=31 * 24),
        visit("at once", at(100), hours=0),
        visit("exempt", at(200), job(exemption="misuse")),
    )
    (right,) = answer(given)["entitlements"]
    assert right["evidence"] == ["long"]


def test_an_assembly_replaced_and_its_main_parts_are_one_right_under_order_150() -> None:
    given = row(job(**NEW_ENGINE), job(**NEW_ENGINE), job(**NEW_CRANK), job(**NEW_CRANK, resolved=False), old=True)
    (right,) = answer(given)["entitlements"]
    assert (right["code"], right["evidence"]) == ("150-20-2", ["V0", "V1", "V2", "V3"])
    assert right["article"] == "原质检总局令第150号第二十条第三款第（二）项"


@pytest.mark.parametrize(
    ("given", "remedy", "fee"),
    [
        (once(9, **CRANK), "replace_assembly", False),
        (once(7, km=9_999, **NEW_ENGINE), "replace_or_return", False),
        (once(9, effect="fuel_leak"), "replace_or_return", False),
        (row(*[job(**NEW_ENGINE)] * 3), "replace_or_return", True),
        (row(*[job(**NEW_CRANK)] * 3), "replace_or_return", True),
        (row(*[job()] * 5), "replace_or_return", True),
        (stays(31 * 24), "replace_or_return", True),
        (once_old(9, **CRANK), "replace_assembly", False),
        (once_old(9, effect="fuel_leak"), "replace_or_return", False),
        (row(*[job(**SAFETY)] * 3, old=True), "replace_or_return", True),
        (row(*[job(**NEW_BOOSTER)] * 3, old=True), "replace_or_return", True),
        (row(*[job()] * 6, old=True), "replace", True),
        (stays(36 * 24, old=True), "replace", True),
    ],
)
def test_what_each_right_gives_and_whether_use_is_paid_for(given: Json, remedy: str, *, fee: bool) -> None:
    rights = answer(given)["entitlements"]
    assert [(right["remedy"], right["usage_fee_due"]) for right in rights] == [(remedy, fee)]
