"""The catalogue as other rooms ask it: a part's offer of a day, and what the counter searches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from dealers.service.ports import PartFit, PartOffer
from parts.catalogue.models import Part, PartPrice, Supplier
from parts.catalogue.queries.fitment import fits_of
from parts.catalogue.queries.search import best_first, narrowed_ways
from parts.catalogue.rules.chains import Replacement

#: What is typed into the counter's search at most.
LONGEST = 60


class PartsCatalogue:
    """The catalogue as the counter asks it: `dealers.service.ports.Catalogue`."""

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Return the part with its prices of the day, None where it is unknown or has no price then."""
        found = session.execute(_offered(on).where(Part.number == number.strip().upper())).first()
        return _offer(found, on) if found else None

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find parts by the beginning of a number, a piece of a name, or pinyin initials; best first."""
        found: dict[str, PartOffer] = {}
        for way in best_first(session, text[:LONGEST]):
            rest = limit - len(found)
            if rest <= 0:
                break
            statement, order = narrowed_ways(_offered(on), (way,))
            fresh = statement.where(Part.number.not_in(list(found)))
            for row in session.execute(fresh.order_by(order).limit(rest)):
                found[row[0].number] = _offer(row, on)
        return list(found.values())

    def fits(self, session: Session, numbers: Collection[str], vehicle_id: int, on: date) -> dict[str, PartFit]:
        """Tell for each part whether it fits a car on a day, and why."""
        found = fits_of(session, [number.strip().upper() for number in numbers], vehicle_id, on)
        return {
            number: PartFit(fit.answer, fit.reason, fit.quantity, fit.number) for number, fit in found.items()
        }  # fmt: skip


def _offered(on: date) -> Select[Any]:
    latest = (
        select(func.max(PartPrice.valid_from))
        .where(PartPrice.part_id == Part.id, PartPrice.valid_from <= on)
        .correlate(Part)
        .scalar_subquery()
    )
    running = or_(PartPrice.valid_until.is_(None), PartPrice.valid_until >= on)
    supplier = select(Supplier.name_zh).where(Supplier.id == Part.supplier_id).correlate(Part).scalar_subquery()
    statement = select(Part, PartPrice, supplier).join(
        PartPrice, (PartPrice.part_id == Part.id) & (PartPrice.valid_from == latest) & running
    )
    return cast("Select[Any]", statement)


def _offer(row: Any, on: date) -> PartOffer:
    part, price, supplier = row
    new = part.superseded_by
    if new is not None and not Replacement(part.number, new, part.superseded_on).holds(on):
        new = None
    return PartOffer(
        part.number, part.name_zh, part.name_en, part.unit, price.retail, price.warranty, price.dealer,
        supplier, part.per_vehicle, new, part.component,
    )  # fmt: skip
