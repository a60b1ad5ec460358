"""What holds for every car, however it was driven and repaired."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.guarantee import CHINA, Json, answer, case, job, random_case, visit
from warranty.guarantee.rules.assess import usage_fee
from warranty.guarantee.rules.counting import Span, days_between, span
from warranty.guarantee.rules.facts import Term

EARLY = {"43-20", "43-22", "43-23", "150-18", "150-20-early"}

seeds = st.integers(0, 2**32)
dates = st.dates(datetime(2013, 10, 1).date(), datetime(2150, 12, 31).date())  # noqa: DTZ001


def thrown(seed: int, **changes: Any) -> Json:
    return random_case(random.Random(seed)) | changes


def covered(seed: int, **changes: Any) -> Json:
    one = thrown(seed, **changes)
    one["vehicle"] = one["vehicle"] | {"category": "passenger_car", "use": "household"}
    assume(one["sale"]["invoice_date"] >= "2013-10-01")
    return one


@settings(deadline=None)
@given(seeds, seeds)
def test_more_visits_take_no_right_away_and_lower_no_counter(seed: int, other: int) -> None:
    one = covered(seed, demand=None)
    more = [row | {"id": f"more {row['id']}"} for row in thrown(other)["repairs"]]
    more = [row for row in more if datetime.fromisoformat(row["agreed_at"]) <= datetime.fromisoformat(one["as_of"])]
    before, after = answer(one), answer(one | {"repairs": [*one["repairs"], *more]})
    assert {row["code"] for row in before["entitlements"]} <= {row["code"] for row in after["entitlements"]}
    for name in ("same_problem", "assembly_replacements", "main_part_replacements"):
        assert all(after["counters"][name][key] >= value for key, value in before["counters"][name].items())
    for name in ("repair_days", "serious_safety_repairs"):
        assert after["counters"][name] >= before["counters"][name]


@settings(deadline=None)
@given(seeds, st.randoms())
def test_the_order_of_visits_in_the_input_is_nothing(seed: int, dice: random.Random) -> None:
    one = thrown(seed)
    shuffled = list(one["repairs"])
    dice.shuffle(shuffled)
    assert answer(one | {"repairs": shuffled}) == answer(one)


@settings(deadline=None)
@given(seeds, st.sampled_from(["disclosed_defect", "misuse", "modification", "self_handling", "force_majeure"]))
def test_exempt_jobs_never_count(seed: int, exemption: str) -> None:
    one = covered(seed)
    extra = job(exemption=exemption, action="replace_assembly", serious_safety=True, effect="fuel_leak", resolved=False)
    laden = [row | {"jobs": [extra, *row["jobs"], extra | {"problem": "z"}]} for row in one["repairs"]]
    assert answer(one | {"repairs": laden}) == answer(one)
    exempt = [row | {"jobs": [one_job | {"exemption": exemption} for one_job in row["jobs"]]} for row in one["repairs"]]
    found = answer(one | {"repairs": exempt})
    assert (found["entitlements"], found["watch"], found["counters"]["repair_days"]) == ([], [], 0)
    assert not any(row["counts"] or row["free_repair"] or row["substitute_car_from"] for row in found["visits"])


@given(st.decimals(0, 500_000, places=2), st.integers(0, 200_000), st.integers(0, 5_000), st.decimals(0, 1, places=6))
def test_the_fee_grows_with_the_distance(price: Decimal, km: int, further: int, coefficient: Decimal) -> None:
    near, far = usage_fee(price, km, coefficient / 125), usage_fee(price, km + further, coefficient / 125)
    assert Decimal(0) <= near <= far
    assert near == near.quantize(Decimal("0.01"))


@given(dates, st.integers(0, 60), st.integers(0, 100_000))
def test_the_last_day_of_a_period_is_inside_and_the_next_is_not(start: Any, months: int, km: int) -> None:
    period = span(start, Term(months, km))
    day = timedelta(days=1)
    assert period.holds(period.end, km)
    assert not period.holds(period.end + day, km)
    assert not period.holds(period.end, km + 1)
    assert period.holds(start, 0)
    assert not period.holds(start - day, 0)
    # N months later: the same day, or the month's last where it has none.
    assert (period.end.year * 12 + period.end.month) - (start.year * 12 + start.month) == months
    assert period.end.day == start.day or (period.end.day < start.day and (period.end + day).day == 1)
    assert span(start, Term(months + 1, km)).end > period.end


@settings(deadline=None)
@given(st.integers(0, 3_000), st.integers(0, 500))
def test_an_open_visit_grows_with_as_of(hours: int, more: int) -> None:
    began = datetime(2023, 3, 1, 9, tzinfo=CHINA)
    days = []
    for spent in (hours, hours + more):
        one = case(visit("V", began.isoformat(), completed_at=None), as_of=(began + timedelta(hours=spent)).isoformat())
        days.append(answer(one)["counters"]["repair_days"])
    assert days == [-(-hours // 24), -(-(hours + more) // 24)]


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.lists(st.decimals(0, 500, places=3), max_size=3))
def test_days_grow_with_time_and_shrink_with_what_is_excluded(spent: int, more: int, excluded: list[Decimal]) -> None:
    start = datetime(2023, 3, 1, 9, tzinfo=CHINA)
    end = start + timedelta(microseconds=spent)
    days = days_between(start, end)
    assert days == -(-spent // 86_400_000_000)
    assert days_between(start, end + timedelta(microseconds=more)) >= days
    assert 0 <= days_between(start, end, excluded) <= days


@settings(deadline=None)
@given(seeds)
def test_a_demand_on_the_last_day_sees_what_the_assessment_sees(seed: int) -> None:
    """At the midnight that ends the day of receipt, demand and assessment are one question."""
    one = covered(seed, demand=None)
    midnight = datetime.fromisoformat(one["as_of"]).astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    one["as_of"] = (midnight + timedelta(days=1)).isoformat()
    asked = {"received_on": str(midnight.date()), "odometer_km": 0, "choice": "replace"}
    found = answer(one | {"demand": asked})
    rights = [row["code"] for row in answer(one)["entitlements"] if row["remedy"] != "replace_assembly"]
    start, end = found["periods"]["starts_on"], found["periods"]["guarantee"]["ends_on"]
    assert found["demand"]["basis"] == (rights if start <= asked["received_on"] <= end else [])


def test_the_early_rights_are_the_free_ones() -> None:
    dice = random.Random(7)
    seen: set[str] = set()
    for _ in range(300):
        for right in answer(random_case(dice)).get("entitlements", ()):
            assert right["usage_fee_due"] == (right["code"] not in EARLY)
            seen.add(right["code"])
    assert seen >= EARLY


def test_a_span_has_its_bounds() -> None:
    day = datetime(2024, 2, 29, tzinfo=CHINA).date()
    assert span(day, Term(24, 1)) == Span(day, day.replace(year=2026, day=28), 1)
