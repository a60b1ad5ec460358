"""The three-guarantees law over a stream of cases, beside decoding and encoding the same lines.

What is timed is what ``sanbao guarantee assess --lines`` does from its first line on: read, check,
assess, write and flush. Processor time is taken, since the aim is a rate of one core.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.support import Result, in_turn, ratio, result
from warranty.guarantee.cli import answer_lines
from warranty.guarantee.seeds import MAIN_PARTS

CASES, ROUNDS, VISITS = 3_000, 5, 6
RATE, SHARE = 3_000, 0.125
CHINA = ZoneInfo("Asia/Shanghai")
DELIVERED = datetime(2023, 1, 15, 9, tzinfo=CHINA)


def run() -> list[Result]:
    """Measure a stream of cases, and count what was in it."""
    lines = [json.dumps(case(number), ensure_ascii=False).encode() + b"\n" for number in range(CASES)]
    answers = io.BytesIO()
    answer_lines(lines, answers)
    found = [json.loads(line) for line in answers.getvalue().splitlines()]
    if [one for one in found if not one.get("covered")]:
        raise RuntimeError("a case of the measurement was not answered")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  (a pipe that is always read)
        taken = in_turn(
            ROUNDS,
            engine=lambda: processor_seconds(lambda: answer_lines(lines, nowhere)),
            raw=lambda: processor_seconds(lambda: decode_and_encode(lines)),
        )
    rate = CASES / statistics.median(taken["engine"])
    share = ratio(taken["raw"], taken["engine"])
    return [
        result(f"cases of {VISITS} visits assessed, a second of one core", rate, "cases/s", f"≥ {RATE:,}",
               met=rate >= RATE, note=mix(found)),
        result("the same : json decoding and encoding of the lines", share, "ratio", f"≥ {SHARE}", met=share >= SHARE,
               note=f"{CASES / statistics.median(taken['raw']):,.0f} lines/s"),
    ]  # fmt: skip


def processor_seconds(work: Callable[[], Any]) -> float:
    """Return the processor time that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def decode_and_encode(lines: list[bytes]) -> None:
    """Do what no answer can do without."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    for line in lines:
        encode(json.loads(line)).encode()


def mix(found: list[dict[str, Any]]) -> str:
    """Say what was assessed."""
    entitled = sum(bool(one["entitlements"]) for one in found)
    demands = [one["demand"] for one in found if one["demand"]]
    accepted = sum(one["accepted"] for one in demands)
    rows = sum(len(one["watch"]) for one in found) / len(found)
    return f"{entitled} entitled, {len(demands)} demands ({accepted} accepted), {rows:.1f} rows to watch a car"


def case(number: int) -> dict[str, Any]:
    """Return a household car of 2023: most have come for six things, some too often for one or for too long."""
    dice = random.Random(number)
    again, long = dice.random() < 0.06, dice.random() < 0.06
    visits = []
    for place in range(VISITS):
        agreed = DELIVERED + timedelta(days=60 * place + dice.randint(20, 70), minutes=dice.randint(0, 500))
        hours = dice.choice((150, 220)) if long else dice.choice((2, 3, 5, 8, 26, 50))
        problem = "P" if again else dice.choice("PQRSTUVW")
        visits.append(visit(f"RO-{number:06d}-{place}", agreed, hours, 2_500 * (place + 1), problem, dice))
    return {
        "as_of": (DELIVERED + timedelta(days=500)).isoformat(),
        "vehicle": {"vin": "LVGBE40K58G201234", "category": "passenger_car", "use": "household"},
        "sale": {"invoice_date": "2023-01-10", "delivery_date": "2023-01-15", "price": "129800.00",
                 "replaced_on": None},
        "certificate": {"guarantee": {"months": 24, "km": 50_000}, "repair": {"months": 36, "km": 60_000},
                        "usage_coefficient": "0.005", "main_parts": MAIN_PARTS},
        "repairs": visits,
        "demand": None if number % 10 else {"received_on": "2024-05-01", "odometer_km": 20_000, "choice": "return"},
    }  # fmt: skip


def visit(name: str, agreed: datetime, hours: int, km: int, problem: str, dice: random.Random) -> dict[str, Any]:
    """Return a visit of a job or two."""
    excluded = [{"kind": "special_part_transport", "hours": 24.5}] if dice.random() < 0.05 else []
    return {
        "id": name, "agreed_at": agreed.isoformat(), "completed_at": (agreed + timedelta(hours=hours)).isoformat(),
        "odometer_km": km, "excluded_hours": excluded,
        "jobs": [job(name, dice) for name in (problem, "other")[: dice.choice((1, 1, 1, 2))]],
    }  # fmt: skip


def job(problem: str, dice: random.Random) -> dict[str, Any]:
    """Return a job, most often a plain repair of a quality problem."""
    component = dice.choice(("engine", "transmission", "brakes", "body", "other", "other"))
    return {
        "problem": problem, "component": component,
        "part": dice.choice((None, None, *MAIN_PARTS.get(component, ("radio",))[:1])),
        "action": dice.choice(("repair", "repair", "repair", "replace_part")), "quality_problem": dice.random() < 0.9,
        "serious_safety": dice.random() < 0.03, "effect": None,
        "exemption": "misuse" if dice.random() < 0.03 else None, "resolved": True,
    }  # fmt: skip
