"""Repair orders and the catalogue of labour operations.

What Art. 17 of the three-guarantees order lists for a repair record stands here; lines keep the
names and prices of their day, so a later change of a catalogue changes no paper.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealers.service.states import REPAIR_ORDER
from portal.kernel.db import Base, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned


class LabourOperation(Identified, Base):
    """A job the maker pays by quota hours (定额工时); ``model_id`` null means for every model."""

    __tablename__ = "labour_operation"
    __table_args__ = (
        UniqueConstraint("code", "model_id"),
        Index("ix_labour_operation_initials", "initials"),
    )

    code: Mapped[str] = mapped_column(short(24), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_model.id"))
    name_zh: Mapped[str] = mapped_column(short(120))
    name_en: Mapped[str] = mapped_column(short(120))
    initials: Mapped[str] = mapped_column(short(64))
    hours: Mapped[Decimal] = mapped_column(Exact(2))
    component: Mapped[str] = mapped_column(short(24), default="other")


class LabourOverlap(Identified, Base):
    """An operation that contains another one (重叠工时): done at the same visit, that one is paid less.

    ``hours`` are taken off the contained one; null takes it off whole, nought takes nothing off any more.
    """

    __tablename__ = "labour_overlap"
    __table_args__ = (
        UniqueConstraint("code", "contained"),
        Index("ix_labour_overlap_contained", "contained"),
        CheckConstraint("code <> contained", name="itself"),
        CheckConstraint("hours >= 0", name="hours"),
    )

    code: Mapped[str] = mapped_column(short(24))
    contained: Mapped[str] = mapped_column(short(24))
    hours: Mapped[Decimal | None] = mapped_column(Exact(2))


class RepairOrder(Identified, DealerOwned, Stateful, Base):
    """One visit of one car to one station."""

    __tablename__ = "repair_order"
    __machine__ = REPAIR_ORDER
    __table_args__ = (
        CheckConstraint(REPAIR_ORDER.sql_check(), name="state"),
        CheckConstraint("odometer_km >= 0", name="odometer"),
        Index("ix_repair_order_dealer_received", "dealer_id", "received_at", "id"),
        Index("ix_repair_order_received", "received_at", "id"),
        Index("ix_repair_order_vehicle", "vehicle_id", "received_at"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    plate: Mapped[str | None] = mapped_column(short(16))
    type: Mapped[str] = mapped_column(short(16))
    received_at: Mapped[datetime]  # when consumer and repairer fixed the repair
    promised_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    odometer_km: Mapped[int]
    meter_replaced: Mapped[bool] = mapped_column(default=False)
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    advisor_name: Mapped[str] = mapped_column(short(120))
    owner_name: Mapped[str] = mapped_column(short(80))
    owner_phone: Mapped[str] = mapped_column(short(32), default="")
    presenter_name: Mapped[str] = mapped_column(short(80))  # 送修人
    presenter_phone: Mapped[str] = mapped_column(short(32))
    out_call_km: Mapped[int | None]  # one way
    out_call_expenses: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    towing_fee: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    substitute: Mapped[str] = mapped_column(short(12), default="none")  # none | car | transport
    substitute_from: Mapped[datetime | None]
    substitute_until: Mapped[datetime | None]
    substitute_amount: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    # Hours that Art. 24 does not count as repair time.
    special_transport_hours: Mapped[Decimal] = mapped_column(Exact(2), default=ZERO)
    battery_transport_hours: Mapped[Decimal] = mapped_column(Exact(2), default=ZERO)
    rescue_hours: Mapped[Decimal] = mapped_column(Exact(2), default=ZERO)
    labour_total: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    parts_total: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    sublet_total: Mapped[Decimal] = mapped_column(Fen(), default=ZERO, server_default="0")
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # by whom and when the order or anything on it was last changed
    changed_by: Mapped[str | None] = mapped_column(short(120))

    jobs: Mapped[list[RepairJob]] = relationship(order_by="RepairJob.position", cascade="all, delete-orphan")


class RepairJob(Identified, DealerOwned, Base):
    """One complaint of a visit with its three C: concern, cause, correction."""

    __tablename__ = "repair_job"
    __table_args__ = (UniqueConstraint("order_id", "position"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"))
    position: Mapped[int]
    concern: Mapped[str]  # 客户描述
    cause: Mapped[str] = mapped_column(default="")  # 故障原因
    correction: Mapped[str] = mapped_column(default="")  # 维修措施
    component: Mapped[str] = mapped_column(short(24), default="other")
    failure_mode: Mapped[str | None] = mapped_column(short(24))
    payer: Mapped[str] = mapped_column(short(12), default="warranty")  # warranty | customer
    campaign: Mapped[str | None] = mapped_column(short(40))  # the number of the campaign that the job does
    technician: Mapped[str | None] = mapped_column(short(120))
    # What the three-guarantees law asks of a job.
    quality_problem: Mapped[bool] = mapped_column(default=True)
    serious_safety: Mapped[bool] = mapped_column(default=False)  # 严重安全性能故障
    effect: Mapped[str | None] = mapped_column(short(24))  # steering_failure, … (Art. 23)
    exemption: Mapped[str | None] = mapped_column(short(20))  # Art. 32
    action: Mapped[str] = mapped_column(short(20), default="repair")  # repair | replace_part | replace_assembly
    main_part: Mapped[str | None] = mapped_column(short(40))  # as the model's certificate declares it
    same_as: Mapped[str | None] = mapped_column(short(48))  # the problem's key; None: told by component and failure
    resolved: Mapped[bool | None]

    labour: Mapped[list[LabourLine]] = relationship(order_by="LabourLine.position", cascade="all, delete-orphan")
    parts: Mapped[list[PartLine]] = relationship(order_by="PartLine.position", cascade="all, delete-orphan")
    sublets: Mapped[list[SubletLine]] = relationship(order_by="SubletLine.position", cascade="all, delete-orphan")


class LabourLine(Identified, DealerOwned, Base):
    """Work on a job: quota hours × the station's rate of the day."""

    __tablename__ = "labour_line"
    __table_args__ = (UniqueConstraint("job_id", "position"), CheckConstraint("hours >= 0", name="hours"))

    job_id: Mapped[int] = mapped_column(ForeignKey("repair_job.id"))
    position: Mapped[int]
    operation_code: Mapped[str] = mapped_column(short(24))
    name: Mapped[str] = mapped_column(short(120))
    hours: Mapped[Decimal] = mapped_column(Exact(2))
    rate: Mapped[Decimal] = mapped_column(Fen())
    amount: Mapped[Decimal] = mapped_column(Fen())


class PartLine(Identified, DealerOwned, Base):
    """A part put in on a job. ``causal`` marks the part that failed first (主因件)."""

    __tablename__ = "part_line"
    __table_args__ = (
        UniqueConstraint("job_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("repair_job.id"))
    position: Mapped[int]
    part_number: Mapped[str] = mapped_column(short(32))
    name: Mapped[str] = mapped_column(short(120))
    unit: Mapped[str] = mapped_column(short(8))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    unit_price: Mapped[Decimal] = mapped_column(Fen())
    amount: Mapped[Decimal] = mapped_column(Fen())
    causal: Mapped[bool] = mapped_column(default=False)
    supplier: Mapped[str | None] = mapped_column(short(80))


class SubletLine(Identified, DealerOwned, Base):
    """Work of a job that another workshop did (外委维修), with that workshop's invoice; yuan before tax."""

    __tablename__ = "sublet_line"
    __table_args__ = (
        UniqueConstraint("job_id", "position"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_sublet_line_invoice", "invoice_no"),
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("repair_job.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(short(120))
    vendor: Mapped[str] = mapped_column(short(80), default="")
    invoice_no: Mapped[str] = mapped_column(short(20), default="")
    amount: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)


class RepairPhoto(Identified, DealerOwned, Base):
    """A picture of the visit, shrunk and without the phone's data; ``sha256`` is of what is kept."""

    __tablename__ = "repair_photo"

    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"), index=True)
    storage_key: Mapped[str] = mapped_column(short(128))
    sha256: Mapped[str] = mapped_column(short(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    look: Mapped[int | None] = mapped_column(BigInteger())  # 64-bit difference hash; null without contrast
    caption: Mapped[str] = mapped_column(short(120), default="")
    added_by: Mapped[str] = mapped_column(short(120))
    added_at: Mapped[datetime]
