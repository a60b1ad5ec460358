"""Pre-authorisations (预授权): what a dealer asks before a repair, and the amount that is reserved for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Document, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.scoping import DealerOwned
from warranty.authorisations.states import PRE_AUTHORISATION


class PreAuthorisation(Identified, DealerOwned, Stateful, Base):
    """One request about one car. ``version`` counts submissions.

    What is used of ``granted`` is not kept here: it is what live claims that name the number ask for.
    """

    __tablename__ = "pre_authorisation"
    __machine__ = PRE_AUTHORISATION
    __table_args__ = (
        CheckConstraint(PRE_AUTHORISATION.sql_check(), name="state"),
        CheckConstraint("granted is null or (granted > 0 and granted <= asked)", name="granted"),
        Index("ix_pre_authorisation_dealer", "dealer_id", "id"),
        Index("ix_pre_authorisation_state", "state", "submitted_at", "id"),
        Index("ix_pre_authorisation_vehicle", "vehicle_id", "id"),
        Index("ix_pre_authorisation_order", "order_id"),
        Index("ix_pre_authorisation_job", "job_id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))  # None: asked before the visit
    job_id: Mapped[int | None] = mapped_column(ForeignKey("repair_job.id", ondelete="SET NULL"))
    type: Mapped[str] = mapped_column(short(16))
    odometer_km: Mapped[int]
    component: Mapped[str] = mapped_column(short(24))
    causal_part: Mapped[str | None] = mapped_column(short(32))
    concern: Mapped[str]
    cause: Mapped[str]
    correction: Mapped[str]  # what the station means to do
    asked: Mapped[Decimal] = mapped_column(Fen())
    granted: Mapped[Decimal | None] = mapped_column(Fen())
    valid_until: Mapped[date | None]  # the last day on which the car may be received for the repair
    decision_reason: Mapped[str | None]
    decided_by: Mapped[str | None] = mapped_column(short(120))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(short(120))
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class PreAuthorisationVersion(Identified, DealerOwned, Base):
    """What was submitted, as it was."""

    __tablename__ = "pre_authorisation_version"
    __table_args__ = (UniqueConstraint("authorisation_id", "version"),)

    authorisation_id: Mapped[int] = mapped_column(ForeignKey("pre_authorisation.id"))
    version: Mapped[int]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(short(120))
    asked: Mapped[Decimal] = mapped_column(Fen())
    content: Mapped[dict[str, Any]] = mapped_column(Document)
