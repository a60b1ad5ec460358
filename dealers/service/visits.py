"""Who served a car: the answer to the vehicle page's question (`dealers.vehicles.ports.Visits`)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder


class StationVisits:
    """Reads the repair orders in the caller's scope."""

    def served_by(self, session: Session, vehicle_id: int, dealer_id: int) -> bool:
        """Tell whether the dealer ever opened a repair order for the car, cancelled ones apart."""
        visit = select(RepairOrder.id).where(
            RepairOrder.vehicle_id == vehicle_id, RepairOrder.dealer_id == dealer_id, RepairOrder.state != "cancelled"
        )
        return session.scalar(visit.limit(1)) is not None
