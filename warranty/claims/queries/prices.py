"""Prices, rates, quota hours and overlaps of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealers.network.models import LabourRate
from dealers.network.rules import UNGRADED
from dealers.service.models import LabourOperation, LabourOverlap
from dealers.vehicles.models import Vehicle
from parts.catalogue.models import Part, PartPrice


class Dated(NamedTuple):
    """A price or rate in yuan, and the day since which it holds."""

    amount: Decimal
    since: date


def dealer_prices(session: Session, numbers: Sequence[str], day: date) -> dict[str, Dated]:
    """Return the dealer price of each part on a day; a part without one is absent."""
    rows = session.execute(
        select(Part.number, PartPrice.dealer, PartPrice.valid_from, PartPrice.valid_until)
        .join(PartPrice, PartPrice.part_id == Part.id)
        .where(Part.number.in_(numbers), PartPrice.valid_from <= day)
        .order_by(PartPrice.valid_from)
    )
    latest = {row.number: row for row in rows}  # the youngest comes last and stays
    return {
        number: Dated(row.dealer, row.valid_from)
        for number, row in latest.items()
        if row.valid_until is None or row.valid_until >= day
    }


def quotas(session: Session, codes: Sequence[str], vehicle_id: int) -> dict[str, Decimal]:
    """Return the quota hours of each operation for a car: its model's, else those for every model."""
    model = select(Vehicle.model_id).where(Vehicle.id == vehicle_id).scalar_subquery()
    rows = session.execute(
        select(LabourOperation.code, LabourOperation.hours).where(
            LabourOperation.code.in_(codes),
            or_(LabourOperation.model_id.is_(None), LabourOperation.model_id == model),
        ).order_by(LabourOperation.model_id.is_not(None))
    )  # fmt: skip
    return {row.code: row.hours for row in rows}  # the model's own comes last and stays


def rate_of(session: Session, grade: int | None, day: date) -> Dated | None:
    """Return yuan for one quota hour of a station's stars on a day."""
    row = session.execute(
        select(LabourRate.rate, LabourRate.valid_from)
        .where(LabourRate.grade == (grade or UNGRADED), LabourRate.valid_from <= day)
        .order_by(LabourRate.valid_from.desc())
        .limit(1)
    ).first()
    return Dated(row.rate, row.valid_from) if row else None


def overlaps(session: Session, visit: Sequence[str], job: Sequence[str]) -> list[tuple[str, str, Decimal | None]]:
    """Return what operations of a visit contain of a job's operations: (operation, contained, hours or all)."""
    rows = session.execute(
        select(LabourOverlap.code, LabourOverlap.contained, LabourOverlap.hours)
        .where(LabourOverlap.contained.in_(job), LabourOverlap.code.in_(visit))
    )  # fmt: skip
    return [(row.code, row.contained, row.hours) for row in rows]
