"""Read what changed in the catalogue, and since when somebody has not looked."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import CatalogueLook, Part, PartChange, PartPrice
from portal.kernel.access import Actor
from portal.kernel.i18n import locale_key


def listed_changes() -> Select[Any]:
    """Return the statement of the list of changes.

    A price is read from the prices, where it is an amount, with the one before it.
    """
    english = locale_key() == "en"
    name, model = (row.name_en if english else row.name_zh for row in (Part, VehicleModel))
    successor = case((PartChange.kind == "superseded", PartChange.detail))
    fitted = case((PartChange.kind == "fitment", PartChange.detail + func.coalesce(" " + model, "")))
    statement = (
        select(
            PartChange.id, PartChange.kind, Part.number, Part.number.label("key"), name.label("name"), PartChange.day,
            successor.label("successor"), fitted.label("model"),
            _retail(PartPrice.valid_from < PartChange.day).label("before"),
            _retail(PartPrice.valid_from == PartChange.day).label("retail"),
            PartChange.changed_at, PartChange.changed_by,
        )
        .join(Part, Part.id == PartChange.part_id)
        .outerjoin(VehicleModel, (PartChange.kind == "fitment") & (VehicleModel.code == PartChange.detail))
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _retail(when: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return the retail price that a change of price is about: the last one of ``when``."""
    found = select(PartPrice.retail).where(PartPrice.part_id == PartChange.part_id, PartChange.kind == "price", when)
    return found.order_by(PartPrice.valid_from.desc()).limit(1).correlate(PartChange).scalar_subquery()


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
