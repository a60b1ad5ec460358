"""Recovery contracts (追偿协议): which one holds for a failed part on a day, and what speaks against a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.money import LIMIT, ZERO

PART, COMPONENT, ALL = "part", "component", "all"
#: What a contract can be about, the narrowest first: of several the narrowest holds.
SCOPES = (PART, COMPONENT, ALL)
#: The kinds of claim lines that a supplier bears a share of.
KINDS = ("labour", "part", "handling")
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Terms:
    """Percent of what headquarters bears that the supplier owes, by kind of line, and how much at most, in yuan.

    ``claim_cap`` bounds what one claim brings, ``year_cap`` what one contract year brings; None: no bound.
    """

    labour: Decimal
    part: Decimal
    handling: Decimal
    claim_cap: Decimal | None = None
    year_cap: Decimal | None = None

    def share(self, kind: str) -> Decimal:
        """Return the percent of a kind of line; what no contract speaks of (out-call, towing) is nobody's."""
        return getattr(self, kind) if kind in KINDS else ZERO


@dataclass(frozen=True)
class Contract:
    """A contract as it is reckoned by. Both days are included."""

    id: int
    scope: str
    value: str  # a part number, a component, or empty for all of the supplier's parts
    begins_on: date
    until_on: date
    terms: Terms

    def holds(self, part: str, component: str, day: date) -> bool:
        """Tell whether it is about a failed part, on the day on which the repair was completed."""
        meant = {PART: self.value == part, COMPONENT: self.value == component, ALL: True}[self.scope]
        return meant and self.begins_on <= day <= self.until_on

    def year(self, day: date) -> int:
        """Return the contract year of a day, from 1: a year begins on the anniversary of the first day.

        A contract that begins on 29 February has its anniversaries of other years on 1 March.
        """
        begun = (day.month, day.day) >= (self.begins_on.month, self.begins_on.day)
        return day.year - self.begins_on.year + (1 if begun else 0)


def choose(contracts: Iterable[Contract], part: str, component: str, day: date) -> Contract | None:
    """Return the contract of a supplier that holds for a failed part: the narrowest; None where none holds."""
    found = [contract for contract in contracts if contract.holds(part, component, day)]
    return min(found, key=lambda contract: SCOPES.index(contract.scope), default=None)


def overlapping(
    scope: str, value: str, begins_on: date, until_on: date, known: Iterable[Contract]
) -> Contract | None:  # fmt: skip
    """Return the earliest of a supplier's contracts about the very same that shares a day with a new one."""
    same = (one for one in known if (one.scope, one.value) == (scope, value))
    shared = [one for one in same if one.begins_on <= until_on and begins_on <= one.until_on]
    return min(shared, key=lambda one: one.begins_on, default=None)


def term_faults(terms: Terms) -> tuple[tuple[str, str], ...]:
    """Return what keeps terms from standing, as (code, field)."""
    shares = [(kind, terms.share(kind)) for kind in KINDS]
    faults = [("percent", f"{kind}_share") for kind, percent in shares if not ZERO <= percent <= WHOLE]
    if not faults and not any(percent for _kind, percent in shares):
        faults.append(("no_share", "part_share"))
    for name in ("claim_cap", "year_cap"):
        cap = getattr(terms, name)
        if cap is not None and not ZERO < cap <= LIMIT:
            faults.append(("cap", name))
    if not faults and terms.claim_cap is not None and terms.year_cap is not None and terms.claim_cap > terms.year_cap:
        faults.append(("cap_order", "claim_cap"))
    return tuple(faults)
