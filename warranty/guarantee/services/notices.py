"""Reading notices of the watch: each side has seen a notice when somebody of it said so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from warranty.guarantee.models import WatchNotice
from warranty.guarantee.queries.notices import side_of

#: More than a person reads in one go; the rest stays unread.
MOST = 500


def mark_seen(session: Session, up_to: int, actor: Actor, now: datetime) -> int:
    """Mark the notices up to the newest one that was shown as seen by the actor's side; return how many."""
    require(actor, Permission.GUARANTEE_VIEW)
    side = side_of(actor)
    seen_at = getattr(WatchNotice, f"{side}_seen_at")
    found = session.scalars(
        select(WatchNotice).where(WatchNotice.id <= up_to, seen_at.is_(None)).order_by(WatchNotice.id).limit(MOST)
    ).all()
    for notice in found:
        setattr(notice, f"{side}_seen_at", now)
        setattr(notice, f"{side}_seen_by", actor.name)
    session.flush()
    return len(found)
