"""Cars found by who owns them: a station finds its own customers, headquarters everybody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.customers.rules import clean_name, clean_phone
from dealers.service.models import RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.i18n import named

#: Fewer characters of a name, fewer figures of a phone fit too many people.
SHORTEST_NAME, SHORTEST_PHONE = 2, 7
MOST_OWNERS = 20


@dataclass(frozen=True)
class Owned:
    """A car and its owner, for somebody who may know both."""

    vin: str
    plate: str | None
    model: str
    owner: str
    phone: str


def find_owned(session: Session, text: str, dealer_id: int | None, limit: int = MOST_OWNERS) -> list[Owned]:
    """Find cars by the beginning of the owner's name or phone; a station only those it sold or served."""
    meant = _meant(text)
    if meant is None:
        return []
    statement = (
        select(Vehicle.vin, Vehicle.plate, VehicleModel.name_zh, VehicleModel.name_en, Customer.name, Customer.phone)
        .join(Vehicle, Vehicle.owner_id == Customer.id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(meant)
        .order_by(Customer.name, Vehicle.vin)
        .limit(limit)
    )
    if dealer_id is not None:
        statement = statement.where(_known_to(dealer_id))
    return [Owned(row.vin, row.plate, named(row), row.name, row.phone) for row in session.execute(statement)]


def _meant(text: str) -> ColumnElement[bool] | None:
    phone, name = clean_phone(text), clean_name(text)
    if phone.removeprefix("+").isdecimal():
        return Customer.phone.startswith(phone, autoescape=True) if len(phone) >= SHORTEST_PHONE else None
    if len(name) < SHORTEST_NAME or any(letter.isdecimal() for letter in name):
        return None
    return Customer.name.startswith(name, autoescape=True)


def _known_to(dealer_id: int) -> ColumnElement[bool]:
    """Return the condition that a station sold the car or opened a repair order for it, cancelled ones apart."""
    visit = exists().where(
        RepairOrder.vehicle_id == Vehicle.id, RepairOrder.dealer_id == dealer_id, RepairOrder.state != "cancelled"
    )
    return or_(Vehicle.selling_dealer_id == dealer_id, visit)
