"""What fits which car: by model, days of production, range of VINs.

Serial numbers are put in order only within one head: all of a VIN before the serial but the check
digit, which changes from car to car.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parts.catalogue.rules.facts import quantity_problems

YES, NO, UNKNOWN = "yes", "no", "unknown"
#: Position 9 of a VIN is the check digit, the last six characters are the serial (GB 16735).
CHECK, SERIAL = 8, 11
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")


@dataclass(frozen=True)
class Fitment:
    """A part fits the cars of a model that were built on these days with these VINs; both ends included."""

    model_id: int
    quantity: Decimal = Decimal(1)
    built_from: date | None = None
    built_until: date | None = None
    vin_from: str | None = None
    vin_until: str | None = None

    @property
    def by_day(self) -> bool:
        """Tell whether the day of production matters."""
        return self.built_from is not None or self.built_until is not None


@dataclass(frozen=True)
class Car:
    """What a car's fitment goes by; ``produced_on`` is None where it is not registered."""

    vin: str
    model_id: int
    produced_on: date | None = None


@dataclass(frozen=True)
class Fit:
    """Whether a part fits a car: yes, no or unknown, and why; ``quantity`` is what the car takes.

    ``reason``: fits, instead (it goes in for ``number``, which fits), model, built, vin, no_fitment,
    built_unknown.
    """

    answer: str
    reason: str
    quantity: Decimal | None = None
    number: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a fitment: a code and its field."""

    code: str
    field: str


def head(vin: str) -> str:
    """Return what VINs of one range have in common: all before the serial, without the check digit."""
    return vin[:CHECK] + vin[CHECK + 1 : SERIAL]


def in_range(vin: str, first: str, last: str) -> bool:
    """Tell whether a VIN lies between two of one head, both included."""
    return head(vin) == head(first) and first[SERIAL:] <= vin[SERIAL:] <= last[SERIAL:]


def fits(fitments: Iterable[Fitment], car: Car) -> Fit:
    """Tell whether a part with these fitments fits a car.

    Unknown where the catalogue says nothing of the part, or where the answer hangs on a day of
    production that nobody registered. Where several rows fit, the car takes the largest quantity.
    """
    rows = list(fitments)
    if not rows:
        return Fit(UNKNOWN, "no_fitment")
    own = [row for row in rows if row.model_id == car.model_id]
    if not own:
        return Fit(NO, "model")
    judged = [(row, _judge(row, car)) for row in own]
    fitting = [row.quantity for row, reason in judged if reason == "fits"]
    if fitting:
        return Fit(YES, "fits", max(fitting))
    reasons = [reason for _row, reason in judged]
    if "built_unknown" in reasons:
        return Fit(UNKNOWN, "built_unknown")
    return Fit(NO, "vin" if "vin" in reasons else "built")


def _judge(row: Fitment, car: Car) -> str:
    """Say how a row of the car's model judges it: fits, built, vin or built_unknown."""
    days = row.built_from or date.min, row.built_until or date.max
    if car.produced_on is not None and not days[0] <= car.produced_on <= days[1]:
        return "built"
    if row.vin_from is not None and row.vin_until is not None and not in_range(car.vin, row.vin_from, row.vin_until):
        return "vin"
    return "built_unknown" if row.by_day and car.produced_on is None else "fits"


def fitment_problems(new: Fitment, known: Iterable[Fitment]) -> Iterator[Problem]:
    """Say what speaks against a new fitment of a part."""
    for code in quantity_problems(new.quantity):
        yield Problem(code, "quantity")
    if new.built_from is not None and new.built_until is not None and new.built_until < new.built_from:
        yield Problem("days_turned", "built_until")
    yield from _vin_problems(new.vin_from, new.vin_until)
    scope = _scope(new)
    if any(_scope(row) == scope for row in known):
        yield Problem("twice", "model")


def _scope(row: Fitment) -> tuple[object, ...]:
    return row.model_id, row.built_from, row.built_until, row.vin_from, row.vin_until


def _vin_problems(first: str | None, last: str | None) -> Iterator[Problem]:
    if first is None and last is None:
        return
    if first is None or last is None:
        yield Problem("vin_alone", "vin_from" if first is None else "vin_until")
        return
    wrong = [name for name, vin in (("vin_from", first), ("vin_until", last)) if _VIN.fullmatch(vin) is None]
    for name in wrong:
        yield Problem("vin", name)
    if not wrong and head(first) != head(last):
        yield Problem("heads_differ", "vin_until")
    elif not wrong and last[SERIAL:] < first[SERIAL:]:
        yield Problem("range_turned", "vin_until")
