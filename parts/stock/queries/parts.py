"""Parts as the catalogue has them: by what was typed, and what they cost a dealer on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, PartPrice


def clean_number(text: str) -> str:
    """Return a part's number as the catalogue writes it: typed or scanned, upper case, no blanks around."""
    return text.strip().upper()


def parts_by_number(session: Session, numbers: Collection[str]) -> dict[str, Part]:
    """Return parts of the catalogue by their numbers; what it does not have is left out."""
    return {part.number: part for part in session.scalars(select(Part).where(Part.number.in_(set(numbers))))}


def parts_by_id(session: Session, ids: Collection[int]) -> dict[int, Part]:
    """Return parts by their ids."""
    return {part.id: part for part in session.scalars(select(Part).where(Part.id.in_(set(ids))))}


def dealer_prices(session: Session, parts: Collection[int], on: date) -> dict[int, Decimal]:
    """Return what parts cost a dealer on a day, in yuan before tax; a part without a price then is left out.

    The latest price that has begun decides: once its last day has passed, an older one does not come back.
    """
    rows = session.execute(
        select(PartPrice.part_id, PartPrice.dealer, PartPrice.valid_until)
        .where(PartPrice.part_id.in_(set(parts)), PartPrice.valid_from <= on)
        .order_by(PartPrice.part_id, PartPrice.valid_from)
    )
    latest = {row.part_id: row for row in rows}  # of a part's prices the latest comes last
    return {key: row.dealer for key, row in latest.items() if row.valid_until is None or row.valid_until >= on}
