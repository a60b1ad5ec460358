"""Cases for the three-guarantees law, as JSON has them: a plain one to change, and dice for thousands."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.support.code import ROOT
from warranty.guarantee.rules.assess import assess
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.schemas import case_from_json, plain
from warranty.guarantee.seeds import MAIN_PARTS, published_calendar

Json = dict[str, Any]
CHINA = timezone(timedelta(hours=8))
EXAMPLES = ROOT / "tests" / "data" / "guarantee"
VIN = "LVGBE40K58G201234"
#: Handed over on this day, the plain case's periods start with it; its last day is two years later.
DELIVERED = date(2023, 1, 15)


def examples() -> list[Path]:
    """Return the files of worked cases."""
    return sorted(EXAMPLES.glob("*.json"))


def answer(case: Json, orders: Iterable[Regime] = ORDERS) -> Json:
    """Assess a case by the way of the command line: text in, decoded answer out."""
    known = tuple(orders)
    found = plain(assess(case_from_json(json.dumps(case), known), known, published_calendar()))
    copy: Json = json.loads(json.dumps(found))
    return copy


def codes(case: Json, orders: Iterable[Regime] = ORDERS) -> list[str]:
    """Return the codes of a case's entitlements."""
    return [row["code"] for row in answer(case, orders)["entitlements"]]


def at(day: int, clock: str = "09:00:00", start: date = DELIVERED) -> str:
    """Return the moment so many days after delivery, by the clock in China."""
    return f"{start + timedelta(days=day)}T{clock}+08:00"


def later(moment: str, **step: float) -> str:
    """Return a moment moved by a ``timedelta``."""
    return (datetime.fromisoformat(moment) + timedelta(**step)).isoformat()


def job(**changes: Any) -> Json:
    """Return a plain job that counts: an engine repaired, and well."""
    plain_job = {
        "problem": "P", "component": "engine", "part": None, "action": "repair", "quality_problem": True,
        "serious_safety": False, "effect": None, "exemption": None, "resolved": True,
    }  # fmt: skip
    return plain_job | changes


def visit(name: str, agreed_at: str, *jobs: Json, hours: float = 6, **changes: Any) -> Json:
    """Return a visit of some hours; one plain job unless told otherwise."""
    row = {
        "id": name, "agreed_at": agreed_at, "completed_at": later(agreed_at, hours=hours), "odometer_km": 5_000,
        "excluded_hours": [], "jobs": list(jobs) or [job()],
    }  # fmt: skip
    return row | changes


def demand(received_on: str, choice: str = "return", odometer_km: int = 20_000) -> Json:
    """Return an owner's demand."""
    return {"received_on": received_on, "odometer_km": odometer_km, "choice": choice}


def case(*repairs: Json, **changes: Any) -> Json:
    """Return a household car under the order of 2021, handed over five days after its invoice.

    Changes go to the part that has the key: ``category``, ``price``, ``usage_coefficient``, ...
    """
    built: Json = {
        "as_of": "2024-12-01T09:00:00+08:00",
        "vehicle": {"vin": VIN, "category": "passenger_car", "use": "household"},
        "sale": {"invoice_date": "2023-01-10", "delivery_date": str(DELIVERED), "price": "129800.00",
                 "replaced_on": None},
        "certificate": {"guarantee": {"months": 24, "km": 50_000}, "repair": {"months": 36, "km": 60_000},
                        "usage_coefficient": "0.005", "main_parts": {key: [*own] for key, own in MAIN_PARTS.items()}},
        "repairs": list(repairs),
        "demand": None,
    }  # fmt: skip
    for key, value in changes.items():
        for part in (built, built["vehicle"], built["sale"], built["certificate"]):
            if key in part:
                part[key] = value
                break
        else:
            raise KeyError(key)
    return built


def old_case(*repairs: Json, **changes: Any) -> Json:
    """Return the same car under the order of 2012: invoiced on the day that the periods start."""
    sold: Json = {"invoice_date": "2019-06-01", "delivery_date": "2019-06-08", "usage_coefficient": "0.006",
                  "as_of": "2021-05-31T09:00:00+08:00"}  # fmt: skip
    return case(*repairs, **(sold | changes))


# --- dice ------------------------------------------------------------------------------------------

_INVOICES = ("2013-09-30", "2013-10-01", "2019-06-01", "2020-02-29", "2021-12-31", "2022-01-01", "2023-01-10",
             "2023-08-31", "2024-02-29")  # fmt: skip
_FOCUS = ("engine", "transmission", "traction_battery", "brakes", "steering", "pollution_control", "other")
_OFFSETS = (UTC, CHINA, CHINA, CHINA, timezone(timedelta(hours=-5, minutes=-30)))
_DAYS = (0, 1, 6, 7, 8, 13, 14, 59, 60, 61, 65, 66, 730, 731, 732)
_KM = (0, 2_999, 3_000, 3_001, 49_999, 50_000, 50_001, 60_000, 60_001)
_HOURS = (0, 1 / 3600, 23, 24, 24 + 1 / 3600, 48, 120, 120 + 1 / 3600, 168, 240)


def random_case(dice: random.Random) -> Json:
    """Throw a case whose days, distances and hours lie about the law's lines."""
    invoice = date.fromisoformat(dice.choice(_INVOICES))
    delivery = dice.choice((None, invoice, invoice + timedelta(days=5), invoice - timedelta(days=2)))
    replaced = dice.choice((None,) * 9 + (date(2021, 12, 31), date(2022, 1, 1), date(2023, 5, 31)))
    start = replaced or delivery or invoice
    old = (replaced or invoice) < date(2022, 1, 1)
    focus = dice.sample(_FOCUS, dice.choice((1, 2)))
    repairs = [_random_visit(dice, f"R{n}", start, focus) for n in range(dice.randint(0, 8))]
    dice.shuffle(repairs)
    moments = [datetime.fromisoformat(row["agreed_at"]) for row in repairs] or [datetime(2024, 6, 3, 9, tzinfo=CHINA)]
    as_of = max(moments) + dice.choice((timedelta(0), timedelta(seconds=1), timedelta(hours=100), timedelta(days=60)))
    return case(
        *repairs,
        as_of=as_of.isoformat(),
        category=dice.choice(("passenger_car",) * 8 + ("pickup", "special_passenger_car", "other")),
        use=dice.choice(("household",) * 12 + ("commercial", "official", "rental")),
        invoice_date=str(invoice), delivery_date=None if delivery is None else str(delivery),
        replaced_on=None if replaced is None else str(replaced), price=f"{dice.randint(0, 40_000_000) / 100:.2f}",
        guarantee={"months": dice.choice((24, 24, 25, 36)), "km": dice.choice((50_000, 50_000, 60_000))},
        repair={"months": dice.choice((36, 36, 48)), "km": dice.choice((60_000, 60_000, 100_000))},
        usage_coefficient=dice.choice(("0.005", "0.0065", "0.008") if old else ("0.005", "0.0001", "0.0033")),
        main_parts={key: [*own] for key, own in MAIN_PARTS.items() if dice.random() < 0.9},
        demand=_random_demand(dice, as_of, moments),
    )  # fmt: skip


def _random_demand(dice: random.Random, as_of: datetime, moments: list[datetime]) -> Json | None:
    if dice.randrange(2):
        return None
    last = as_of.astimezone(CHINA).date()
    wanted = dice.choice(moments).astimezone(CHINA).date() + timedelta(days=dice.choice((-1, 0, 1, 8, 40)))
    km = dice.choice((10, 12_345, 50_000, 50_001))
    return demand(str(min(last, wanted)), dice.choice(("replace", "return")), km)


def _random_visit(dice: random.Random, name: str, start: date, focus: list[str]) -> Json:
    day = start + timedelta(days=dice.choice((dice.choice(_DAYS), dice.randint(0, 60), *[dice.randint(0, 720)] * 3)))
    clock = dice.choice((0, 1, 43_200, 86_399, dice.randrange(86_400)))
    moment = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(seconds=clock)
    hours = dice.choice((dice.choice(_HOURS), dice.uniform(0, 300)))
    ended = None if dice.random() < 0.1 else (moment + timedelta(hours=hours)).astimezone(dice.choice(_OFFSETS))
    kinds = ("special_part_transport", "traction_battery_transport", "rescue_travel")
    return {
        "id": name,
        "agreed_at": moment.astimezone(dice.choice(_OFFSETS)).isoformat(),
        "completed_at": None if ended is None else ended.isoformat(),
        "odometer_km": dice.choice((dice.choice(_KM), dice.randint(0, 3_000), *[dice.randint(0, 50_500)] * 3)),
        "excluded_hours": [
            {"kind": dice.choice(kinds), "hours": dice.choice((0, 24, 0.5, 72.25, 500))}
            for _ in range(dice.choice((0, 0, 0, 1, 2)))
        ],
        "jobs": [_random_job(dice, focus) for _ in range(dice.choice((0, 1, 1, 1, 2, 3)))],
    }


def _random_job(dice: random.Random, focus: list[str]) -> Json:
    component = dice.choice(focus)
    own = MAIN_PARTS.get(component, ("case",))[:2]
    return job(
        problem=dice.choice("aaab"), component=component, part=dice.choice((None, own[0], own[0], own[-1], "trim")),
        action=dice.choice(("repair", "replace_part", "replace_part", "replace_assembly")),
        quality_problem=dice.random() < 0.9, serious_safety=dice.random() < 0.3,
        effect=dice.choice((None,) * 8 + ("brake_failure", "fuel_leak", "traction_battery_fire")),
        exemption=dice.choice((None,) * 8 + ("misuse", "force_majeure")), resolved=dice.choice((True, False, None)),
    )  # fmt: skip
