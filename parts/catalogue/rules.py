"""The catalogue's rules: the price of a day, what replaces what, and which new price is possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.money import LIMIT, ZERO


@dataclass(frozen=True)
class Price:
    """Prices from a day on, in yuan before tax."""

    valid_from: date
    dealer: Decimal
    warranty: Decimal
    retail: Decimal


def price_on(prices: Iterable[Price], day: date) -> Price | None:
    """Return the price in force on a day: the latest that began by then; None where none did."""
    begun = [price for price in prices if price.valid_from <= day]
    return max(begun, key=lambda price: price.valid_from, default=None)


def chain(links: Mapping[str, str], number: str) -> list[str]:
    """Return the numbers that replace a part, one after the other; a circle is not walked twice."""
    found: list[str] = []
    seen = {number}
    while (following := links.get(number)) is not None and following not in seen:
        found.append(following)
        seen.add(following)
        number = following
    return found


def circles(links: Mapping[str, str]) -> set[str]:
    """Return every number that, replaced again and again, comes back to itself."""
    in_circle: set[str] = set()
    done: set[str] = set()
    for start in links:
        path: list[str] = []
        places: dict[str, int] = {}
        number: str | None = start
        while number is not None and number not in done and number not in places:
            places[number] = len(path)
            path.append(number)
            number = links.get(number)
        if number in places:
            in_circle.update(path[places[number] :])
        done.update(path)
    return in_circle


@dataclass(frozen=True)
class Problem:
    """A broken rule: its code and the field it belongs to."""

    code: str
    field: str


def price_problems(new: Price, known: Iterable[Price], today: date) -> list[Problem]:
    """Say what speaks against a new dated price.

    It begins today or later, because papers of past days keep theirs; a day has one price; an
    amount is not negative; and the retail price is not below what the dealer pays.
    """
    found = []
    if new.valid_from < today:
        found.append(Problem("past", "valid_from"))
    if any(price.valid_from == new.valid_from for price in known):
        found.append(Problem("day_taken", "valid_from"))
    found += [
        Problem("amount", name) for name in ("dealer", "warranty", "retail") if not ZERO <= getattr(new, name) <= LIMIT
    ]
    if not found and new.retail < new.dealer:
        found.append(Problem("retail_low", "retail"))
    return found
