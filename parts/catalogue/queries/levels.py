"""Read the catalogue by its levels: model → system → assembly → part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, PartFitment, PartGroup
from parts.catalogue.queries.chains import coming
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, locale_key, named

#: Parts of an assembly that a page shows; the list has the rest.
MOST_PARTS = 200


@dataclass(frozen=True)
class Level:
    """A system or an assembly, and how many parts are below it."""

    code: str
    name: str
    parts: int


@dataclass(frozen=True)
class System:
    """A system with its assemblies."""

    code: str
    name: str
    assemblies: tuple[Level, ...]

    @property
    def parts(self) -> int:
        """How many parts are below it."""
        return sum(level.parts for level in self.assemblies)


@dataclass(frozen=True)
class Member:
    """A part of an assembly; ``quantity`` is what a car of the model takes (of any model: the part's own).

    ``replaced_from``: from when it will be replaced; None where it is replaced already, or not at all.
    """

    number: str
    name: str
    unit: str
    quantity: Decimal
    special: bool
    wear_class: str | None
    superseded_by: str | None
    replaced_from: date | None


@dataclass(frozen=True)
class ModelChoice:
    """A model of the range."""

    id: int
    code: str
    name: str
    series: str


def models(session: Session) -> list[ModelChoice]:
    """Return the models of the range, by series."""
    rows = session.scalars(select(VehicleModel).order_by(VehicleModel.series, VehicleModel.code))
    return [ModelChoice(row.id, row.code, named(row), row.series) for row in rows]


def model_of(session: Session, code: str) -> ModelChoice | None:
    """Return the model with a code, None for no code; an unknown one is not found."""
    if not code:
        return None
    row = session.scalars(select(VehicleModel).where(VehicleModel.code == code.upper())).first()
    if row is None:
        raise NotFoundError(Fault(N_("This model is not known.")))
    return ModelChoice(row.id, row.code, named(row), row.series)


def systems(session: Session, model: ModelChoice | None, today: date) -> list[System]:
    """Return the systems and assemblies that have parts of a model; of every model, all of them."""
    count = select(Part.group_id.label("group_id"), func.count().label("parts")).where(Part.group_id.is_not(None))
    if model is not None:
        count = count.where(_fitting(model.id, today))
    counted = count.group_by(Part.group_id).subquery()
    system = aliased(PartGroup)
    name = {row.id: row for row in session.scalars(select(PartGroup).where(PartGroup.parent_id.is_(None)))}
    rows = session.execute(
        select(PartGroup, func.coalesce(counted.c.parts, 0).label("parts"))
        .join(system, system.id == PartGroup.parent_id)
        .join(counted, counted.c.group_id == PartGroup.id, isouter=model is None)
        .order_by(system.code, PartGroup.code)
    )
    found: dict[int, list[Level]] = {}
    for group, parts in rows:
        found.setdefault(group.parent_id, []).append(Level(group.code, named(group), parts))
    if model is None:  # a system that has no assembly yet shows that it waits for one
        found |= {key: [] for key in name if key not in found}
    ordered = sorted(found, key=lambda key: name[key].code)
    return [System(name[key].code, named(name[key]), tuple(found[key])) for key in ordered]


def members(session: Session, code: str, model: ModelChoice | None, today: date) -> tuple[Level, list[Member]]:
    """Return an assembly and its parts, those of a model with the quantity that it takes."""
    group = session.scalars(select(PartGroup).where(PartGroup.code == code, PartGroup.parent_id.is_not(None))).first()
    if group is None:
        raise NotFoundError(Fault(N_("This assembly is not known.")))
    quantity: Any = Part.per_vehicle
    if model is not None:
        quantity = (
            select(func.max(PartFitment.quantity))
            .where(PartFitment.part_id == Part.id, PartFitment.model_id == model.id, _holds(today))
            .correlate(Part)
            .scalar_subquery()
        )
    statement = select(Part, quantity.label("quantity")).where(Part.group_id == group.id)
    if model is not None:
        statement = statement.where(_fitting(model.id, today))
    rows = session.execute(statement.order_by(Part.number).limit(MOST_PARTS)).all()
    parts = [
        Member(
            part.number, named(part), part.unit, quantity, part.special, part.wear_class, part.superseded_by,
            coming(part, today),
        )
        for part, quantity in rows
    ]  # fmt: skip
    return Level(group.code, named(group), len(parts)), parts


def assembly_choices(session: Session) -> list[tuple[str, str]]:
    """Return code and name of the assemblies, with the system before them."""
    system = aliased(PartGroup)
    names = (PartGroup.name_en, system.name_en) if locale_key() == "en" else (PartGroup.name_zh, system.name_zh)
    rows = session.execute(
        select(PartGroup.code, names[0].label("own"), names[1].label("around"))
        .join(system, system.id == PartGroup.parent_id)
        .order_by(PartGroup.code)
    )
    return [(row.code, f"{row.code} {row.around} › {row.own}") for row in rows]


def system_choices(session: Session) -> list[tuple[str, str]]:
    """Return code and name of the systems."""
    rows = session.scalars(select(PartGroup).where(PartGroup.parent_id.is_(None)).order_by(PartGroup.code))
    return [(row.code, f"{row.code} {named(row)}") for row in rows]


def _holds(today: date) -> ColumnElement[bool]:
    return or_(PartFitment.withdrawn_on.is_(None), PartFitment.withdrawn_on > today)


def _fitting(model_id: int, today: date) -> ColumnElement[bool]:
    return exists().where(PartFitment.part_id == Part.id, PartFitment.model_id == model_id, _holds(today))
