"""Whether a measure helps: the claims before its day and after it, for each thousand cars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH, TENTH = Decimal("0.01"), Decimal("0.1")
#: Whole months that are compared on each side, and how many make a comparison at all.
MOST_MONTHS, FEWEST_MONTHS = 6, 2


@dataclass(frozen=True)
class Month:
    """The claims received in a month (``2026-05``), and the cars that were in service at its end."""

    month: str
    claims: int
    cars: int


@dataclass(frozen=True)
class Side:
    """The months on one side of a measure's day."""

    months: int = 0
    claims: int = 0
    car_months: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Claims a month for each thousand cars, two places; None where there were no cars."""
        if not self.car_months:
            return None
        return (Decimal(1000 * self.claims) / self.car_months).quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Effect:
    """Both sides. ``change`` is in per cent of before (-50: half of it), None where it cannot be said."""

    before: Side
    after: Side
    change: Decimal | None
    told: str  # too_early | none | gone | fell | rose | same


def months_around(day: date, today: date) -> list[str]:
    """Return the whole months that are compared: up to six before the month of the day, up to six after it."""
    middle = day.year * 12 + day.month - 1
    running = today.year * 12 + today.month - 1
    places = range(middle - MOST_MONTHS, min(middle + MOST_MONTHS + 1, running))
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]


def weigh(months: Iterable[Month], day: date) -> Effect:
    """Compare the months before the month of a measure's day with those after it; that month counts for neither."""
    middle, known = f"{day:%Y-%m}", list(months)
    before = _side(one for one in known if one.month < middle)
    after = _side(one for one in known if one.month > middle)
    return Effect(before, after, *_told(before, after))


def _side(months: Iterable[Month]) -> Side:
    known = list(months)
    return Side(len(known), sum(one.claims for one in known), sum(one.cars for one in known))


def _told(before: Side, after: Side) -> tuple[Decimal | None, str]:
    if min(before.months, after.months) < FEWEST_MONTHS or not before.car_months or not after.car_months:
        return None, "too_early"
    then, now = before.claims * after.car_months, after.claims * before.car_months  # cross-multiplied: exact
    if not before.claims and not after.claims:
        return None, "none"
    word = "gone" if not now else "fell" if now < then else "rose" if now > then else "same"
    change = (Decimal(100 * (now - then)) / then).quantize(TENTH, ROUND_HALF_UP) if then else None
    return change, word
