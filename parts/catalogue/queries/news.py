"""Read what changed in the catalogue, and since when somebody has not looked."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import CatalogueLook, Part, PartChange
from portal.kernel.access import Actor
from portal.kernel.i18n import locale_key


def listed_changes() -> Select[Any]:
    """Return the statement of the list of changes."""
    name = Part.name_en if locale_key() == "en" else Part.name_zh
    statement = select(
        PartChange.id, PartChange.kind, Part.number, Part.number.label("key"), name.label("name"), PartChange.day,
        PartChange.detail, PartChange.changed_at, PartChange.changed_by,
    ).join(Part, Part.id == PartChange.part_id)  # fmt: skip
    return cast("Select[Any]", statement)


def unseen(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Confine the changes to those that the actor has not marked as seen."""
    return statement.where(PartChange.id > _seen(actor))


def count_unseen(session: Session, actor: Actor, most: int) -> int:
    """Count what the actor has not seen, up to ``most``."""
    few = select(PartChange.id).where(PartChange.id > _seen(actor)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def newest_change(session: Session) -> int:
    """Return the key of the newest change, 0 where there is none."""
    return session.scalar(select(func.max(PartChange.id))) or 0


def _seen(actor: Actor) -> Any:
    seen = select(CatalogueLook.change_id).where(CatalogueLook.user_id == actor.user_id).scalar_subquery()
    return func.coalesce(seen, 0)
