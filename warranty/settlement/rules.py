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

from portal.kernel.money import LIMIT, ZERO, share, total

#: What claims bring, in the order in which a statement shows it.
CLAIM_KINDS = ("labour", "part", "handling", "sublet", "out_call", "towing", "substitute", "other")
#: What stands beside the claims: old parts (旧件), audit, administrative, debits and credits (二次抵扣) of what was
#: paid before, and what goes over from one month to the next.
DEDUCTION_KINDS = (
    "old_part", "audit", "administrative", "debit", "credit", "brought_forward", "carried_over",
)  # fmt: skip
#: Those of them that count in the dealer's favour.
IN_FAVOUR = frozenset({"credit", "carried_over"})
#: Those that a person books; the others come by themselves.
BOOKED_BY_HAND = ("audit", "administrative", "debit", "credit")
#: Those that take back or give again what a claim was paid, where they name one; an administrative deduction is a
#: fine, which is no money of the claim.
OF_A_CLAIM = ("old_part", "audit", "debit", "credit")
KINDS = CLAIM_KINDS + DEDUCTION_KINDS

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

    @property
    def claims(self) -> Decimal:
        """What the claims bring before tax."""
        return total(self.by_kind[kind] for kind in CLAIM_KINDS if kind in self.by_kind)

    @property
    def deductions(self) -> Decimal:
        """What stands beside the claims, before tax; negative where it takes."""
        return total(self.by_kind[kind] for kind in DEDUCTION_KINDS if kind in self.by_kind)

    def ledger(self) -> dict[str, Decimal]:
        """Return what headquarters owes for it, by account; adds up to ``gross``."""
        beside = any(kind in self.by_kind for kind in DEDUCTION_KINDS)
        return {"claims": self.claims, **({"deductions": self.deductions} if beside else {}), "tax": self.tax}


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


def shortfall(lines: Iterable[Amount]) -> Decimal:
    """Return by how much a month's deductions exceed what it brings: that much is carried over to the next."""
    return max(ZERO, -total(line.amount for line in lines))


def signed(kind: str, amount: Decimal) -> Decimal:
    """Return an amount as it counts in a statement: what takes is negative.

    Raises ``ValueError`` for a kind that is no deduction, or an amount that is not above nought.
    """
    if kind not in DEDUCTION_KINDS or amount <= ZERO:
        raise ValueError(f"no deduction: {kind!r} {amount!r}")
    return amount if kind in IN_FAVOUR else -amount


def of_the_claim(kind: str, source: str) -> bool:
    """Tell whether an entry that names a claim is money of that claim; the credit of a fine is as little as the fine.

    A credit's ``source`` is its own number, or the kind and source of what it counters: ``debit:DD-…``.
    """
    return kind in OF_A_CLAIM and (kind != "credit" or not source.startswith("administrative:"))


def by_hand(kind: str, source: str) -> bool:
    """Tell whether a person booked an entry; the credit of an old part came with the answer to its dispute."""
    return kind in BOOKED_BY_HAND and not (kind == "credit" and source.startswith("old_part:"))


def left_of(audited: Decimal, beside: Decimal) -> Decimal:
    """Return the yuan that are left of a claim: audited, and what stands beside it (negative takes); never below 0."""
    return max(ZERO, audited + beside)


def booking_faults(kind: str, amount: Decimal, claim: str, settled: Decimal | None) -> list[tuple[str, str]]:
    """Return what keeps an entry from being booked by hand, as (code, field).

    A debit takes back what a claim was paid, so it names one and never takes more; ``settled`` is what is
    left of that, None where the dealer has no such claim.
    """
    faults = []
    if kind not in BOOKED_BY_HAND:
        faults.append(("kind", "kind"))
    if not ZERO < amount <= LIMIT:
        faults.append(("not_positive", "amount"))
    if claim and settled is None:
        faults.append(("claim_unknown", "claim"))
    if kind == "debit" and not claim:
        faults.append(("claim_needed", "claim"))
    if kind == "debit" and settled is not None and amount > settled:
        faults.append(("above_settled", "amount"))
    return faults


def takeable(asked: Decimal, left: Decimal | None) -> Decimal:
    """Return the yuan that an old part's deduction takes: no more than is left of its claim; None: no claim known."""
    return asked if left is None else min(asked, left)


def rate_on(day: date, rates: Mapping[date, Decimal] | None = None) -> Decimal:
    """Return the tax rate in force on a day: the law's, where headquarters entered no other for it.

    Raises ``LookupError`` for a day before the tax existed.
    """
    known = {**STATUTORY_RATES, **(rates or {})}
    begun = [start for start in known if start <= day]
    if not begun:
        raise LookupError(f"no tax rate for {day}")
    return known[max(begun)]
