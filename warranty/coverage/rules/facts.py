"""What an answer about coverage (保修) rests on: the question, the car, and all that may cover it.

An empty word of a policy, a part warranty, a contract or a grant means that it does not ask: every
component, every use, every model. Everything is frozen; the order of what is listed means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.regimes import Regime


@dataclass(frozen=True, slots=True)
class Question:
    """Is this covered: a component or one part of it, on a day, at an odometer reading (km).

    ``wear_class`` is set for a wear part (易损耗零部件), as the model's certificate names it.
    """

    component: str
    day: date
    odometer_km: int
    part: str | None = None
    wear_class: str | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """How long something is covered: months, and kilometres unless ``km`` is None."""

    months: int
    km: int | None


class Until(NamedTuple):
    """The last day and the last kilometre of a coverage, both included; ``km`` None: no bound."""

    day: date
    km: int | None

    @property
    def rank(self) -> tuple[date, bool, int]:
        """Later ends rank higher: by the day, then by kilometres."""
        return (self.day, self.km is None, self.km or 0)


@dataclass(frozen=True, slots=True)
class Car:
    """The car. ``sale`` is None while none is recorded.

    ``taken_back_on`` is the day on which it came back from its owner by the three-guarantees law:
    since then only what parties agreed holds (三包换退车, Order 43, Art. 33).
    """

    model: str
    series: str
    category: str
    use: str
    sale: Sale | None
    taken_back_on: date | None = None

    def taken_back(self, day: date) -> bool:
        """Tell whether the car had been taken back by a day."""
        return self.taken_back_on is not None and day >= self.taken_back_on


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the maker's own coverage (保修政策) for cars sold from a day on.

    ``length`` None: withdrawn, cars sold since then get nothing by this scope.
    """

    version: int
    valid_from: date
    length: Length | None
    model: str = ""
    series: str = ""
    component: str = ""
    use: str = ""

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """What it is about; a later version of the same scope follows it."""
        return (self.component, self.use, self.model, self.series)

    @property
    def narrowness(self) -> tuple[bool, bool, bool, bool]:
        """The narrowest policy holds: a component before the whole car, a use, a model, a series before none."""
        return (bool(self.component), bool(self.use), bool(self.model), bool(self.series))


@dataclass(frozen=True, slots=True)
class PartTerm:
    """A version of the warranty on parts put in from a day on: by number, by wear class, or on every part."""

    version: int
    valid_from: date
    length: Length
    number: str = ""
    wear_class: str = ""

    @property
    def scope(self) -> tuple[str, str]:
        """What it is about; a later version of the same scope follows it."""
        return (self.number, self.wear_class)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A part that was put in on a day at an odometer reading (km). ``follows``: the number that replaced its own."""

    part: str
    day: date
    odometer_km: int
    wear_class: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """An extended-service contract (延保) for the car. From ``cancelled_on`` on it holds no more."""

    number: str
    product: str
    begins: date
    until: Until
    components: tuple[str, ...] = ()
    wear_parts: bool = False
    cancelled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Goodwill (善意) that headquarters granted for the car. Shares are percent and add up to 100."""

    number: str
    begins: date
    until: Until
    shares: tuple[int, int, int]  # headquarters, dealer, customer
    component: str = ""
    station_id: int | None = None  # who asked for it


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may cover the car. ``wear``: the certificate's own periods of wear parts (Art. 9, 19)."""

    car: Car
    orders: tuple[Regime, ...]
    certificate: Certificate
    wear: Mapping[str, Term] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    part_terms: tuple[PartTerm, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    contracts: tuple[Contract, ...] = ()
    grants: tuple[Grant, ...] = ()
