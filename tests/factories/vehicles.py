"""Models, cars and their owners, as tests need them: deterministic, given a session."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.vehicles.models import OdometerReading, Ownership, Vehicle, VehicleModel
from dealers.vehicles.rules import TAIL, check_digit


def _next(session: Session, model: Any) -> int:
    return (session.scalar(select(func.max(model.id))) or 0) + 1


def make_vin(number: int = 1, head: str = "LSVAM418", year: str = "R", plant: str = "2") -> str:
    """Return a VIN with the right check digit and a six-figure serial."""
    vin = f"{head}0{year}{plant}{number:06d}"
    return vin[:8] + check_digit(vin) + vin[9:]


def make_model(session: Session, **values: Any) -> VehicleModel:
    """Store a model of the range: a petrol passenger car with the statutory periods."""
    number = _next(session, VehicleModel)
    given: dict[str, Any] = {
        "code": f"M{number:03d}", "series": "远行", "name_zh": f"远行{number} 1.5T 舒适型",
        "name_en": f"Voyager {number} 1.5T Comfort",
    }  # fmt: skip
    model = VehicleModel(**{**given, **values})
    session.add(model)
    session.flush()
    return model


def make_customer(session: Session, **values: Any) -> Customer:
    """Store an owner with a name and a mobile phone."""
    number = _next(session, Customer)
    given: dict[str, Any] = {"name": f"王小{chr(0x4E00 + number)}", "phone": f"138{number:08d}"}
    customer = Customer(**{**given, **values})
    session.add(customer)
    session.flush()
    return customer


def make_vehicle(session: Session, **values: Any) -> Vehicle:
    """Store a car sold in 2025 to an owner; ``dealer=`` names who sold it."""
    number = _next(session, Vehicle)
    dealer = values.pop("dealer", None)
    vin = values.get("vin") or make_vin(number)
    if "model_id" not in values:
        known = session.scalars(select(VehicleModel.id).order_by(VehicleModel.id).limit(1)).first()
        values["model_id"] = known or make_model(session).id
    if "owner_id" not in values:
        values["owner_id"] = make_customer(session).id
    given: dict[str, Any] = {
        "vin": vin, "vin_tail": vin[-TAIL:], "configuration": "舒适型", "colour": "珍珠白",
        "engine_no": f"E{number:07d}", "produced_on": date(2025, 1, 10), "plate": f"沪A{number:05d}",
        "invoice_no": f"{number:08d}", "invoiced_on": date(2025, 3, 1), "delivered_on": date(2025, 3, 3),
        "price": Decimal("128800.00"), "owner_since": date(2025, 3, 1),
        "selling_dealer_id": dealer.id if dealer is not None else None,
    }  # fmt: skip
    vehicle = Vehicle(**{**given, **values})
    session.add(vehicle)
    session.flush()
    return vehicle


def make_reading(session: Session, vehicle: Vehicle, km: int, day: date, **values: Any) -> OdometerReading:
    """Store a reading as it stands, judged by nobody."""
    given: dict[str, Any] = {
        "vehicle_id": vehicle.id, "read_at": datetime(day.year, day.month, day.day, 2, tzinfo=UTC), "km": km,
        "source": "import",
    }  # fmt: skip
    reading = OdometerReading(**{**given, **values})
    session.add(reading)
    session.flush()
    return reading


def make_ownership(session: Session, vehicle: Vehicle, until: date, **values: Any) -> Ownership:
    """Store an earlier owner of a car."""
    if "customer_id" not in values:
        values["customer_id"] = make_customer(session).id
    row = Ownership(**{"vehicle_id": vehicle.id, "since": None, "until": until, **values})
    session.add(row)
    session.flush()
    return row
