"""Notices of the watch: who has been told of what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
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


def side_of(actor: Actor) -> str:
    """Return for whom an actor reads notices: ``dealer``, ``centre`` (customer centre) or ``region``."""
    if actor.dealer_id is not None:
        return "dealer"
    return "centre" if "customer_centre" in actor.roles else "region"


def unseen(session: Session, actor: Actor, now: datetime) -> int:
    """Count the notices that nobody on the actor's side has seen: work that waits."""
    del now
    column = getattr(WatchNotice, f"{side_of(actor)}_seen_at")
    return session.scalar(select(func.count()).select_from(WatchNotice).where(column.is_(None))) or 0


def newest_notice(session: Session) -> int:
    """Return the newest notice that the session may see, 0 where there is none: what a page has shown."""
    return session.scalar(select(func.max(WatchNotice.id))) or 0
