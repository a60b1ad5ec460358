"""What a three-guarantees regime is: an order's numbers, lists and articles, as data.

The functions of this package know kinds of lines that an order may draw (`KINDS`), never an order.
A third order is one more `Regime`; headquarters' tables hold them as versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from warranty.guarantee.rules.facts import Sale, Term, Text

#: Kinds of lines: three early ones, four that count, one that adds up days.
KINDS = (
    "early_main_part",  # a main part of an assembly fails in the first days
    "early_replacement",  # an assembly or a main part of one has to be replaced in the first days
    "early_effect",  # steering or brakes fail, the body cracks, fuel leaks, ... in the first days
    "serious_safety",  # repaired so often, and it or another serious fault is there again
    "assembly",  # the same assembly replaced so often, and still not right
    "main_part",  # the same main part replaced so often, and still not right
    "days",  # more days in repair than this
    "times",  # one problem repaired more often than this
)
#: Counters and the lines that end them; ``days`` and ``times`` are crossed beyond the limit.
COUNTERS = ("repair_days", "same_problem", "serious_safety_repairs", "assembly_replacements", "main_part_replacements")
LEVELS = ("green", "yellow", "orange", "red", "entitled")


@dataclass(frozen=True, slots=True)
class Ground:
    """One line of an order, and what the owner may ask for beyond it.

    ``limit`` is days or times. Early kinds hold inside ``within_days`` and ``within_km`` (None: no
    bound). ``components`` are the assemblies or systems that it speaks of.
    """

    code: str
    kind: str
    remedy: str  # replace_assembly | replace_or_return | replace
    usage_fee: bool
    article: Text
    limit: int = 0
    within_days: int | None = None
    within_km: int | None = None
    components: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which value a counter is yellow, orange, red; None: the level is passed over."""

    yellow: int
    orange: int | None
    red: int

    def level(self, value: int) -> str:
        """Return the level of a value that has not crossed its line."""
        if value >= self.red:
            return "red"
        if self.orange is not None and value >= self.orange:
            return "orange"
        return "yellow" if value >= self.yellow else "green"


@dataclass(frozen=True, slots=True)
class Regime:
    """An order in force for sales of some years."""

    code: str
    name: Text
    first_sale: date
    last_sale: date | None
    categories: tuple[str, ...]
    uses: tuple[str, ...]
    starts: str  # delivery | invoice: the day that periods start
    guarantee: Term  # statutory minimum
    repair: Term
    coefficient_min: Decimal | None  # None: anything above nought
    coefficient_max: Decimal
    assemblies: tuple[str, ...]
    systems: tuple[str, ...]
    grounds: tuple[Ground, ...]
    excluded_kinds: tuple[str, ...]  # hours that are not repair time
    substitute_after_days: int
    substitute_article: Text
    reply_days: int  # working days
    complete_days: int
    levels: Mapping[str, Thresholds]

    @property
    def components(self) -> tuple[str, ...]:
        """Assemblies and systems whose main parts the order counts."""
        return (*self.assemblies, *self.systems)

    def minimum_fault(self, guarantee: Term, repair: Term, coefficient: Decimal) -> list[tuple[str, str]]:
        """Return what a certificate promises too little of: (field, what is wrong), none where it is lawful."""
        faults = [
            (f"{name}/{unit}", f"below the minimum of {self.code}, which is {least}")
            for name, given, floor in (("guarantee", guarantee, self.guarantee), ("repair", repair, self.repair))
            for unit, value, least in (("months", given.months, floor.months), ("km", given.km, floor.km))
            if value < least
        ]
        if coefficient > self.coefficient_max:
            faults.append(("usage_coefficient", f"above the ceiling of {self.code}, which is {self.coefficient_max}"))
        elif coefficient <= 0:
            faults.append(("usage_coefficient", "has to be above 0"))
        elif self.coefficient_min is not None and coefficient < self.coefficient_min:
            faults.append(
                ("usage_coefficient", f"below the range of {self.code}, which begins at {self.coefficient_min}")
            )
        return faults

    def covers(self, category: str, use: str) -> bool:
        """Tell whether the order protects such a car."""
        return category in self.categories and use in self.uses


def ruling_date(sale: Sale) -> date:
    """Return the day whose order rules: the invoice's, or the replacement's (Art. 29)."""
    return sale.replaced_on or sale.invoice_date


def regime_on(regimes: Iterable[Regime], day: date) -> Regime | None:
    """Return the order that rules sales of a day; None before there was one."""
    for regime in regimes:
        if regime.first_sale <= day and (regime.last_sale is None or day <= regime.last_sale):
            return regime
    return None


def starts_on(regime: Regime, sale: Sale) -> date:
    """Return the day that the periods start (Art. 18, 29)."""
    if sale.replaced_on is not None:
        return sale.replaced_on
    if regime.starts == "delivery":
        return sale.delivery_date or sale.invoice_date
    return sale.invoice_date
