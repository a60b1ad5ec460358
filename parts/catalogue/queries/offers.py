"""The catalogue as other rooms ask it: a part's offer of a day, and what the counter searches."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from dealers.service.ports import PartOffer
from parts.catalogue.models import Part, PartPrice, Supplier


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
    running = or_(PartPrice.valid_until.is_(None), PartPrice.valid_until >= on)
    statement = (
        select(Part, PartPrice, Supplier.name_zh)
        .join(PartPrice, (PartPrice.part_id == Part.id) & (PartPrice.valid_from == latest) & running)
        .outerjoin(Supplier, Supplier.id == Part.supplier_id)
    )
    return cast("Select[Any]", statement)


def _offer(row: Any) -> PartOffer:
    part, price, supplier = row
    return PartOffer(
        part.number, part.name_zh, part.name_en, part.unit, price.retail, price.warranty, price.dealer,
        supplier, part.per_vehicle, part.superseded_by, part.component,
    )  # fmt: skip
