"""Who served a car: the answer to the vehicle page's question (`dealers.vehicles.ports.Visits`)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from dealers.service.queries.cars import served_by


class StationVisits:
    """Reads the repair orders in the caller's scope."""

    def served_by(self, session: Session, vehicle_id: int, dealer_id: int) -> bool:
        """Tell whether the dealer ever opened a repair order for the car, cancelled ones apart."""
        return served_by(session, vehicle_id, dealer_id)

    def open_to(self, session: Session, numbers: Iterable[str]) -> frozenset[str]:
        """Return those of the repair orders that the session's scope may see."""
        return frozenset(session.scalars(select(RepairOrder.number).where(RepairOrder.number.in_(list(numbers)))))
