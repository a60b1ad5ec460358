"""Notices of the watch: who has been told of what."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.scoping import lawful_view
from warranty.guarantee.models import WatchNotice
from warranty.guarantee.rules.regimes import LEVELS


def told_already(session: Session, vehicle_id: int, level: str) -> bool:
    """Tell whether anybody was told that a car came to a level or a worse one, whichever station it was at."""
    levels = LEVELS[LEVELS.index(level) :]
    with lawful_view(session, "a car is told of once a level, over all stations"):
        found = session.scalar(
            select(WatchNotice.id).where(WatchNotice.vehicle_id == vehicle_id, WatchNotice.level.in_(levels)).limit(1)
        )
    return found is not None
