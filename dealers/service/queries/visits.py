"""Visits of a car to all stations: the law's view across dealers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.service.rules import days_in_shop
from dealers.vehicles.models import Vehicle
from portal.kernel.scoping import lawful_view

#: Why a station may see what others did to a car.
LAWFUL = "SAMR Order 43, Art. 17 and 24"


@dataclass(frozen=True)
class VisitJob:
    """What was complained of and done on a visit, and the names of the parts put in."""

    concern: str
    correction: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Visit:
    """A visit of a car to a station. ``number`` only where the reader may open the order."""

    station: str
    received_at: datetime
    completed_at: datetime | None
    days: int
    odometer_km: int
    type: str
    jobs: tuple[VisitJob, ...]
    number: str | None


def visits(session: Session, vin: str, reader: int | None, now: datetime) -> list[Visit]:
    """List a car's visits to all stations, newest first: what and when, never prices or people.

    Three-guarantees duties do not stop at one dealer: the days of Art. 24 are counted over all.
    ``reader`` is the reading dealer's id, None for headquarters, who may open every order.
    """
    with lawful_view(session, LAWFUL):
        orders = session.execute(
            select(
                RepairOrder.id, RepairOrder.number, RepairOrder.dealer_id, Dealer.name, RepairOrder.received_at,
                RepairOrder.completed_at, RepairOrder.odometer_km, RepairOrder.type,
            )
            .join(Dealer, Dealer.id == RepairOrder.dealer_id)
            .join(Vehicle, Vehicle.id == RepairOrder.vehicle_id)
            .where(Vehicle.vin == vin, RepairOrder.state != "cancelled")
            .order_by(RepairOrder.received_at.desc(), RepairOrder.id.desc())
        ).all()  # fmt: skip
        jobs = _visit_jobs(session, [row.id for row in orders])
    return [
        Visit(
            row.name, row.received_at, row.completed_at, days_in_shop(row.received_at, row.completed_at or now),
            row.odometer_km, row.type, tuple(jobs.get(row.id, ())),
            row.number if reader is None or reader == row.dealer_id else None,
        )
        for row in orders
    ]  # fmt: skip


def _visit_jobs(session: Session, orders: list[int]) -> dict[int, list[VisitJob]]:
    """Read concerns, corrections and part names of orders; columns only, inside a lawful view."""
    jobs = session.execute(
        select(RepairJob.id, RepairJob.order_id, RepairJob.concern, RepairJob.correction)
        .where(RepairJob.order_id.in_(orders))
        .order_by(RepairJob.order_id, RepairJob.position)
    ).all()
    names: dict[int, list[str]] = {}
    for job_id, name in session.execute(
        select(PartLine.job_id, PartLine.name)
        .where(PartLine.job_id.in_([job.id for job in jobs]))
        .order_by(PartLine.job_id, PartLine.position)
    ):
        names.setdefault(job_id, []).append(name)
    found: dict[int, list[VisitJob]] = {}
    for job in jobs:
        found.setdefault(job.order_id, []).append(VisitJob(job.concern, job.correction, tuple(names.get(job.id, ()))))
    return found
