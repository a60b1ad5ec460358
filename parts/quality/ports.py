"""What the room needs of higher rooms, as a protocol that `portal.app` wires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from parts.quality.rules.effect import Month


@dataclass(frozen=True)
class Failure:
    """Which claims are meant: of parts (a number and what it replaced), a failure mode, a model; empty: of any."""

    parts: tuple[str, ...] = ()
    failure_mode: str | None = None
    model_id: int | None = None


@dataclass(frozen=True)
class Builds:
    """Cars built before and since a day that have been in service for three months, and their claims in these."""

    cars_before: int
    claims_before: int
    cars_since: int
    claims_since: int


class ClaimFigures(Protocol):
    """Claims as figures. Found as ``app.extensions["claim_figures"]``; asked by headquarters' sessions only."""

    def by_month(self, session: Session, failure: Failure, months: Sequence[str]) -> list[Month]:
        """Return, for each month of which all claims are kept, those received in it and the cars with free repair."""

    def by_build(self, session: Session, failure: Failure, since: date, today: date) -> Builds:
        """Compare cars built in the year before a day with those built since."""


@dataclass
class NoFigures:
    """No claims: for an app in which nobody counts them."""

    months: list[Month] = field(default_factory=list)

    def by_month(self, session: Session, failure: Failure, months: Sequence[str]) -> list[Month]:
        """Know no claim."""
        del session, failure, months
        return self.months

    def by_build(self, session: Session, failure: Failure, since: date, today: date) -> Builds:
        """Know no car."""
        del session, failure, since, today
        return Builds(0, 0, 0, 0)


def claim_figures() -> ClaimFigures:
    """Return what the running app knows of claims."""
    return cast("ClaimFigures", current_app.extensions.get("claim_figures") or NoFigures())
