"""What the assessment reads: one car, its sale, its certificate, its visits and the owner's demand.

The words are those of `docs/guarantee.md`. Everything is frozen and checked before it gets here
(`warranty.guarantee.schemas`); the rules only reckon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dealers.service.rules.law import ACTIONS, ASSEMBLIES, EFFECTS, EXEMPTIONS

__all__ = ["ACTIONS", "ASSEMBLIES", "EFFECTS", "EXEMPTIONS"]

#: Dates are days in China; the law knows no other.
ZONE = ZoneInfo("Asia/Shanghai")

SYSTEMS = ("steering", "brakes", "suspension", "driveline", "pollution_control", "body")
COMPONENTS = (*ASSEMBLIES, *SYSTEMS, "other")
EXCLUDED_KINDS = ("special_part_transport", "traction_battery_transport", "rescue_travel")
CHOICES = ("replace", "return")


class Text(NamedTuple):
    """The same sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Term:
    """A period's length: so many months or kilometres, whichever is over first."""

    months: int
    km: int


@dataclass(frozen=True, slots=True)
class Sale:
    """When the car was sold and handed over, and for how much (yuan with tax)."""

    invoice_date: date
    delivery_date: date | None
    price: Decimal
    replaced_on: date | None = None  # handed over as a replacement that day (Art. 29)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the maker promises on the three-guarantees certificate (三包凭证, Art. 9)."""

    guarantee: Term
    repair: Term
    usage_coefficient: Decimal
    main_parts: Mapping[str, frozenset[str]]


class Job(NamedTuple):
    """One complaint of a visit as the law sees it. A tuple, since a network has millions of them."""

    problem: str  # the same value is the same quality problem
    component: str
    part: str | None
    action: str
    quality_problem: bool
    serious_safety: bool = False
    effect: str | None = None
    exemption: str | None = None  # Art. 32
    resolved: bool | None = None

    @property
    def counts(self) -> bool:
        """Tell whether the maker answers for it: a quality problem without an exemption."""
        return self.quality_problem and self.exemption is None


class Visit(NamedTuple):
    """One stay at a station, from the moment the repair was agreed on to its completion."""

    id: str
    agreed_at: datetime
    completed_at: datetime | None  # None: still open
    odometer_km: int
    jobs: tuple[Job, ...]
    excluded_hours: tuple[tuple[str, Decimal], ...] = ()  # kind, hours (Art. 24)


@dataclass(frozen=True, slots=True)
class Demand:
    """The owner asks for another car or for the money back."""

    received_on: date
    odometer_km: int
    choice: str  # replace | return


@dataclass(frozen=True, slots=True)
class Case:
    """All that an assessment rests on."""

    as_of: datetime
    vin: str
    category: str
    use: str
    sale: Sale
    certificate: Certificate
    repairs: tuple[Visit, ...] = ()
    demand: Demand | None = None
    labels: Mapping[str, Text] = field(default_factory=dict)  # problems in people's words, by their keys
