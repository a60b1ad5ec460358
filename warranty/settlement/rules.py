"""Sums of a statement and its tax. Pure.

A statement is reckoned from its lines: each was rounded when it was audited, here they are only
added. Tax is reckoned once, on the net total, because the dealer writes one invoice for the month;
reckoned a line, every line's half fen would add up to yuan nobody owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.money import share, total

#: The kinds of line, in the order in which a statement shows them.
KINDS = ("labour", "part", "handling", "out_call", "towing", "substitute", "other")

#: Value-added tax on goods and repair work, from a day on. Ministry of Finance and State Taxation
#: Administration: [2018] 32 (16 %) and announcement 39 of 2019 (13 %); 17 % since the tax of 1994.
STATUTORY_RATES: Mapping[date, Decimal] = {
    date(1994, 1, 1): Decimal("0.1700"),
    date(2018, 5, 1): Decimal("0.1600"),
    date(2019, 4, 1): Decimal("0.1300"),
}


@dataclass(frozen=True)
class Amount:
    """What one line brings: its kind and yuan before tax."""

    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Sums:
    """A statement's money: before tax by kind and in all, tax, and both together."""

    by_kind: Mapping[str, Decimal]
    net: Decimal
    rate: Decimal
    tax: Decimal
    gross: Decimal

    def ledger(self) -> dict[str, Decimal]:
        """Return what headquarters owes for it, by account; adds up to ``gross``."""
        return {"claims": self.net, "tax": self.tax}


def reckon(lines: Iterable[Amount], rate: Decimal) -> Sums:
    """Add a statement's lines by kind and reckon its tax, half up to the fen, on the net total.

    Raises ``ValueError`` for a kind that no statement knows.
    """
    found: dict[str, list[Decimal]] = {}
    for line in lines:
        if line.kind not in KINDS:
            raise ValueError(f"no kind of settlement line: {line.kind!r}")
        found.setdefault(line.kind, []).append(line.amount)
    by_kind = {kind: total(found[kind]) for kind in KINDS if kind in found}
    net = total(by_kind.values())
    tax = share(net, rate)
    return Sums(by_kind, net, rate, tax, net + tax)


def rate_on(day: date, rates: Mapping[date, Decimal] | None = None) -> Decimal:
    """Return the tax rate in force on a day: the law's, where headquarters entered no other for it.

    Raises ``LookupError`` for a day before the tax existed.
    """
    known = {**STATUTORY_RATES, **(rates or {})}
    begun = [start for start in known if start <= day]
    if not begun:
        raise LookupError(f"no tax rate for {day}")
    return known[max(begun)]
