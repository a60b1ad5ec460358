"""Notices of the watch: who has been told of what."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.scoping import lawful_view
from warranty.guarantee.models import WatchNotice


def told_already(session: Session, vehicle_id: int, level: str) -> bool:
    """Tell whether anybody was told that a car came to a level, whichever station it was at."""
    with lawful_view(session, "a car is told of once a level, over all stations"):
        found = session.scalar(
            select(WatchNotice.id).where(WatchNotice.vehicle_id == vehicle_id, WatchNotice.level == level)
        )
    return found is not None
