"""What repair orders need of higher rooms, as protocols that `portal.app` wires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session


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


class Catalogue(Protocol):
    """The parts catalogue as the counter asks it. Found as ``app.extensions["catalogue"]``."""

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Return the part with its prices of the day, None where it is unknown or has no price then."""

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find parts by the beginning of a number, a piece of a name, or pinyin initials; best first."""


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


@dataclass(frozen=True)
class Claimed:
    """A claim that was made of a job. ``live``: it was not withdrawn."""

    job_id: int
    number: str
    live: bool


class Claims(Protocol):
    """What was claimed of an order. Found as ``app.extensions["claims"]``."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Return the claims made of an order's jobs, in the session's scope."""


class NoClaims:
    """Nothing was claimed: for an app in which the warranty wing is not put in."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Know no claim."""
        del session, order_id
        return []


def claims() -> Claims:
    """Return what the running app knows of claims."""
    return cast("Claims", current_app.extensions.get("claims") or NoClaims())


def catalogue() -> Catalogue:
    """Return the catalogue of the running app."""
    return cast("Catalogue", current_app.extensions.get("catalogue") or NullCatalogue())
