"""Dated prices: the one of a day, and which new one is possible.

A price holds to its last day; where it has none, until a later price begins. So two prices overlap
only where a last day was set beyond the beginning of the next one, and a gap is what lies between a
last day and that beginning.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from portal.kernel.money import LIMIT, ZERO

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Price:
    """Prices from a day on, in yuan before tax. ``valid_until`` is the last day, None for an open end."""

    valid_from: date
    dealer: Decimal
    warranty: Decimal
    retail: Decimal
    valid_until: date | None = None


def price_on(prices: Iterable[Price], day: date) -> Price | None:
    """Return the price in force on a day: the latest that began by then, unless it is over; None without one."""
    begun = [price for price in prices if price.valid_from <= day]
    latest = max(begun, key=lambda price: price.valid_from, default=None)
    return None if latest is None or (latest.valid_until is not None and latest.valid_until < day) else latest


@dataclass(frozen=True)
class Problem:
    """A broken rule: its code, the field it belongs to, and the days or numbers that its words need."""

    code: str
    field: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Break:
    """Where two prices that follow each other do not meet: a ``gap`` of days without one, or an ``overlap``.

    ``first`` and ``last`` are the days without a price, or with two. ``before`` began the earlier
    price, ``after`` the later one.
    """

    kind: str
    first: date
    last: date
    before: date
    after: date


def breaks(periods: Iterable[tuple[date, date | None]]) -> list[Break]:
    """Return where periods, each from its first to its last day (None: open), leave a gap or overlap."""
    found = []
    for (start, end), (following, end_after) in pairwise(sorted(periods, key=lambda period: period[0])):
        if end is None:
            continue
        if end >= following:
            last = end if end_after is None else min(end, end_after)
            found.append(Break("overlap", following, last, start, following))
        elif end + DAY < following:
            found.append(Break("gap", end + DAY, following - DAY, start, following))
    return found


def price_problems(new: Price, known: Iterable[Price], today: date) -> list[Problem]:
    """Say what speaks against a new dated price of a part that has these: itself, or how it meets them."""
    periods = {price.valid_from: price.valid_until for price in known}
    found = own_problems(new, periods, today)
    if not {"day_taken", "days_turned"} & {problem.code for problem in found}:
        found += meeting_problems(new.valid_from, [*periods.items(), (new.valid_from, new.valid_until)])
    return found


def own_problems(new: Price, taken: Container[date], earliest: date | None) -> list[Problem]:
    """Say what speaks against a new price but how it meets the others.

    It begins on ``earliest`` (today) or later, because papers of past days keep theirs; None lets it
    begin on any day. A day has one price, and one that was ``taken`` keeps it. An amount is not
    negative, and the retail price is not below what the dealer pays.
    """
    found = []
    if earliest is not None and new.valid_from < earliest:
        found.append(Problem("past", "valid_from"))
    if new.valid_from in taken:
        found.append(Problem("day_taken", "valid_from"))
    elif new.valid_until is not None and new.valid_until < new.valid_from:
        found.append(Problem("days_turned", "valid_until"))
    wrong = [name for name in ("dealer", "warranty", "retail") if not ZERO <= getattr(new, name) <= LIMIT]
    found += [Problem("amount", name) for name in wrong]
    if not wrong and new.retail < new.dealer:
        found.append(Problem("retail_low", "retail"))
    return found


def meeting_problems(day: date, periods: Iterable[tuple[date, date | None]]) -> list[Problem]:
    """Name the gap or overlap at the first or last day of the price that begins on ``day``.

    ``periods`` are all prices of the part, this one among them, each from its first to its last day.
    """
    return [
        Problem(item.kind, "valid_from" if item.after == day else "valid_until", item.first, item.last)
        for item in breaks(periods)
        if day in {item.before, item.after}
    ]
