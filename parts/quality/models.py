"""Parts quality reports (配件质量信息跟踪卡): the dealer's card, headquarters' eight steps, measures.

Rows whose ``dealer_id`` is null are headquarters' own: no dealer's session sees them, by the same wall that
keeps dealers apart. So are the eight steps and the linked claims of any report.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parts.quality.rules.terms import LONGEST
from parts.quality.states import QUALITY_REPORT
from portal.kernel.db import Base, Document, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned


class Owned(DealerOwned):
    """Rows of one dealer, or of headquarters alone."""

    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"))  # type: ignore[assignment]


class QualityReport(Identified, Owned, Stateful, Base):
    """One card: what failed on which car, how and under what conditions; then what headquarters made of it."""

    __tablename__ = "quality_report"
    __machine__ = QUALITY_REPORT
    __table_args__ = (
        CheckConstraint(QUALITY_REPORT.sql_check(), name="state"),
        CheckConstraint("loss_amount >= 0", name="loss_amount"),
        Index("ix_quality_report_dealer", "dealer_id", "id"),
        Index("ix_quality_report_state", "state", "id"),
        Index("ix_quality_report_part", "part_number", "id"),
        Index("ix_quality_report_model", "model_id", "produced_week"),
        Index("ix_quality_report_job", "job_id"),
        Index("ix_quality_report_order", "order_id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    title: Mapped[str] = mapped_column(short(120))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))  # None: from claims
    job_id: Mapped[int | None] = mapped_column(ForeignKey("repair_job.id", ondelete="SET NULL"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id"), index=True)
    vin: Mapped[str | None] = mapped_column(short(17))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_model.id"))
    produced_week: Mapped[str | None] = mapped_column(short(8))  # 2026-W18
    odometer_km: Mapped[int | None]
    part_number: Mapped[str | None] = mapped_column(short(32))
    part_name: Mapped[str] = mapped_column(short(120), default="")
    supplier: Mapped[str | None] = mapped_column(short(80))
    component: Mapped[str] = mapped_column(short(24))
    failure_mode: Mapped[str | None] = mapped_column(short(24))
    failure_place: Mapped[str] = mapped_column(short(120), default="")
    road: Mapped[str | None] = mapped_column(short(16))
    weather: Mapped[str | None] = mapped_column(short(16))
    speed: Mapped[str | None] = mapped_column(short(16))
    load: Mapped[str | None] = mapped_column(short(16))
    engine_state: Mapped[str | None] = mapped_column(short(16))
    concern: Mapped[str]
    cause: Mapped[str]
    handling: Mapped[str]  # what the station did
    safety: Mapped[bool] = mapped_column(default=False)  # somebody could be hurt
    loss: Mapped[str] = mapped_column(default="")
    loss_amount: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(short(120))
    changed_at: Mapped[datetime]  # it or anything of it: of two people at once the second is told
    submitted_at: Mapped[datetime | None]
    answer: Mapped[str | None]  # what headquarters last told the dealer
    news_at: Mapped[datetime | None]  # when it did
    seen_at: Mapped[datetime | None]  # when somebody of the station said it was read
    begun_on: Mapped[date | None]  # the steps' days are counted from here
    responsible_unit: Mapped[str | None] = mapped_column(short(16))
    responsible_name: Mapped[str] = mapped_column(short(80), default="")
    joined_to: Mapped[str | None] = mapped_column(short(40))
    effect: Mapped[str | None] = mapped_column(short(16))  # effective | insufficient
    effect_note: Mapped[str] = mapped_column(default="")
    effect_figures: Mapped[dict[str, Any] | None] = mapped_column(Document)  # as they stood when it was judged


class QualityPhoto(Identified, Owned, Base):
    """A picture of the failed part; those of the visit keep the file they have."""

    __tablename__ = "quality_photo"
    __table_args__ = (UniqueConstraint("report_id", "sha256"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("quality_report.id"))
    storage_key: Mapped[str] = mapped_column(short(128))
    sha256: Mapped[str] = mapped_column(short(64))
    width: Mapped[int]
    height: Mapped[int]
    caption: Mapped[str] = mapped_column(short(120), default="")
    added_by: Mapped[str] = mapped_column(short(120))
    added_at: Mapped[datetime]


class QualityTerm(Identified, Owned, Base):
    """A term that stands in a report (`rules.terms`): what it is found by."""

    __tablename__ = "quality_term"
    __audited__ = False  # made from the report, and made anew with it
    __table_args__ = (
        UniqueConstraint("report_id", "term"),
        # By the beginnings of terms, too; PostgreSQL wants its own order for that.
        Index("ix_quality_term_term", "term", "report_id", postgresql_ops={"term": "varchar_pattern_ops"}),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("quality_report.id"))
    term: Mapped[str] = mapped_column(short(LONGEST))


class QualityStep(Identified, Owned, Base):
    """One of the eight steps of a report that headquarters works on; its own alone."""

    __tablename__ = "quality_step"
    __table_args__ = (
        UniqueConstraint("report_id", "step"),
        CheckConstraint("step between 1 and 8", name="step"),
        Index("ix_quality_step_due", "done_on", "due_on"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("quality_report.id"))
    step: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    owner: Mapped[str] = mapped_column(short(120), default="")
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str | None] = mapped_column(short(120))
    text: Mapped[str] = mapped_column(default="")


class QualityClaim(Identified, Owned, Base):
    """A claim that a report of headquarters rests on, with what it said that day; headquarters' alone."""

    __tablename__ = "quality_claim"
    __table_args__ = (UniqueConstraint("report_id", "number"), Index("ix_quality_claim_number", "number"))

    report_id: Mapped[int] = mapped_column(ForeignKey("quality_report.id"))
    number: Mapped[str] = mapped_column(short(40))
    station: Mapped[str] = mapped_column(short(16))
    vin: Mapped[str] = mapped_column(short(17))
    received_at: Mapped[datetime]
    odometer_km: Mapped[int]
    concern: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Fen())


class QualityMeasure(Identified, Base):
    """A measure against a failure. Until ``published_at`` it is headquarters'; then every station reads it."""

    __tablename__ = "quality_measure"
    __table_args__ = (
        Index("ix_quality_measure_report", "report_id", "id"),
        Index("ix_quality_measure_published", "published_at", "id"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("quality_report.id"))
    kind: Mapped[str] = mapped_column(short(12))
    text: Mapped[str]
    in_force_on: Mapped[date | None]
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]
    part_number: Mapped[str | None] = mapped_column(short(32))  # as published: a station does not see the report
    part_name: Mapped[str] = mapped_column(short(120), default="")
    failure_mode: Mapped[str | None] = mapped_column(short(24))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(short(120))
    lifted_at: Mapped[datetime | None]  # it holds no longer: by itself, or as its report was withdrawn or not accepted
    lifted_by: Mapped[str | None] = mapped_column(short(120))  # of one that was lifted by itself
    lifted_reason: Mapped[str | None]  # headquarters' own, as the reasons of its steps are


class QualityMeasureRead(Identified, DealerOwned, Base):
    """A station has read a published measure: who said so, and when."""

    __tablename__ = "quality_measure_read"
    __table_args__ = (UniqueConstraint("dealer_id", "measure_id"),)

    measure_id: Mapped[int] = mapped_column(ForeignKey("quality_measure.id"), index=True)
    read_by: Mapped[str] = mapped_column(short(120))
    read_at: Mapped[datetime]
