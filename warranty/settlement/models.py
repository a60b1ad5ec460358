"""Monthly settlement: one statement a dealer and month, its lines and deductions, and the ledger behind it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.scoping import DealerOwned
from warranty.settlement.states import SETTLEMENT


class TaxRate(Identified, Base):
    """Value-added tax on parts and repair labour from a day on: ``0.1300``."""

    __tablename__ = "tax_rate"

    valid_from: Mapped[date] = mapped_column(unique=True)
    rate: Mapped[Decimal] = mapped_column(Exact(4))


class SettlementPeriod(Identified, Base):
    """A month that headquarters closes, once; the cut-off is the moment closing began."""

    __tablename__ = "settlement_period"

    month: Mapped[str] = mapped_column(short(7), unique=True)
    cut_off: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(short(120))
    closed_at: Mapped[datetime | None]  # null while closing, and after a kill until it is run again


class Settlement(Identified, DealerOwned, Stateful, Base):
    """A dealer's statement of one month: net + tax = gross, all equal to its lines and deductions."""

    __tablename__ = "settlement"
    __machine__ = SETTLEMENT
    __table_args__ = (
        CheckConstraint(SETTLEMENT.sql_check(), name="state"),
        CheckConstraint("net + tax = gross", name="gross"),
        UniqueConstraint("dealer_id", "month"),
        Index("ix_settlement_month", "month", "state"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    month: Mapped[str] = mapped_column(short(7))
    claims: Mapped[int]
    net: Mapped[Decimal] = mapped_column(Fen())
    tax_rate: Mapped[Decimal] = mapped_column(Exact(4))
    tax: Mapped[Decimal] = mapped_column(Fen())
    gross: Mapped[Decimal] = mapped_column(Fen())
    generated_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(short(120))
    invoice_no: Mapped[str | None] = mapped_column(short(40))
    invoice_amount: Mapped[Decimal | None] = mapped_column(Fen())
    invoiced_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class SettlementLine(Identified, DealerOwned, Base):
    """What one claim brings under one kind. A claim and kind can stand in one statement only."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        UniqueConstraint("claim_id", "kind"),
        Index("ix_settlement_line_settlement", "settlement_id", "id"),
    )

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    claim_number: Mapped[str] = mapped_column(short(40))
    vin: Mapped[str] = mapped_column(short(17))
    kind: Mapped[str] = mapped_column(short(16))
    amount: Mapped[Decimal] = mapped_column(Fen())
    disputed: Mapped[bool] = mapped_column(default=False)
    dispute_reason: Mapped[str | None]
    answer: Mapped[str | None]


class Deduction(Identified, DealerOwned, Base):
    """What stands beside the claims in a dealer's statement, by `rules.DEDUCTION_KINDS`.

    ``amount`` as it counts, before tax: negative takes. It waits for the dealer's next statement and stays
    in it; ``source`` is what it comes from, once a kind, so that nothing is deducted twice.
    """

    __tablename__ = "deduction"
    __table_args__ = (
        UniqueConstraint("kind", "source"),
        CheckConstraint("amount <= 0 or kind in ('credit', 'carried_over')", name="amount"),
        CheckConstraint("settlement_id is null or cancelled_at is null", name="cancelled"),
        Index("ix_deduction_dealer", "dealer_id", "settlement_id", "id"),
        Index("ix_deduction_settlement", "settlement_id", "id"),
        Index("ix_deduction_claim", "claim_number", "kind"),
    )

    kind: Mapped[str] = mapped_column(short(16))
    source: Mapped[str] = mapped_column(short(64))
    claim_number: Mapped[str | None] = mapped_column(short(40))
    amount: Mapped[Decimal] = mapped_column(Fen())
    reason: Mapped[str]
    booked_at: Mapped[datetime]
    booked_by: Mapped[str] = mapped_column(short(120))
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlement.id"))  # null while it waits
    cancelled_at: Mapped[datetime | None]  # struck out before a statement took it
    cancelled_by: Mapped[str | None] = mapped_column(short(120))
    cancelled_for: Mapped[str | None]


class LedgerEntry(Identified, DealerOwned, Base):
    """What headquarters owes a dealer (positive) or has paid (negative), in yuan."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("settlement_id", "account"),)

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    account: Mapped[str] = mapped_column(short(16))  # claims | deductions | tax | payment
    amount: Mapped[Decimal] = mapped_column(Fen())
    booked_at: Mapped[datetime]
