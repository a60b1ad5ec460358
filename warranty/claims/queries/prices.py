"""Prices, rates and quota hours of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation
from dealers.vehicles.models import Vehicle
from parts.catalogue.models import Part, PartPrice


def warranty_prices(session: Session, numbers: Sequence[str], day: date) -> dict[str, Decimal]:
    """Return the warranty price of each part on a day, in yuan; a part without one is absent."""
    rows = session.execute(
        select(Part.number, PartPrice.warranty, PartPrice.valid_until)
        .join(PartPrice, PartPrice.part_id == Part.id)
        .where(Part.number.in_(numbers), PartPrice.valid_from <= day)
        .order_by(PartPrice.valid_from)
    )
    latest = {row.number: row for row in rows}  # the youngest comes last and stays
    return {
        number: row.warranty for number, row in latest.items() if row.valid_until is None or row.valid_until >= day
    }  # fmt: skip


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
