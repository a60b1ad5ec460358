"""Tell everybody what changed in the catalogue, and keep how far somebody has read."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from parts.catalogue.models import CatalogueLook, PartChange
from portal.kernel.access import Actor, Permission, require


def queue_up(session: Session) -> None:
    """Wait until every other writer of news has committed.

    News are read up to a key. A key that is taken early and committed late would be passed over by who
    marked a later one as seen; so keys are taken one writer after the other. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(text("lock table part_change in share row exclusive mode"))


def tell(
    session: Session, part_id: int, kind: str, actor: Actor, now: datetime, *, day: date | None = None,
    detail: str = "",
) -> None:  # fmt: skip
    """Write one change: ``kind`` is new, price, superseded, fitment or facts."""
    queue_up(session)
    session.add(
        PartChange(part_id=part_id, kind=kind, day=day, detail=detail[:64], changed_by=actor.name, changed_at=now)
    )
    session.flush()


def mark_seen(session: Session, change_id: int, actor: Actor, now: datetime) -> None:
    """Keep that the actor has read up to a change; an earlier one than before changes nothing."""
    require(actor, Permission.CATALOGUE_VIEW)
    if actor.user_id is None:
        return
    newest = session.scalar(select(PartChange.id).order_by(PartChange.id.desc()).limit(1)) or 0
    look = session.scalars(
        select(CatalogueLook).where(CatalogueLook.user_id == actor.user_id).with_for_update()
    ).first()
    seen = min(change_id, cast("int", newest))
    if look is None:
        session.add(CatalogueLook(user_id=actor.user_id, change_id=seen, looked_at=now))
    elif seen > look.change_id:
        look.change_id, look.looked_at = seen, now
    session.flush()
