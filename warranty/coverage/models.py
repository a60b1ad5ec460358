"""What headquarters keeps of coverage: policies and part warranties as versions, contracts, goodwill.

A version is never edited; a later one of the same ``code`` follows it. No prices stand here: what a
contract cost is between the owner and who sold it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Identified, short


class CoveragePolicy(Identified, Base):
    """A version of a policy (保修政策) for cars sold from a day on; an empty word asks nothing.

    ``months`` None: withdrawn. ``km`` None: any mileage.
    """

    __tablename__ = "coverage_policy"
    __table_args__ = (UniqueConstraint("code", "version"), CheckConstraint("km > 0 and months > 0", name="length"))

    code: Mapped[str] = mapped_column(short(40))
    version: Mapped[int]
    valid_from: Mapped[date]  # the day of sale (invoice, or replacement)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_model.id"), index=True)
    series: Mapped[str] = mapped_column(short(64), default="")
    component: Mapped[str] = mapped_column(short(24), default="")
    use: Mapped[str] = mapped_column(short(16), default="")
    months: Mapped[int | None]
    km: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class PartWarranty(Identified, Base):
    """A version of the warranty (配件质保) on parts put in from a day on: by number, by wear class, or on all."""

    __tablename__ = "coverage_part_warranty"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index("ix_coverage_part_warranty_number", "number"),
        CheckConstraint("km > 0 and months > 0", name="length"),
    )

    code: Mapped[str] = mapped_column(short(40))
    version: Mapped[int]
    valid_from: Mapped[date]  # the day the part was put in
    number: Mapped[str] = mapped_column(short(32), default="")
    wear_class: Mapped[str] = mapped_column(short(24), default="")
    months: Mapped[int]
    km: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class ServiceContract(Identified, Base):
    """An extended-service contract (延保). Every station that has the car may know what it covers."""

    __tablename__ = "coverage_contract"
    __table_args__ = (CheckConstraint("begins_on <= until_on", name="days"),)

    number: Mapped[str] = mapped_column(short(40), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), index=True)
    vin: Mapped[str] = mapped_column(short(17))
    product: Mapped[str] = mapped_column(short(80))
    components: Mapped[list[Any]]  # empty: the whole car
    wear_parts: Mapped[bool] = mapped_column(default=False)
    begins_on: Mapped[date]
    until_on: Mapped[date]
    until_km: Mapped[int | None]
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"), index=True)  # None: headquarters
    cancelled_on: Mapped[date | None]
    cancelled_why: Mapped[str | None]
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class Goodwill(Identified, Base):
    """Goodwill (善意) that headquarters granted for a car; shares are percent. ``station_id``: who asked for it."""

    __tablename__ = "coverage_goodwill"
    __table_args__ = (
        CheckConstraint("begins_on <= until_on", name="days"),
        CheckConstraint(
            "headquarters_share + dealer_share + customer_share = 100 and headquarters_share >= 0 "
            "and dealer_share >= 0 and customer_share >= 0",
            name="shares",
        ),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), index=True)
    vin: Mapped[str] = mapped_column(short(17))
    component: Mapped[str] = mapped_column(short(24), default="")
    begins_on: Mapped[date]
    until_on: Mapped[date]
    until_km: Mapped[int | None]
    headquarters_share: Mapped[int] = mapped_column(default=100)
    dealer_share: Mapped[int] = mapped_column(default=0)
    customer_share: Mapped[int] = mapped_column(default=0)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"), index=True)
    reason: Mapped[str]
    granted_by: Mapped[str] = mapped_column(short(120))
    granted_at: Mapped[datetime]
