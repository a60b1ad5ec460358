"""Cars: identity, sale, owners and odometer. No dealer owns a car's record; the visits are theirs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Fen, Identified, short


class VehicleModel(Identified, Base):
    """A model of the maker's range (车型) with what the law wants to know of it."""

    __tablename__ = "vehicle_model"

    code: Mapped[str] = mapped_column(short(32), unique=True)
    series: Mapped[str] = mapped_column(short(64))
    name_zh: Mapped[str] = mapped_column(short(120))
    name_en: Mapped[str] = mapped_column(short(120))
    category: Mapped[str] = mapped_column(short(24), default="passenger_car")
    powertrain: Mapped[str] = mapped_column(short(16), default="petrol")  # petrol | hybrid | electric
    guarantee_months: Mapped[int] = mapped_column(default=24)
    guarantee_km: Mapped[int] = mapped_column(default=50_000)
    repair_months: Mapped[int] = mapped_column(default=36)
    repair_km: Mapped[int] = mapped_column(default=60_000)


class Vehicle(Identified, Base):
    """One car. ``vin_tail`` (the last six characters) is how the counter asks for it."""

    __tablename__ = "vehicle"
    __table_args__ = (Index("ix_vehicle_selling_dealer", "selling_dealer_id", "vin"),)  # a dealer's own list

    vin: Mapped[str] = mapped_column(short(17), unique=True)
    vin_tail: Mapped[str] = mapped_column(short(6), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("vehicle_model.id"))
    configuration: Mapped[str | None] = mapped_column(short(64))
    colour: Mapped[str | None] = mapped_column(short(32))
    engine_no: Mapped[str | None] = mapped_column(short(32))
    produced_on: Mapped[date | None]
    use: Mapped[str] = mapped_column(short(16), default="household")
    plate: Mapped[str | None] = mapped_column(short(16), index=True)
    invoice_no: Mapped[str | None] = mapped_column(short(32))
    invoiced_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    price: Mapped[Decimal | None] = mapped_column(Fen())
    selling_dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    owner_since: Mapped[date | None]
    replaced_on: Mapped[date | None]  # handed over as a replacement that day: periods begin anew (Art. 29)
    taken_back: Mapped[str | None] = mapped_column(short(12))  # 三包换退车: replaced | returned (Art. 33)
    taken_back_on: Mapped[date | None]
    taken_back_reason: Mapped[str | None]


class Ownership(Identified, Base):
    """An earlier owner: three-guarantees duties go over to the next one (三包责任随车转移)."""

    __tablename__ = "ownership"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    since: Mapped[date | None]
    until: Mapped[date]


class OdometerReading(Identified, Base):
    """A reading with its moment; ``doubt`` names why it is implausible, null where it is not."""

    __tablename__ = "odometer_reading"
    __table_args__ = (Index("ix_odometer_reading_vehicle", "vehicle_id", "read_at"),)

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    read_at: Mapped[datetime]
    km: Mapped[int]
    source: Mapped[str] = mapped_column(short(24))  # repair_order | sale | import | demand
    reference: Mapped[str | None] = mapped_column(short(40))
    meter_replaced: Mapped[bool] = mapped_column(default=False)  # 换表
    doubt: Mapped[str | None] = mapped_column(short(24))
