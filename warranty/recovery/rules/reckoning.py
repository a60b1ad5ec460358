"""What a supplier is asked for: the share of what headquarters bears of each line, within the caps of its contract.

The order is part of the rule: repairs use up a cap in the order of the day they were completed, then of their
claims, then of the lines of a claim. So the same costs come to the same amounts in whatever order they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from portal.kernel.money import ZERO, share, total
from warranty.recovery.rules.contracts import WHOLE, Contract, choose

Key = TypeVar("Key")

#: Yuan that a contract has brought in one of its years already, by (contract, year).
Used = Mapping[tuple[int, int], Decimal]


@dataclass(frozen=True)
class Cost:
    """One approved line of a claim: what headquarters bears of it, in yuan before tax, and for which failed part.

    ``charged_back`` is what was taken back of it from the station; with ``amount`` it is what was approved.
    """

    line: int
    claim: int
    position: int
    kind: str
    amount: Decimal
    part: str
    component: str
    done_on: date
    charged_back: Decimal = ZERO


@dataclass(frozen=True)
class Demand:
    """What one line brings, and how it was reckoned: ``amount`` is ``wanted`` less what either cap cut off."""

    cost: Cost
    contract: Contract
    year: int
    share: Decimal  # percent
    wanted: Decimal
    cut_claim: Decimal
    cut_year: Decimal

    @property
    def amount(self) -> Decimal:
        """Yuan to ask for."""
        return self.wanted - self.cut_claim - self.cut_year


def reckon(costs: Iterable[Cost], contracts: Iterable[Contract], used: Used) -> tuple[Demand, ...]:
    """Reckon what one supplier is asked for; costs that no contract gives a share of are left out.

    A claim's lines are reckoned together, for its cap is used up by them alone.
    """
    known = tuple(contracts)
    left_of_year: dict[tuple[int, int], Decimal] = {}
    left_of_claim: dict[int, Decimal] = {}
    demands = []
    for cost in sorted(costs, key=lambda one: (one.done_on, one.claim, one.position, one.line)):
        contract = choose(known, cost.part, cost.component, cost.done_on)
        percent = contract.terms.share(cost.kind) if contract is not None else ZERO
        if contract is None or not percent:
            continue
        year, terms = contract.year(cost.done_on), contract.terms
        wanted = share(cost.amount, percent / WHOLE)
        kept = _take(left_of_claim, cost.claim, terms.claim_cap, wanted)
        if terms.year_cap is not None:
            left_of_year.setdefault((contract.id, year), _left(terms.year_cap, used.get((contract.id, year), ZERO)))
        paid = _take(left_of_year, (contract.id, year), terms.year_cap, kept)
        demands.append(Demand(cost, contract, year, percent, wanted, wanted - kept, kept - paid))
    return tuple(demands)


def _left(cap: Decimal, used: Decimal) -> Decimal:
    return max(cap - used, ZERO)


def _take(left: dict[Key, Decimal], key: Key, cap: Decimal | None, wanted: Decimal) -> Decimal:
    """Take what is wanted out of what is left of a cap; return how much there was."""
    if cap is None:
        return wanted
    there = left.setdefault(key, cap)
    taken = min(wanted, there)
    left[key] = there - taken
    return taken


def asking(demands: Iterable[Demand]) -> tuple[Demand, ...]:
    """Leave out the claims that bring nothing, their caps being used up: they wait, for what is freed later.

    A line of nought stays beside its claim's other lines, for it shows what a cap cut off.
    """
    kept = tuple(demands)
    bringing = {one.cost.claim for one in kept if one.amount}
    return tuple(one for one in kept if one.cost.claim in bringing)


def at_most(amount: Decimal, percent: Decimal, borne: Decimal) -> Decimal:
    """Return what may still be asked of a line that was reckoned: its share of what headquarters bears of it by now."""
    return min(amount, share(borne, percent / WHOLE))


def claimed(demands: Iterable[Demand]) -> Decimal:
    """Add up demands."""
    return total(demand.amount for demand in demands)
