"""Replacement and return cases (换退车案件): the demand, the finding, the decision, the money, the car that follows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned
from warranty.cases.states import CASE, OPEN

_OPEN = text(f"state in ({', '.join(repr(state) for state in OPEN)})")


class GuaranteeCase(Identified, DealerOwned, Stateful, Base):
    """One demand for another car or the money back, made to the dealer that sold the car (销售者)."""

    __tablename__ = "guarantee_case"
    __machine__ = CASE
    __table_args__ = (
        CheckConstraint(CASE.sql_check(), name="state"),
        Index("ix_guarantee_case_dealer", "dealer_id", "id"),
        Index("ix_guarantee_case_state", "state", "reply_by"),
        Index("ix_guarantee_case_vehicle", "vehicle_id", "id"),
        Index("uq_guarantee_case_open", "vehicle_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))

    received_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(short(120))
    consumer: Mapped[str] = mapped_column(short(80))
    phone: Mapped[str] = mapped_column(short(32))
    choice: Mapped[str] = mapped_column(short(8))  # replace | return: what is asked for now
    asked_first: Mapped[str] = mapped_column(short(8))  # what was asked for at first
    odometer_km: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Fen())  # of the car as invoiced, yuan with tax
    invoice_shown: Mapped[bool]
    certificate_shown: Mapped[bool]
    papers: Mapped[str] = mapped_column(default="")  # what else was handed in
    statement: Mapped[str]  # the owner's words

    finding: Mapped[dict[str, Any]]  # `rules.finding.CaseFinding`, as it was when decided
    finding_accepted: Mapped[bool]
    reply_by: Mapped[date]
    complete_by: Mapped[date]
    provisional: Mapped[bool]

    outcome: Mapped[str | None] = mapped_column(short(8))  # accept | refuse
    in_favour: Mapped[bool] = mapped_column(default=False)  # beyond what the finding gives
    decision_reason: Mapped[str | None]
    decided_by: Mapped[str | None] = mapped_column(short(120))
    decided_at: Mapped[datetime | None]
    #: Who proposed what a second person has to confirm: a refusal, or days of the owner's delay.
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    proposed_by: Mapped[str | None] = mapped_column(short(120))
    usage_fee: Mapped[Decimal | None] = mapped_column(Fen())

    replied_on: Mapped[date | None]
    delay_days: Mapped[int] = mapped_column(default=0)  # Art. 28: confirmed working days of the owner's own delay
    delay_proposed: Mapped[int | None]  # more of them, not confirmed yet
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)  # papers word for word, since the owner has them
    completed_on: Mapped[date | None]
    compensation: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)  # the sum of the lines
    new_vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id"))
    new_vin: Mapped[str | None] = mapped_column(short(17))
    no_worse_because: Mapped[str | None]  # another model (Art. 25): why it is no worse


class CaseCost(Identified, DealerOwned, Base):
    """One loss of the owner that the seller makes good (Art. 26), yuan."""

    __tablename__ = "guarantee_case_cost"
    __table_args__ = (Index("ix_guarantee_case_cost_case", "case_id", "id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("guarantee_case.id"))
    kind: Mapped[str] = mapped_column(short(16))
    what: Mapped[str] = mapped_column(short(120))
    receipt: Mapped[str] = mapped_column(short(40), default="")
    charged: Mapped[Decimal] = mapped_column(Fen())
    fitted_on: Mapped[date | None]
    life_months: Mapped[int | None]
    used_months: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Fen())
    reason: Mapped[str] = mapped_column(default="")  # of a life that is short, or of a loss written after the answer


class CaseEscalation(Identified, DealerOwned, Base):
    """A clock passed a mark: told once (`rules.clocks.MARKS`)."""

    __tablename__ = "guarantee_case_escalation"
    __table_args__ = (
        UniqueConstraint("case_id", "clock", "mark"),
        Index("ix_guarantee_case_escalation_dealer", "dealer_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("guarantee_case.id"))
    clock: Mapped[str] = mapped_column(short(12))  # reply | completion
    mark: Mapped[int]
    last_day: Mapped[date]
    at: Mapped[datetime]
