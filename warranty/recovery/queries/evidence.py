"""What the evidence package of a demand needs of its claims: the claim, its car, its station, its photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder, RepairPhoto
from dealers.vehicles.models import Vehicle, VehicleModel
from warranty.claims.models import Claim
from warranty.recovery.models import RecoveryContract, RecoveryLine


@dataclass(frozen=True)
class Photo:
    """A photo of the visit: where its bytes are kept, and what it shows."""

    storage_key: str
    caption: str
    added_at: datetime


def _claims(recovery_id: int) -> Select[int]:
    return select(RecoveryLine.claim_id).where(RecoveryLine.recovery_id == recovery_id)


def claims_of(session: Session, recovery_id: int) -> dict[int, Any]:
    """Return the claims of a demand with car, model and station, by id."""
    rows = session.execute(
        select(
            Claim.id, Claim.number, Claim.order_id, RepairOrder.number.label("order"), Claim.vin, Claim.component,
            Claim.failure_mode, Claim.damage_place, Claim.causal_part, Claim.concern, Claim.cause, Claim.correction,
            Claim.odometer_km, Claim.received_at, Claim.completed_at, Claim.decided_at, Claim.audited,
            Dealer.code.label("station"), Dealer.name.label("station_name"), Vehicle.produced_on, Vehicle.invoiced_on,
            Vehicle.engine_no, VehicleModel.code.label("model"), VehicleModel.name_zh.label("model_zh"),
        )
        .join(RepairOrder, RepairOrder.id == Claim.order_id).join(Dealer, Dealer.id == Claim.dealer_id)
        .join(Vehicle, Vehicle.id == Claim.vehicle_id).join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(Claim.id.in_(_claims(recovery_id)))
    )  # fmt: skip
    return {row.id: row for row in rows}


def photos_of(session: Session, recovery_id: int) -> dict[int, list[Photo]]:
    """Return the photos of a demand's visits, by order, the oldest first."""
    orders = select(Claim.order_id).where(Claim.id.in_(_claims(recovery_id)))
    rows = session.execute(
        select(RepairPhoto.order_id, RepairPhoto.storage_key, RepairPhoto.caption, RepairPhoto.added_at)
        .where(RepairPhoto.order_id.in_(orders)).order_by(RepairPhoto.order_id, RepairPhoto.id)
    )  # fmt: skip
    found: dict[int, list[Photo]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(Photo(row.storage_key, row.caption, row.added_at))
    return found


def contracts_under(session: Session, recovery_id: int) -> list[RecoveryContract]:
    """Return the contracts that a demand rests on, by number."""
    used = select(RecoveryLine.contract_id).where(RecoveryLine.recovery_id == recovery_id)
    return list(
        session.scalars(select(RecoveryContract).where(RecoveryContract.id.in_(used)).order_by(RecoveryContract.number))
    )
