"""Read the catalogue: a part with its prices and chain, what the counter searches, the lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dealers.service.models import LabourOperation
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, PartGroup, PartPicture, PartPrice, Supplier
from parts.catalogue.queries.chains import coming
from parts.catalogue.queries.fitment import FitmentView, fitment_views, replacements_around
from parts.catalogue.rules.chains import ONE_WAY, chain
from parts.catalogue.rules.prices import Price, price_on
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, named


@dataclass(frozen=True)
class Link:
    """A part in a chain of replacements; ``known`` tells whether the catalogue has it.

    ``since`` and ``interchange`` speak of the step between it and the part before; ``begun``: the step holds today.
    """

    number: str
    name_zh: str = ""
    name_en: str = ""
    known: bool = True
    since: date | None = None
    interchange: str = ONE_WAY
    begun: bool = True


@dataclass(frozen=True)
class PriceView:
    """A price with its place in time: ``past``, ``in_force`` or ``coming``."""

    price: Price
    state: str


@dataclass(frozen=True)
class NamedSupplier:
    """The supplier of a part."""

    id: int
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Place:
    """Where a part stands in the product: its assembly and the system around it."""

    code: str
    name: str
    system_code: str
    system: str


@dataclass(frozen=True)
class PictureView:
    """A picture of a part."""

    id: int
    width: int
    height: int
    caption: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class PartPage:
    """A part for its page."""

    id: int
    row_version: int
    number: str
    name_zh: str
    name_en: str
    unit: str
    supplier: NamedSupplier | None
    component: str
    per_vehicle: Decimal
    wear_class: str | None
    special: bool
    superseded_by: str | None
    superseded_on: date | None
    interchange: str | None
    place: Place | None
    fitments: tuple[FitmentView, ...]
    pictures: tuple[PictureView, ...]
    prices: tuple[PriceView, ...]
    replaced_by: tuple[Link, ...]
    replaces: tuple[Link, ...]


def part_page(session: Session, number: str, today: date) -> PartPage:
    """Return a part with all its prices, the latest first, and its chain."""
    found = session.execute(
        select(Part, Supplier).outerjoin(Supplier, Supplier.id == Part.supplier_id).where(Part.number == number)
    ).first()
    if found is None:
        raise NotFoundError(Fault(N_("This part is not in the catalogue.")))
    part, supplier = cast("tuple[Part, Supplier | None]", found)
    before = session.scalars(select(Part).where(Part.superseded_by == number).order_by(Part.number))
    return PartPage(
        id=part.id, row_version=part.row_version, number=part.number, name_zh=part.name_zh, name_en=part.name_en,
        unit=part.unit,
        supplier=NamedSupplier(supplier.id, supplier.code, supplier.name_zh, supplier.name_en) if supplier else None,
        component=part.component, per_vehicle=part.per_vehicle, wear_class=part.wear_class, special=part.special,
        superseded_by=part.superseded_by, superseded_on=part.superseded_on, interchange=part.interchange,
        place=_place(session, part.group_id), fitments=fitment_views(session, part.id, today),
        pictures=_pictures(session, part.id), prices=_price_views(session, part.id, today),
        replaced_by=tuple(_following(session, part, today)),
        replaces=tuple(
            Link(row.number, row.name_zh, row.name_en, since=row.superseded_on, interchange=row.interchange or ONE_WAY,
                 begun=coming(row, today) is None)
            for row in before
        ),
    )  # fmt: skip


def prices_of(session: Session, part_id: int) -> list[Price]:
    """Return every dated price of a part, the latest first."""
    rows = session.scalars(
        select(PartPrice).where(PartPrice.part_id == part_id).order_by(PartPrice.valid_from.desc())
    )  # fmt: skip
    return [Price(row.valid_from, row.dealer, row.warranty, row.retail, row.valid_until) for row in rows]


def _price_views(session: Session, part_id: int, today: date) -> tuple[PriceView, ...]:
    prices = prices_of(session, part_id)
    present = price_on(prices, today)
    return tuple(
        PriceView(price, "coming" if price.valid_from > today else "in_force" if price == present else "past")
        for price in prices
    )


def _place(session: Session, group_id: int | None) -> Place | None:
    if group_id is None:
        return None
    system = aliased(PartGroup)
    assembly, around = session.execute(
        select(PartGroup, system).join(system, system.id == PartGroup.parent_id).where(PartGroup.id == group_id)
    ).one()
    return Place(assembly.code, named(assembly), around.code, named(around))


def _pictures(session: Session, part_id: int) -> tuple[PictureView, ...]:
    rows = session.scalars(select(PartPicture).where(PartPicture.part_id == part_id).order_by(PartPicture.id))
    return tuple(
        PictureView(row.id, row.width, row.height, row.caption, row.added_by, row.added_at) for row in rows
    )  # fmt: skip


def picture_key(session: Session, number: str, picture_id: int) -> str:
    """Return where a picture of a part is stored."""
    found = session.scalar(
        select(PartPicture.storage_key)
        .join(Part, Part.id == PartPicture.part_id)
        .where(Part.number == number, PartPicture.id == picture_id)
    )
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def _following(session: Session, part: Part, today: date) -> list[Link]:
    """Walk the chain of replacements; it ends where the catalogue ends, and never goes round."""
    if part.superseded_by is None:
        return []
    steps = {link.old: link for link in replacements_around(session, [part.number])}
    numbers = chain({link.old: link.new for link in steps.values()}, part.number)
    names = {row.number: row for row in session.scalars(select(Part).where(Part.number.in_(numbers)))}
    found = []
    for old, number in pairwise([part.number, *numbers]):
        row, step = names.get(number), steps[old]
        known = (row.name_zh, row.name_en) if row else ("", "")
        found.append(Link(number, *known, row is not None, step.since, step.interchange, step.holds(today)))
    return found


def listed_parts() -> Select[Any]:
    """Return the statement of the list of parts.

    The supplier's code is read for the rows of a page only: a join would stand between the parts and
    the term that leads a search.
    """
    supplier = select(Supplier.code).where(Supplier.id == Part.supplier_id).correlate(Part).scalar_subquery()
    statement = select(
        Part.id, Part.number, Part.number.label("key"), Part.name_zh, Part.name_en, Part.unit,
        supplier.label("supplier"), Part.component, Part.per_vehicle, Part.wear_class, Part.special,
        Part.superseded_by, Part.superseded_on,
    )  # fmt: skip
    return cast("Select[Any]", statement)


def listed_operations() -> Select[Any]:
    """Return the statement of the list of labour operations."""
    statement = select(
        LabourOperation.id, LabourOperation.code, LabourOperation.name_zh, LabourOperation.name_en,
        LabourOperation.hours, LabourOperation.component, VehicleModel.code.label("model"),
    ).outerjoin(VehicleModel, VehicleModel.id == LabourOperation.model_id)  # fmt: skip
    return cast("Select[Any]", statement)
