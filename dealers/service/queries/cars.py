"""Cars as the counter needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.service.models import RepairOrder
from dealers.service.rules import Reading, scanned_vin
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from portal.kernel.clock import local_date

#: How many characters of a VIN's end are enough to ask with.
TAIL = 6
#: Choices offered when several cars fit what was typed.
OFFERED = 8


@dataclass(frozen=True)
class Car:
    """A car as the counter needs it. Owner's particulars are for stations that know the car."""

    id: int
    vin: str
    plate: str | None
    model_id: int
    name_zh: str
    name_en: str
    engine_no: str | None
    configuration: str | None
    colour: str | None
    invoiced_on: date | None
    owner_name: str
    owner_phone: str
    last: Reading | None = None


def car_by_vin(session: Session, vin: str) -> Car | None:
    """Return the car with this VIN."""
    found = cars_where(session, Vehicle.vin == scanned_vin(vin), 1)
    return found[0] if found else None


def find_cars(session: Session, text: str) -> list[Car]:
    """Find cars by VIN, by its last six or more characters, or by plate."""
    key = scanned_vin(text)
    if len(key) < TAIL:
        return []
    # The tail is indexed; more of the VIN than that only narrows it down.
    tail = and_(Vehicle.vin_tail == key[-TAIL:], Vehicle.vin.endswith(key, autoescape=True))
    return cars_where(session, or_(tail, Vehicle.plate == key), OFFERED)


def cars_where(session: Session, condition: ColumnElement[bool], limit: int) -> list[Car]:
    """Return the cars that fit a condition, by VIN."""
    rows = session.execute(
        select(Vehicle, VehicleModel.name_zh, VehicleModel.name_en, Customer.name, Customer.phone)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
        .where(condition)
        .order_by(Vehicle.vin)
        .limit(limit)
    ).all()
    return [
        Car(
            car.id, car.vin, car.plate, car.model_id, zh, en, car.engine_no, car.configuration, car.colour,
            car.invoiced_on, owner or "", phone or "", last_reading(session, car.id),
        )
        for car, zh, en, owner, phone in rows
    ]  # fmt: skip


def last_reading(session: Session, vehicle_id: int, *, but: str | None = None) -> Reading | None:
    """Return the car's latest plausible reading; ``but`` leaves out those of one document."""
    query = (
        select(OdometerReading.km, OdometerReading.read_at)
        .where(OdometerReading.vehicle_id == vehicle_id, OdometerReading.doubt.is_(None))
        .order_by(OdometerReading.read_at.desc(), OdometerReading.id.desc())
        .limit(1)
    )
    if but is not None:
        query = query.where(or_(OdometerReading.reference.is_(None), OdometerReading.reference != but))
    row = session.execute(query).first()
    return Reading(row.km, local_date(row.read_at)) if row else None


def knows_car(session: Session, vehicle_id: int, dealer_id: int | None) -> bool:
    """Tell whether a station sold or served the car, so that its owner is no stranger there."""
    if dealer_id is None:
        return True
    sold = select(Vehicle.id).where(Vehicle.id == vehicle_id, Vehicle.selling_dealer_id == dealer_id)
    return session.scalar(sold.limit(1)) is not None or served_by(session, vehicle_id, dealer_id)


def served_by(session: Session, vehicle_id: int, dealer_id: int) -> bool:
    """Tell whether a station ever opened a repair order for the car, cancelled ones apart."""
    visit = select(RepairOrder.id).where(
        RepairOrder.vehicle_id == vehicle_id, RepairOrder.dealer_id == dealer_id, RepairOrder.state != "cancelled"
    )
    return session.scalar(visit.limit(1)) is not None


def open_numbers(session: Session, vehicle_id: int) -> list[str]:
    """List the orders for which a car is in the shop, as far as the reader may see them."""
    here = (RepairOrder.state == "open") & RepairOrder.completed_at.is_(None)  # one reopened to mend is not
    return list(
        session.scalars(
            select(RepairOrder.number)
            .where(RepairOrder.vehicle_id == vehicle_id, here)
            .order_by(RepairOrder.received_at)
        )
    )
