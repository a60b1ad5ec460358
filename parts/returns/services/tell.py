"""Dealers are told, once a part, that it is overdue and what it will cost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, ReturnNotice
from parts.returns.queries.overdue import late
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date

#: Parts told of in one go; the rest follows in the same night.
MOST = 2_000


def tell_overdue(session: Session, now: datetime) -> int:
    """Tell of the parts whose last day has passed since; run again, it tells nothing twice."""
    told = select(ReturnNotice.id).where(ReturnNotice.old_part_id == OldPart.id).exists()
    fresh = session.execute(
        select(OldPart.id, OldPart.dealer_id)
        .where(late(local_date(now)), ~told)
        .order_by(OldPart.id).limit(MOST)
    ).all()  # fmt: skip
    session.add_all(ReturnNotice(old_part_id=row.id, dealer_id=row.dealer_id, told_at=now) for row in fresh)
    session.flush()
    return len(fresh)


def mark_seen(session: Session, actor: Actor, now: datetime) -> int:
    """Mark what the dealer was told of as seen."""
    require(actor, Permission.RETURN_PACK)
    fresh = session.scalars(select(ReturnNotice).where(ReturnNotice.seen_at.is_(None)).limit(MOST)).all()
    for notice in fresh:
        notice.seen_at, notice.seen_by = now, actor.name
    session.flush()
    return len(fresh)
