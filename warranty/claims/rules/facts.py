"""Everything the checks may read of a claim, frozen: the same facts always give the same findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from portal.kernel.money import total
from warranty.authorisations.rules import Authorisation
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import LABOUR, PART, SUBLET
from warranty.coverage.rules.answer import Answer


@dataclass(frozen=True)
class LineFacts:
    """A line with what the catalogues say of it.

    ``known``: the code stands in a catalogue. ``fits``: the operation exists for the car's model.
    ``priced``: the part has a dealer price. ``per_vehicle``: how many of the part a car has.
    ``full``: quantity × unit price, what the line is worth before anybody lowered it.
    ``invoice_used``: another claim of the station asks for the same invoice of another workshop.
    """

    position: int
    kind: str
    code: str
    quantity: Decimal
    applied: Decimal
    causal: bool = False
    known: bool = True
    fits: bool = True
    priced: bool = True
    per_vehicle: Decimal | None = None
    component: str = "other"  # that the operation works on, the part belongs to
    invoice_used: bool = False
    full: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """An earlier odometer reading; ``replaced``: the meter was changed at that moment."""

    day: date
    km: int
    replaced: bool = False


@dataclass(frozen=True)
class OtherClaim:
    """Another claim on the car, of any station. ``number`` is None for another station's.

    ``refused``: headquarters did not pay it, and nobody appealed.
    """

    day: date
    causal_part: str | None
    component: str
    same_visit: bool = False
    number: str | None = None
    type: str = "repair"
    refused: bool = False


@dataclass(frozen=True)
class Car:
    """The car as far as the checks want to know it. ``begins`` is the day it was handed over, or invoiced."""

    vin: str
    known: bool = True
    model: str | None = None
    begins: date | None = None
    watch_level: str = "green"  # 三包预警, over all stations
    watch_value: int = 0
    watch_limit: int = 0


@dataclass(frozen=True)
class Station:
    """The station on the day of the check."""

    state: str = "open"
    grade: int | None = None


@dataclass(frozen=True)
class Visit:
    """The repair order behind the claim."""

    type: str
    state: str
    received_on: date
    completed_on: date | None
    odometer_km: int
    meter_replaced: bool = False


@dataclass(frozen=True)
class CampaignFacts:
    """The campaign that a claim names, and the claim's car in it.

    ``state`` is the car's: ``due``, ``done`` or ``exempt``; None where the campaign does not mean it, or does
    not exist. ``by_this_visit``: the claim's own visit did it. ``operation`` and ``part``: what its work is, where
    headquarters said so.
    """

    number: str
    open: bool = False
    state: str | None = None
    done_on: date | None = None
    by_this_visit: bool = False
    operation: str | None = None
    part: str | None = None


@dataclass(frozen=True)
class GoodwillFacts:
    """The goodwill that covers a claim: the percent that headquarters bears, and the station it was granted to."""

    number: str
    share: int
    station_id: int | None = None


@dataclass(frozen=True)
class ClaimFacts:
    """A claim on the day it is checked."""

    today: date
    type: str
    concern: str
    cause: str
    correction: str
    component: str
    causal_part: str | None
    car: Car
    station: Station
    visit: Visit
    lines: tuple[LineFacts, ...]
    limits: Limits
    readings: tuple[Reading, ...] = ()
    others: tuple[OtherClaim, ...] = ()
    photos_used_before: tuple[str, ...] = field(default=())
    coverage: Answer | None = None  # of the causal part, or the component, on the day of the visit
    campaign: CampaignFacts | None = None
    pre_authorisation: str | None = None  # the number that it names
    authorisation: Authorisation | None = None  # what the station has under that number
    dealer_id: int = 0
    vehicle_id: int = 0
    with_headquarters: bool = False  # it was submitted and did not come back
    first_submitted: date | None = None  # None: it never was
    goodwill: GoodwillFacts | None = None

    @cached_property
    def applied(self) -> Decimal:
        """What the claim asks for, in yuan."""
        return total(line.applied for line in self.lines)

    @property
    def full(self) -> Decimal:
        """What the claim is worth before anybody lowered it, in yuan."""
        return total(line.applied if line.full is None else line.full for line in self.lines)

    @property
    def parts(self) -> tuple[LineFacts, ...]:
        """The lines that are parts."""
        return tuple(line for line in self.lines if line.kind == PART)

    @property
    def sublets(self) -> tuple[LineFacts, ...]:
        """The lines that are work of another workshop."""
        return tuple(line for line in self.lines if line.kind == SUBLET)

    @property
    def labour(self) -> tuple[LineFacts, ...]:
        """The lines that are work."""
        return tuple(line for line in self.lines if line.kind == LABOUR)
