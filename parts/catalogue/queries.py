"""Read the catalogue: a part with its prices and chain, what the counter searches, the lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation
from dealers.service.ports import PartOffer
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, PartPrice
from parts.catalogue.rules import Price, price_on
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_

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
class PartPage:
    """A part for its page."""

    id: int
    number: str
    name_zh: str
    name_en: str
    unit: str
    supplier: str | None
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
    part = session.scalars(select(Part).where(Part.number == number)).first()
    if part is None:
        raise NotFoundError(Fault(N_("This part is not in the catalogue.")))
    before = session.scalars(select(Part).where(Part.superseded_by == number).order_by(Part.number))
    return PartPage(
        id=part.id, number=part.number, name_zh=part.name_zh, name_en=part.name_en, unit=part.unit,
        supplier=part.supplier, component=part.component, per_vehicle=part.per_vehicle, wear_class=part.wear_class,
        special=part.special, superseded_on=part.superseded_on, prices=_price_views(session, part.id, today),
        replaced_by=tuple(_following(session, part)),
        replaces=tuple(Link(row.number, row.name_zh, row.name_en) for row in before),
    )  # fmt: skip


def prices_of(session: Session, part_id: int) -> list[Price]:
    """Return every dated price of a part, the latest first."""
    rows = session.scalars(
        select(PartPrice).where(PartPrice.part_id == part_id).order_by(PartPrice.valid_from.desc())
    )  # fmt: skip
    return [Price(row.valid_from, row.dealer, row.warranty, row.retail) for row in rows]


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


class PartsCatalogue:
    """The catalogue as the counter asks it: `dealers.service.ports.Catalogue`."""

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Return the part with its prices of the day, None where it is unknown or has no price then."""
        found = session.execute(_offered(on).where(Part.number == number.strip().upper())).first()
        return _offer(found) if found else None

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find parts by the beginning of a number, a piece of a name, or pinyin initials; best first."""
        key = text.strip()
        if not key:
            return []
        by_number = Part.number.startswith(key.upper(), autoescape=True)
        by_initials = Part.initials.startswith(key.lower(), autoescape=True)
        by_name = or_(Part.name_zh.contains(key, autoescape=True), Part.name_en.icontains(key, autoescape=True))
        rank = case((Part.number == key.upper(), 0), (by_number, 1), (by_initials, 2), else_=3)
        statement = _offered(on).where(or_(by_number, by_initials, by_name))
        return [_offer(row) for row in session.execute(statement.order_by(rank, Part.number).limit(limit))]


def _offered(on: date) -> Select[Any]:
    latest = (
        select(func.max(PartPrice.valid_from))
        .where(PartPrice.part_id == Part.id, PartPrice.valid_from <= on)
        .correlate(Part)
        .scalar_subquery()
    )
    statement = select(Part, PartPrice).join(
        PartPrice, (PartPrice.part_id == Part.id) & (PartPrice.valid_from == latest)
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _offer(row: Any) -> PartOffer:
    part, price = row
    return PartOffer(
        part.number, part.name_zh, part.name_en, part.unit, price.retail, price.warranty, price.dealer,
        part.supplier, part.per_vehicle, part.superseded_by, part.component,
    )  # fmt: skip


def listed_parts() -> Select[Any]:
    """Return the statement of the list of parts."""
    statement = select(
        Part.id, Part.number, Part.number.label("key"), Part.name_zh, Part.name_en, Part.unit, Part.supplier,
        Part.component, Part.per_vehicle, Part.special, Part.superseded_by,
    )  # fmt: skip
    return cast("Select[Any]", statement)


def listed_operations() -> Select[Any]:
    """Return the statement of the list of labour operations."""
    statement = select(
        LabourOperation.id, LabourOperation.code, LabourOperation.name_zh, LabourOperation.name_en,
        LabourOperation.hours, LabourOperation.component, VehicleModel.code.label("model"),
    ).outerjoin(VehicleModel, VehicleModel.id == LabourOperation.model_id)  # fmt: skip
    return cast("Select[Any]", statement)
