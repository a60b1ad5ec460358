"""The rule book (审核规则): which checks run, how hard they are, what the limits and rates are, who decides.

Checks are code, one pure function each; all that headquarters may want to change about them is here,
in dated versions. The book that the portal comes with lets people decide everything: a machine pays
nothing before headquarters has put a book into force that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from warranty.claims.rules.checks.base import Check, Outcome, Severity
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import Rates


@dataclass(frozen=True)
class RuleSetting:
    """How headquarters wants one check: whether it runs, how hard it is, what it makes of a claim."""

    active: bool
    severity: Severity
    outcome: Outcome


@dataclass(frozen=True)
class Routing:
    """Who decides what the rules leave to people, and in how many hours.

    Amounts are yuan before tax. ``level_two_above`` is by the station's stars, as the limits are.
    """

    level_two_above: tuple[tuple[int, Decimal], ...] = (
        (0, Decimal(5000)), (1, Decimal(5000)), (2, Decimal(8000)), (3, Decimal(10000)), (4, Decimal(15000)),
        (5, Decimal(20000)),
    )  # fmt: skip
    level_two_types: tuple[str, ...] = ("goodwill",)
    level_two_watch: tuple[str, ...] = ("red", "entitled")
    four_eyes_above: Decimal = Decimal(30000)
    hours_level_one: int = 24
    hours_level_two: int = 72

    def limit(self, grade: int | None) -> Decimal:
        """Return up to which amount the first level decides for a station's stars."""
        known = dict(self.level_two_above)
        return known.get(grade or 0, known[0])


@dataclass(frozen=True)
class RuleBook:
    """One version. ``automatic``: what passes every check is approved without a person.

    ``sample_percent`` of what was approved so goes to a person afterwards; ``sample_seed`` decides which, and no
    page shows it.
    """

    version: int = 1
    valid_from: date = date(2022, 1, 1)
    automatic: bool = False
    sample_percent: int = 5
    sample_seed: str = ""
    settings: Mapping[str, RuleSetting] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    rates: Rates = field(default_factory=Rates)
    routing: Routing = field(default_factory=Routing)

    def setting(self, check: Check) -> RuleSetting:
        """Return how a check is wanted: as it was built where the book says nothing."""
        return self.settings.get(check.id) or RuleSetting(True, check.severity, check.outcome)


#: What the portal comes with.
FIRST_BOOK = RuleBook()
