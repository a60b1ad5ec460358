"""Warranty claims: lines with applied, audited and settled amounts, versions, findings, decisions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.db import Base, Document, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned
from warranty.claims.states import CLAIM


class Claim(Identified, DealerOwned, Stateful, Base):
    """What a dealer asks for one job of one visit. ``version`` counts submissions."""

    __tablename__ = "claim"
    __machine__ = CLAIM
    __table_args__ = (
        CheckConstraint(CLAIM.sql_check(), name="state"),
        Index("ix_claim_dealer", "dealer_id", "id"),
        Index("ix_claim_causal_part", "causal_part", "id"),
        Index("ix_claim_dealer_state", "dealer_id", "state", "id"),
        Index("ix_claim_state_submitted", "state", "submitted_at", "id"),
        Index("ix_claim_vehicle", "vehicle_id", "causal_part"),
        Index(
            "uq_claim_job",
            "job_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_order.id"), index=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("repair_job.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    type: Mapped[str] = mapped_column(short(16))
    received_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    odometer_km: Mapped[int]
    concern: Mapped[str]
    cause: Mapped[str]
    correction: Mapped[str]
    component: Mapped[str] = mapped_column(short(24))
    failure_mode: Mapped[str | None] = mapped_column(short(24))
    damage_place: Mapped[str | None] = mapped_column(short(80))
    damage_degree: Mapped[str | None] = mapped_column(short(16))
    causal_part: Mapped[str | None] = mapped_column(short(32))
    causal_supplier: Mapped[str | None] = mapped_column(short(80))
    old_part_due: Mapped[bool] = mapped_column(default=False)
    pre_authorisation: Mapped[str | None] = mapped_column(short(40))
    campaign: Mapped[str | None] = mapped_column(short(40))
    applied: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    audited: Mapped[Decimal | None] = mapped_column(Fen())
    settled: Mapped[Decimal | None] = mapped_column(Fen())
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    lines: Mapped[list[ClaimLine]] = relationship(order_by="ClaimLine.position", cascade="all, delete-orphan")


class ClaimLine(Identified, DealerOwned, Base):
    """One amount: labour, part, handling fee, out-call, towing or substitute car."""

    __tablename__ = "claim_line"
    __table_args__ = (
        UniqueConstraint("claim_id", "position"),
        CheckConstraint("applied >= 0", name="applied"),
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(short(16))
    code: Mapped[str] = mapped_column(short(32))
    name: Mapped[str] = mapped_column(short(120))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    unit_price: Mapped[Decimal] = mapped_column(Fen())
    causal: Mapped[bool] = mapped_column(default=False)
    applied: Mapped[Decimal] = mapped_column(Fen())
    audited: Mapped[Decimal | None] = mapped_column(Fen())
    settled: Mapped[Decimal | None] = mapped_column(Fen())
    decision: Mapped[str | None] = mapped_column(short(12))  # approved | adjusted | refused
    reason_code: Mapped[str | None] = mapped_column(short(24))
    reason: Mapped[str | None]


class ClaimVersion(Identified, DealerOwned, Base):
    """What was submitted, whole, as it was: header, lines and findings."""

    __tablename__ = "claim_version"
    __table_args__ = (UniqueConstraint("claim_id", "version"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    version: Mapped[int]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(short(120))
    applied: Mapped[Decimal] = mapped_column(Fen())
    content: Mapped[dict[str, Any]] = mapped_column(Document)


class ClaimDecision(Identified, DealerOwned, Base):
    """One decision of headquarters on one version: outcome, line by line, by whom and why."""

    __tablename__ = "claim_decision"
    __table_args__ = (Index("ix_claim_decision_claim", "claim_id", "id"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    version: Mapped[int]
    level: Mapped[int]
    outcome: Mapped[str] = mapped_column(short(12))
    reason: Mapped[str | None]
    decided_by: Mapped[str] = mapped_column(short(120))
    user_id: Mapped[int | None]
    decided_at: Mapped[datetime]
    audited: Mapped[Decimal | None] = mapped_column(Fen())
    lines: Mapped[list[Any]] = mapped_column(Document)
