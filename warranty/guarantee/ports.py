"""What the law's room tells a higher one, as a protocol that `portal.app` wires."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session


class Deadlines(Protocol):
    """Keeps deadlines that were counted by the calendar. Found as ``app.extensions["deadlines"]``."""

    def recompute_deadlines(self, session: Session, now: datetime) -> object:
        """Count provisional deadlines anew, in the same transaction: a year became known, or its notice changed."""


class NoDeadlines:
    """Nobody keeps any: for an app in which the room of the cases is not put in."""

    def recompute_deadlines(self, session: Session, now: datetime) -> None:
        """Do nothing."""
        del session, now


def deadlines() -> Deadlines:
    """Return who keeps deadlines in the running app."""
    return cast("Deadlines", current_app.extensions.get("deadlines") or NoDeadlines())
