"""The engine beside a second, slow one that was written from the law's text alone, over thousands of random cars."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.guarantee import Json, answer, codes, random_case
from tests.support.guarantee_reference import Reference, free, judged, moment, months_later

SEEDS = range(6)
CASES = 500
CODES = {
    "43-20", "43-22", "43-23", "43-24-1", "43-24-2", "43-24-3", "43-24-4-days", "43-24-4-times",
    "150-18", "150-20-early", "150-20-1", "150-20-2", "150-20-3", "150-21-days", "150-21-times",
}  # fmt: skip


def thrown(seed: int) -> list[Json]:
    dice = random.Random(seed)
    return [random_case(dice) for _ in range(CASES)]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_say_the_same(seed: int) -> None:
    for case in thrown(seed):
        found, known = answer(case), Reference(case)
        assert (found["covered"], found["regime"]) == (known.covered, known.regime)
        if not known.covered:
            assert found.keys() == {"covered", "regime", "reason"}
            continue
        assert found["periods"] == periods(case, known)
        assert found["counters"] == known.counters()
        assert found["visits"] == [visit_row(row, known) for row in known.rows]
        assert {row["code"] for row in found["entitlements"]} == known.codes()
        for row in found["entitlements"]:
            assert (row["remedy"], row["usage_fee_due"]) == (known.remedy(row["code"]), not free(row["code"]))
        assert demand_of(found) == judged(case)


def periods(case: Json, known: Reference) -> Json:
    today = moment(case["as_of"]).date()
    readings = [row["odometer_km"] for row in case["repairs"]]
    km = max(readings + ([case["demand"]["odometer_km"]] if case["demand"] else [0]))
    rows: Json = {"starts_on": str(known.start)}
    for name in ("guarantee", "repair"):
        term = case["certificate"][name]
        end = months_later(known.start, term["months"])
        rows[name] = {"ends_on": str(end), "km": term["km"], "in_force": known.within(today, km, name)}
    return rows


def visit_row(row: Json, known: Reference) -> Json:
    counts, in_repair = bool(known.jobs(row)), known.inside(row, "repair")
    due = counts and in_repair and known.raw_seconds(row) > 5 * 86_400
    return {
        "id": row["id"], "in_guarantee": known.inside(row, "guarantee"), "in_repair": in_repair, "counts": counts,
        "days": known.days(row), "free_repair": counts and in_repair,
        "substitute_car_from": (moment(row["agreed_at"]) + timedelta(hours=120)).isoformat() if due else None,
    }  # fmt: skip


def demand_of(found: Json) -> Json | None:
    said: Json | None = found["demand"]
    if said is None:
        return None
    assert len(said["basis"]) == len(set(said["basis"]))
    return said | {"basis": set(said["basis"])}


def test_the_dice_reach_every_line_of_both_orders_and_both_ends_of_a_demand() -> None:
    seen: Counter[Any] = Counter()
    for case in [*thrown(SEEDS[0]), *thrown(SEEDS[1])]:
        found = answer(case)
        seen.update(row["code"] for row in found.get("entitlements", ()))
        if found.get("demand"):
            seen["accepted" if found["demand"]["accepted"] else "refused"] += 1
    assert {code for code in CODES if seen[code] < 3} == set()
    assert min(seen["accepted"], seen["refused"]) > 20


def test_the_visits_named_as_evidence_are_enough_by_themselves() -> None:
    for case in thrown(SEEDS[0]):
        for right in answer(case).get("entitlements", ()):
            named = [row for row in case["repairs"] if row["id"] in right["evidence"]]
            assert right["code"] in codes(case | {"repairs": named, "demand": None})
            order = [
                moment(row["agreed_at"]) for row in sorted(named, key=lambda row: right["evidence"].index(row["id"]))
            ]
            assert all(earlier <= after for earlier, after in pairwise(order))
            for visit in right["evidence"]:
                assert visit in right["reason"]["zh"]
                assert visit in right["reason"]["en"]


def test_the_watch_has_a_row_for_every_counter_above_nought_in_order() -> None:
    for case in thrown(SEEDS[1]):
        found = answer(case)
        if not found["covered"]:
            continue
        wanted = [
            (name, key, value)
            for name, counted in sorted(found["counters"].items())
            for key, value in (sorted(counted.items()) if isinstance(counted, dict) else [(None, counted)])
            if value
        ]
        assert [(row["counter"], row["key"], row["value"]) for row in found["watch"]] == wanted
        crossed = {row["counter"] for row in found["watch"] if row["level"] == "entitled"}
        rights = [row["code"] for row in found["entitlements"] if row["usage_fee_due"]]
        assert bool(crossed) == bool(rights)
