"""What repair orders need of higher rooms, as protocols that `portal.app` wires."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, cast

from flask import current_app
from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from portal.kernel.access import Actor


@dataclass(frozen=True)
class PartOffer:
    """A part as the catalogue offers it on a day: names, prices in yuan before tax, what replaces it."""

    number: str
    name_zh: str
    name_en: str
    unit: str
    retail: Decimal
    warranty: Decimal
    dealer: Decimal
    supplier: str | None = None
    per_vehicle: Decimal = Decimal(1)
    superseded_by: str | None = None
    component: str = "other"


@dataclass(frozen=True)
class PartFit:
    """Whether a part fits a car: ``yes``, ``no`` or ``unknown``.

    ``reason`` is the catalogue's code for why (`parts.catalogue.words.FIT_REASON` says it), ``quantity``
    what such a car takes, ``instead`` the number that the part goes in for where it fits by that.
    """

    answer: str
    reason: str
    quantity: Decimal | None = None
    instead: str = ""


class Catalogue(Protocol):
    """The parts catalogue as the counter asks it. Found as ``app.extensions["catalogue"]``."""

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Return the part with its prices of the day, None where it is unknown or has no price then."""

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find parts by the beginning of a number, a piece of a name, or pinyin initials; best first."""

    def fits(self, session: Session, numbers: Collection[str], vehicle_id: int, on: date) -> Mapping[str, PartFit]:
        """Tell for each part, by its number in capitals, whether it fits a car on a day."""


class NullCatalogue:
    """A catalogue without parts: for an app in which the parts wing is not put in."""

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Know no part."""
        del session, number, on
        return None

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find no part."""
        del session, text, on, limit
        return []

    def fits(self, session: Session, numbers: Collection[str], vehicle_id: int, on: date) -> Mapping[str, PartFit]:
        """Say nothing of any part."""
        del session, numbers, vehicle_id, on
        return {}


@dataclass(frozen=True)
class Claimed:
    """A claim that was made of a job, and what it means for the order.

    ``live``: it was not withdrawn. ``held``: the dealer has it, not submitted yet or returned.
    ``binds``: headquarters has it or pays it, so what it rests on stays. A refused claim is live and
    binds nothing: its job is free to be paid by somebody else.
    """

    job_id: int
    number: str
    live: bool
    held: bool = False
    binds: bool = False
    completed_at: datetime | None = None


class Claims(Protocol):
    """What was claimed of an order. Found as ``app.extensions["claims"]``."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Return the claims made of an order's jobs, in the session's scope."""

    def take_over(self, session: Session, order_id: int, jobs: Mapping[int, frozenset[str]], *, visit: bool) -> None:
        """Let the claims that the dealer holds take over what was changed: names by job, facts of the visit."""


class NoClaims:
    """Nothing was claimed: for an app in which the warranty wing is not put in."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Know no claim."""
        del session, order_id
        return []

    def take_over(self, session: Session, order_id: int, jobs: Mapping[int, frozenset[str]], *, visit: bool) -> None:
        """Know no claim."""
        del session, order_id, jobs, visit


@dataclass(frozen=True)
class CampaignChoice:
    """A campaign that a job may do: its number, title and kind (``service`` or ``recall``)."""

    number: str
    title: str
    kind: str


@dataclass(frozen=True)
class CampaignWork:
    """What a completed visit proves. ``jobs``: campaign number → the job's id and the parts it put in."""

    order_id: int
    number: str
    vehicle_id: int
    station_id: int
    completed_at: datetime
    odometer_km: int
    jobs: Mapping[str, tuple[int, tuple[str, ...]]]


class Campaigns(Protocol):
    """The service campaigns and recalls of a car. Found as ``app.extensions["campaigns"]``."""

    def choices(self, session: Session, vehicle_id: int, order_id: int | None) -> list[CampaignChoice]:
        """Return the campaigns that a job of an order may name."""

    def completed(self, session: Session, work: CampaignWork, actor: Actor, now: datetime) -> None:
        """Record the campaigns that a visit did, once for each car; `DomainError` at the job that cannot be."""

    def given_up(self, session: Session, order_id: int, actor: Actor, now: datetime) -> None:
        """Take back what a cancelled order proved."""


class NoCampaigns:
    """No campaigns: for an app in which the warranty wing is not put in."""

    def choices(self, session: Session, vehicle_id: int, order_id: int | None) -> list[CampaignChoice]:
        """Know no campaign."""
        del session, vehicle_id, order_id
        return []

    def completed(self, session: Session, work: CampaignWork, actor: Actor, now: datetime) -> None:
        """Record nothing."""
        del session, work, actor, now

    def given_up(self, session: Session, order_id: int, actor: Actor, now: datetime) -> None:
        """Take nothing back."""
        del session, order_id, actor, now


class Waits(Protocol):
    """Which repairs wait for parts or used them unwritten. Found as ``app.extensions["waits"]``."""

    def waiting(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which the repair order with this id waits for parts that were ordered for it."""

    def arrived(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which all that was ordered for the repair order with this id has come."""

    def not_issued(self, session: Session, number: str) -> list[tuple[str, Decimal]]:
        """Return what an order's lines name and its station's stock still has: the part's number, how much."""

    def undelivered(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which this repair order lacks what headquarters will not deliver."""


class NothingWaits:
    """No repair waits for parts: for an app in which the parts wing is not put in."""

    def waiting(self, order_id: Any) -> ColumnElement[bool]:
        """Know of none."""
        del order_id
        return false()

    def arrived(self, order_id: Any) -> ColumnElement[bool]:
        """Know of none."""
        del order_id
        return false()

    def not_issued(self, session: Session, number: str) -> list[tuple[str, Decimal]]:
        """Know of none."""
        del session, number
        return []

    def undelivered(self, order_id: Any) -> ColumnElement[bool]:
        """Know of none."""
        del order_id
        return false()


def waits() -> Waits:
    """Return what the running app knows of repairs that wait for parts."""
    return cast("Waits", current_app.extensions.get("waits") or NothingWaits())


def campaigns() -> Campaigns:
    """Return what the running app knows of campaigns."""
    return cast("Campaigns", current_app.extensions.get("campaigns") or NoCampaigns())


def claims() -> Claims:
    """Return what the running app knows of claims."""
    return cast("Claims", current_app.extensions.get("claims") or NoClaims())


def catalogue() -> Catalogue:
    """Return the catalogue of the running app."""
    return cast("Catalogue", current_app.extensions.get("catalogue") or NullCatalogue())
