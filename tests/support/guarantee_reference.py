"""The law's counters and rights once more, written from its text alone, slow and plain: what the engine is held to.

It shares nothing with `warranty.guarantee`: it reads the JSON case, counts by brute force and knows
the two orders by ``if``. What it does not say are sentences, articles and evidence.
"""

from __future__ import annotations

import math
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import chinese_calendar

Json = dict[str, Any]
CHINA = timezone(timedelta(hours=8))
LAST_PUBLISHED = 2026
OLD_ASSEMBLIES = ["engine", "transmission"]
NEW_ASSEMBLIES = [*OLD_ASSEMBLIES, "traction_battery", "drive_motor"]
OLD_SYSTEMS = ["steering", "brakes", "suspension", "driveline", "body"]
NEW_SYSTEMS = [*OLD_SYSTEMS, "pollution_control"]


def moment(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text).astimezone(CHINA)


def months_later(day: date, months: int) -> date:
    """Count months one by one, by the Civil Code."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class Reference:
    """The answer on the facts known at a moment."""

    def __init__(self, case: Json, known_at: datetime | None = None) -> None:
        self.case, self.until = case, known_at or moment(case["as_of"])
        sale = case["sale"]
        ruling = date.fromisoformat(sale["replaced_on"] or sale["invoice_date"])
        self.new = ruling >= date(2022, 1, 1)
        self.regime = "SAMR-43" if self.new else "AQSIQ-150" if ruling >= date(2013, 10, 1) else None
        kinds = ["passenger_car", "pickup"] if self.new else ["passenger_car"]
        vehicle = case["vehicle"]
        self.covered = bool(self.regime) and vehicle["category"] in kinds and vehicle["use"] == "household"
        first = sale["replaced_on"] or (self.new and sale["delivery_date"]) or sale["invoice_date"]
        self.start = date.fromisoformat(first)
        self.assemblies = NEW_ASSEMBLIES if self.new else OLD_ASSEMBLIES
        self.systems = NEW_SYSTEMS if self.new else OLD_SYSTEMS
        rows = [row for row in case["repairs"] if known_at is None or moment(row["agreed_at"]) < known_at]
        self.rows = sorted(rows, key=lambda row: (moment(row["agreed_at"]), row["id"]))

    def inside(self, row: Json, period: str) -> bool:
        """Tell whether a visit began inside a period."""
        return self.within(moment(row["agreed_at"]).date(), row["odometer_km"], period)

    def within(self, day: date, km: int, period: str) -> bool:
        """Tell whether a day and a distance are inside a period."""
        term = self.case["certificate"][period]
        return self.start <= day <= months_later(self.start, term["months"]) and km <= term["km"]

    def open(self, row: Json) -> bool:
        """Tell whether the visit is not over yet."""
        return row["completed_at"] is None or moment(row["completed_at"]) > self.until

    def jobs(self, row: Json) -> list[Json]:
        """Return the jobs that count, as far as they are known."""
        known = [job for job in row["jobs"] if job["quality_problem"] and job["exemption"] is None]
        forget = row["completed_at"] is not None and self.open(row)
        return [job | {"resolved": None} for job in known] if forget else known

    def raw_seconds(self, row: Json) -> Fraction:
        """Return the time in repair."""
        end = self.until if self.open(row) else moment(row["completed_at"])
        spent = end - moment(row["agreed_at"])
        return Fraction(spent // timedelta(microseconds=1), 1_000_000)

    def days(self, row: Json) -> int:
        """Return Article 24's days: begun days of 24 hours, less what is left out."""
        out = ["special_part_transport", "rescue_travel"] + ["traction_battery_transport"] * self.new
        hours = sum((Fraction(str(x["hours"])) for x in row["excluded_hours"] if x["kind"] in out), Fraction(0))
        return math.ceil(max(Fraction(0), self.raw_seconds(row) - hours * 3600) / 86_400)

    @cached_property
    def counting(self) -> list[Json]:
        """Return the visits that count inside the guarantee period."""
        return [row for row in self.rows if self.jobs(row) and self.inside(row, "guarantee")]

    def declared(self, job: Json, components: list[str]) -> bool:
        """Tell whether a job is about a declared main part of these components."""
        parts = self.case["certificate"]["main_parts"].get(job["component"], [])
        return job["component"] in components and job["part"] in parts

    def replaced_whole(self, job: Json) -> bool:
        """Tell whether a job replaced an assembly."""
        return job["action"] == "replace_assembly" and job["component"] in self.assemblies

    def visits_with_part(self, component: str, part: str) -> list[Json]:
        """Return the visits in which a main part was replaced, and not its whole assembly too."""
        return [
            row
            for row in self.counting
            if not any(self.replaced_whole(job) and job["component"] == component for job in self.jobs(row))
            and any(
                (job["component"], job["part"], job["action"]) == (component, part, "replace_part")
                and self.declared(job, self.assemblies + self.systems)
                for job in self.jobs(row)
            )
        ]

    def counters(self) -> Json:
        """Return the counters, each over every key there may be."""
        rows, every = self.counting, [job for row in self.counting for job in self.jobs(row)]
        problems = {job["problem"] for job in every}
        parts = {(job["component"], job["part"]) for job in every if job["part"]}
        return {
            "repair_days": sum(self.days(row) for row in rows),
            "same_problem": {
                key: sum(any(job["problem"] == key for job in self.jobs(row)) for row in rows) for key in problems
            },
            "serious_safety_repairs": sum(any(job["serious_safety"] for job in self.jobs(row)) for row in rows),
            "assembly_replacements": {
                key: count for key in self.assemblies if (count := sum(self.replaces(row, key) for row in rows))
            },
            "main_part_replacements": {
                f"{key[0]}/{key[1]}": len(found) for key in parts if (found := self.visits_with_part(*key))
            },
        }

    def replaces(self, row: Json, assembly: str) -> bool:
        """Tell whether a visit replaced this assembly."""
        return any(self.replaced_whole(job) and job["component"] == assembly for job in self.jobs(row))

    # --- rights ---

    def codes(self) -> set[str]:
        """Return the codes of what the owner may ask for."""
        pairs = [
            ("43-20" if self.new else "150-18", self.early_main_part()),
            ("43-22", self.new and self.early_replacement()),
            ("43-23" if self.new else "150-20-early", self.early_effect()),
            ("43-24-1" if self.new else "150-20-1", self.serious()),
            ("43-24-2" if self.new else "150-20-2", any(self.assembly(key) for key in self.assemblies)),
            ("43-24-3" if self.new else "150-20-2", self.any_part(self.assemblies)),
            ("43-24-3" if self.new else "150-20-3", self.any_part(self.systems)),
            ("43-24-4-days" if self.new else "150-21-days", self.counters()["repair_days"] > (30 if self.new else 35)),
            (
                "43-24-4-times" if self.new else "150-21-times",
                any(n > (4 if self.new else 5) for n in self.counters()["same_problem"].values()),
            ),
        ]
        return {code for code, true in pairs if true}

    def first_days(self, days: int, km: int | None) -> list[Json]:
        """Return the jobs of counting visits in the first days and kilometres."""
        return [
            job
            for row in self.counting
            if (moment(row["agreed_at"]).date() - self.start).days <= days and (km is None or row["odometer_km"] <= km)
            for job in self.jobs(row)
        ]

    def early_main_part(self) -> bool:
        """Article 20 (Order 150: 18)."""
        return any(self.declared(job, self.assemblies) for job in self.first_days(60, 3_000))

    def early_replacement(self) -> bool:
        """Article 22."""
        return any(
            self.replaced_whole(job) or (job["action"] == "replace_part" and self.declared(job, self.assemblies))
            for job in self.first_days(7, None)
        )

    def early_effect(self) -> bool:
        """Article 23 (Order 150: 20, its first sentence)."""
        effects = ["steering_failure", "brake_failure", "body_cracking", "fuel_leak"]
        effects += ["traction_battery_fire"] * self.new
        return any(job["effect"] in effects for job in self.first_days(60, 3_000))

    def serious(self) -> bool:
        """Article 24 (1)(1)."""
        rows = [row for row in self.counting if any(job["serious_safety"] for job in self.jobs(row))]
        cured = [job["resolved"] is not False for row in rows[1:2] for job in self.jobs(row) if job["serious_safety"]]
        return len(rows) > 2 or not all(cured)

    def assembly(self, key: str) -> bool:
        """Article 24 (1)(2) for one assembly."""
        rows = self.counting
        done = [row for row in rows if self.replaces(row, key)]
        if len(done) < 2:
            return False
        second = [job for job in self.jobs(done[1]) if self.replaced_whole(job) and job["component"] == key]
        after = rows[rows.index(done[1]) + 1 :]
        again = any(job["component"] == key for row in after for job in self.jobs(row))
        return again or any(job["resolved"] is False for job in second)

    def any_part(self, components: list[str]) -> bool:
        """Article 24 (1)(3) for the main parts of these components."""
        rows = self.counting
        for component in components:
            for part in self.case["certificate"]["main_parts"].get(component, []):
                done = self.visits_with_part(component, part)
                if len(done) < 2:
                    continue
                about = [job for job in self.jobs(done[1]) if (job["component"], job["part"]) == (component, part)]
                second = [job for job in about if job["action"] == "replace_part"]
                after = rows[rows.index(done[1]) + 1 :]
                again = [job for row in after for job in self.jobs(row) if job["component"] == component]
                if any(job["part"] == part for job in again) or any(job["resolved"] is False for job in second):
                    return True
        return False

    def remedy(self, code: str) -> str:
        """Return what a code gives."""
        if code in {"43-20", "150-18"}:
            return "replace_assembly"
        return "replace" if code.startswith("150-21") else "replace_or_return"


def free(code: str) -> bool:
    """Tell whether a code costs no usage fee."""
    return code in {"43-20", "150-18", "43-22", "43-23", "150-20-early"}


def working_days_later(day: date, number: int) -> tuple[date, bool]:
    """Walk working days; tell whether an unpublished year was touched."""
    provisional = False
    while number:
        day += timedelta(days=1)
        known = day.year <= LAST_PUBLISHED
        provisional = provisional or not known
        number -= chinese_calendar.is_workday(day) if known else day.isoweekday() <= 5
    return day, provisional


def judged(case: Json) -> Json | None:
    """Return what becomes of the case's demand."""
    demand = case["demand"]
    if demand is None:
        return None
    received = date.fromisoformat(demand["received_on"])
    midnight = datetime(received.year, received.month, received.day, tzinfo=CHINA) + timedelta(days=1)
    then = Reference(case, midnight)
    gives = {"replace": ["replace_or_return", "replace"], "return": ["replace_or_return"]}[demand["choice"]]
    basis = {code for code in then.codes() if then.remedy(code) in gives}
    if not then.within(received, demand["odometer_km"], "guarantee"):
        basis = set()
    reply, unknown = working_days_later(received, 10)
    complete, unknown_too = working_days_later(received, 20 if then.new else 15)
    fee = Fraction(case["sale"]["price"]) * demand["odometer_km"] / 1000
    fee *= Fraction(case["certificate"]["usage_coefficient"]) * (not any(free(code) for code in basis))
    return {
        "accepted": bool(basis),
        "basis": basis,
        "reply_by": str(reply),
        "complete_by": str(complete) if basis else None,
        "calendar": "provisional" if unknown or (basis and unknown_too) else "official",
        "usage_fee": str(half_up(fee)) if basis else None,
    }


def half_up(amount: Fraction) -> Decimal:
    """Round to the fen."""
    return (Decimal(math.floor(amount * 100 + Fraction(1, 2))) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
