"""Read the catalogue: a part with its prices and chain, what the counter searches, the lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, PartPrice, Supplier
from parts.catalogue.rules.prices import Price, price_on
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, locale_key

#: No chain of replacements is longer in practice; a longer one is cut.
LONGEST_CHAIN = 50


@dataclass(frozen=True)
class Link:
    """A part in a chain of replacements; ``known`` tells whether the catalogue has it."""

    number: str
    name_zh: str = ""
    name_en: str = ""
    known: bool = True


@dataclass(frozen=True)
class PriceView:
    """A price with its place in time: ``past``, ``in_force`` or ``coming``."""

    price: Price
    state: str


@dataclass(frozen=True)
class NamedSupplier:
    """The supplier of a part."""

    code: str
    name_zh: str
    name_en: str


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
    superseded_on: date | None
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
        supplier=NamedSupplier(supplier.code, supplier.name_zh, supplier.name_en) if supplier else None,
        component=part.component, per_vehicle=part.per_vehicle, wear_class=part.wear_class, special=part.special,
        superseded_on=part.superseded_on, prices=_price_views(session, part.id, today),
        replaced_by=tuple(_following(session, part)),
        replaces=tuple(Link(row.number, row.name_zh, row.name_en) for row in before),
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


def _following(session: Session, part: Part) -> list[Link]:
    """Walk the chain of replacements; it ends where the catalogue ends, and never goes round."""
    found: list[Link] = []
    seen, number = {part.number}, part.superseded_by
    while number is not None and number not in seen and len(found) < LONGEST_CHAIN:
        seen.add(number)
        following = session.scalars(select(Part).where(Part.number == number)).first()
        if following is None:
            found.append(Link(number, known=False))
            break
        found.append(Link(number, following.name_zh, following.name_en))
        number = following.superseded_by
    return found


def listed_parts() -> Select[Any]:
    """Return the statement of the list of parts."""
    name = Supplier.name_en if locale_key() == "en" else Supplier.name_zh
    statement = select(
        Part.id, Part.number, Part.number.label("key"), Part.name_zh, Part.name_en, Part.unit, name.label("supplier"),
        Part.component, Part.per_vehicle, Part.special, Part.superseded_by,
    ).outerjoin(Supplier, Supplier.id == Part.supplier_id)  # fmt: skip
    return cast("Select[Any]", statement)


def listed_operations() -> Select[Any]:
    """Return the statement of the list of labour operations."""
    statement = select(
        LabourOperation.id, LabourOperation.code, LabourOperation.name_zh, LabourOperation.name_en,
        LabourOperation.hours, LabourOperation.component, VehicleModel.code.label("model"),
    ).outerjoin(VehicleModel, VehicleModel.id == LabourOperation.model_id)  # fmt: skip
    return cast("Select[Any]", statement)
