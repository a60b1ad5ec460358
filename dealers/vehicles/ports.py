"""What the vehicle page needs of a higher room, as a protocol that `portal.app` wires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from portal.kernel.importing.store import Store


class Visits(Protocol):
    """Tells who served a car. Found as ``app.extensions["visits"]``."""

    def served_by(self, session: Session, vehicle_id: int, dealer_id: int) -> bool:
        """Tell whether the dealer ever opened a repair order for the car."""

    def open_to(self, session: Session, numbers: Iterable[str]) -> frozenset[str]:
        """Return those of the repair orders that the session's scope may see."""


class NoVisits:
    """Nobody served any car: for an app in which the service room is not put in."""

    def served_by(self, session: Session, vehicle_id: int, dealer_id: int) -> bool:
        """Say no, so that personal data stays masked."""
        del session, vehicle_id, dealer_id
        return False

    def open_to(self, session: Session, numbers: Iterable[str]) -> frozenset[str]:
        """Show none."""
        del session, numbers
        return frozenset()


@dataclass(frozen=True)
class LawChoices:
    """What a job's answers to the law may name.

    ``main_parts``: component → part → (name in Chinese, in English). ``earlier``: place of an
    earlier complaint of the car (``2026-03-01/1``) → the customer's words.
    """

    main_parts: Mapping[str, Mapping[str, tuple[str, str]]]
    earlier: Mapping[str, str]


@dataclass(frozen=True)
class LawPeriod:
    """A period that the law gives a car, by its certificate: both ends and the kilometres included."""

    start: date
    end: date
    km: int


class Watch(Protocol):
    """Is told of every change that the three-guarantees law reads. Found as ``app.extensions["watch"]``."""

    def car_changed(self, session: Session, vehicle_id: int, now: datetime) -> None:
        """Reckon the car anew, in the same transaction."""

    def choices(self, session: Session, vehicle_id: int, number: str, now: datetime) -> LawChoices:
        """Return what the jobs of a repair order may name: the car's main parts, its earlier complaints."""

    def periods(self, session: Session, vehicle_id: int, now: datetime) -> tuple[LawPeriod, LawPeriod] | None:
        """Return the guarantee and the repair period of a sold car; None where no order protects it."""


class NoWatch:
    """Nobody watches: for an app in which the warranty wing is not put in."""

    def car_changed(self, session: Session, vehicle_id: int, now: datetime) -> None:
        """Do nothing."""
        del session, vehicle_id, now

    def choices(self, session: Session, vehicle_id: int, number: str, now: datetime) -> LawChoices:
        """Know nothing."""
        del session, vehicle_id, number, now
        return LawChoices({}, {})

    def periods(self, session: Session, vehicle_id: int, now: datetime) -> None:
        """Know nothing."""
        del session, vehicle_id, now


class SaleBans(Protocol):
    """Knows which cars may not be sold now. Found as ``app.extensions["sale_bans"]``."""

    def bans(self, session: Session, vehicle_id: int) -> list[str]:
        """Return the numbers of the recalls and campaigns that stop the sale of a car (Recall Regulation, Art. 17)."""


class NoSaleBans:
    """Every car may be sold: for an app in which the warranty wing is not put in."""

    def bans(self, session: Session, vehicle_id: int) -> list[str]:
        """Stop nothing."""
        del session, vehicle_id
        return []


class OpenCases(Protocol):
    """Knows the cars whose replacement or return is asked for. Found as ``app.extensions["open_cases"]``."""

    def open_case(self, session: Session, vehicle_id: int) -> bool:
        """Tell whether a case about the car is open with any dealer; no more is told."""

    def open_cars(self, store: Store) -> frozenset[int]:
        """Return the cars of all open cases, for an import."""


class NoCases:
    """No car has a case: for an app in which the warranty wing is not put in."""

    def open_case(self, session: Session, vehicle_id: int) -> bool:
        """Say no."""
        del session, vehicle_id
        return False

    def open_cars(self, store: Store) -> frozenset[int]:
        """Name none."""
        del store
        return frozenset()


def open_cases() -> OpenCases:
    """Return what the running app knows of cases."""
    return cast("OpenCases", current_app.extensions.get("open_cases") or NoCases())


def sale_bans() -> SaleBans:
    """Return what stops a sale in the running app."""
    return cast("SaleBans", current_app.extensions.get("sale_bans") or NoSaleBans())


def watch() -> Watch:
    """Return who watches the cars of the running app."""
    return cast("Watch", current_app.extensions.get("watch") or NoWatch())


def visits() -> Visits:
    """Return what the running app knows of visits."""
    return cast("Visits", current_app.extensions.get("visits") or NoVisits())
