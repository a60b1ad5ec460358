"""Recovery from suppliers (供应商追偿): contracts, demands with their lines and rounds, and their own ledger.

Nothing here is a dealer's: headquarters recovers, dealers have been paid long since.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Document, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from warranty.recovery.states import RECOVERY

#: Days in which a supplier answers, unless its contract says otherwise.
ANSWER_DAYS = 30


class RecoveryContract(Identified, Base):
    """What a supplier bears of repairs completed from a day until a day; `rules.contracts` says how.

    Terms are never edited: a contract is ended, and the next one follows it.
    """

    __tablename__ = "recovery_contract"
    __table_args__ = (
        CheckConstraint("begins_on <= until_on", name="days"),
        CheckConstraint(
            "labour_share between 0 and 10000 and part_share between 0 and 10000"
            " and handling_share between 0 and 10000",
            name="shares",
        ),
        Index("ix_recovery_contract_supplier", "supplier_id", "scope", "value", "begins_on"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    paper_no: Mapped[str | None] = mapped_column(short(40))  # on the signed paper
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    scope: Mapped[str] = mapped_column(short(12))  # part | component | all
    value: Mapped[str] = mapped_column(short(32), default="")
    begins_on: Mapped[date]
    until_on: Mapped[date]
    labour_share: Mapped[Decimal] = mapped_column(Exact(2))  # percent
    part_share: Mapped[Decimal] = mapped_column(Exact(2))
    handling_share: Mapped[Decimal] = mapped_column(Exact(2))
    claim_cap: Mapped[Decimal | None] = mapped_column(Fen())
    year_cap: Mapped[Decimal | None] = mapped_column(Fen())
    answer_days: Mapped[int] = mapped_column(default=ANSWER_DAYS)
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(short(120))
    ended_why: Mapped[str | None]


class Recovery(Identified, Stateful, Base):
    """A demand to one supplier over claims approved in some days. Its sums are those of its lines.

    ``round`` counts how often it was sent, or its answers recorded anew. ``agreed`` is None until both sides have
    agreed; ``given_back`` is what went back to the supplier of it since, less what was asked for again.
    """

    __tablename__ = "recovery"
    __machine__ = RECOVERY
    __table_args__ = (
        CheckConstraint(RECOVERY.sql_check(), name="state"),
        CheckConstraint("asked <= claimed and accepted <= asked", name="sums"),
        CheckConstraint("state not in ('agreed', 'booked', 'paid') or agreed is not null", name="agreed"),
        CheckConstraint("given_back >= 0 and given_back <= coalesce(agreed, 0)", name="given_back"),
        Index("ix_recovery_supplier", "supplier_id", "id"),
        Index("ix_recovery_state", "state", "due_on", "id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    round: Mapped[int] = mapped_column(default=0)
    claims: Mapped[int]
    claimed: Mapped[Decimal] = mapped_column(Fen())
    asked: Mapped[Decimal] = mapped_column(Fen())
    accepted: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    agreed: Mapped[Decimal | None] = mapped_column(Fen())
    given_back: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(short(120))
    sent_at: Mapped[datetime | None]
    due_on: Mapped[date | None]  # the last day of the supplier's answer
    answered_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    payment_ref: Mapped[str | None] = mapped_column(short(80))


class RecoveryLine(Identified, Base):
    """One line of a claim and what is asked for it, with every step of the reckoning, in yuan before tax.

    ``basis`` is what headquarters bore of the line when it was reckoned, ``charged_back`` what it had taken back of it
    from the station; together what was approved. ``amount`` is what was reckoned, ``asked`` what this round asks,
    ``accepted`` what the supplier says, and ``agreed`` what both settled on; ``given_back`` is what went back to the
    supplier of that. A claim's line is recovered once: ``live`` ends with a withdrawal only.
    """

    __tablename__ = "recovery_line"
    __table_args__ = (
        UniqueConstraint("recovery_id", "position"),
        CheckConstraint(
            "amount = wanted - cut_claim - cut_year and amount >= 0 and cut_claim >= 0 and cut_year >= 0"
            " and wanted <= basis",
            name="reckoned",
        ),
        CheckConstraint("charged_back >= 0", name="charged_back"),
        CheckConstraint("asked >= 0 and asked <= amount", name="asked"),
        CheckConstraint("accepted is null or (accepted >= 0 and accepted <= asked)", name="accepted"),
        CheckConstraint("agreed is null or (agreed >= 0 and agreed <= asked)", name="agreed"),
        CheckConstraint("given_back >= 0 and given_back <= coalesce(agreed, 0)", name="given_back"),
        Index(
            "uq_recovery_line_claim_line", "claim_line_id", unique=True, sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index("ix_recovery_line_claim", "claim_id"),
        Index("ix_recovery_line_contract", "contract_id", "year"),
        Index("ix_recovery_line_decided", "decided_on", "id"),
    )  # fmt: skip

    recovery_id: Mapped[int] = mapped_column(ForeignKey("recovery.id"))
    position: Mapped[int]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    claim_line_id: Mapped[int] = mapped_column(ForeignKey("claim_line.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("recovery_contract.id"))
    year: Mapped[int]  # of the contract, from 1
    kind: Mapped[str] = mapped_column(short(16))
    part: Mapped[str] = mapped_column(short(32))  # the causal part's number
    decided_on: Mapped[date]
    done_on: Mapped[date]
    basis: Mapped[Decimal] = mapped_column(Fen())
    charged_back: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    share: Mapped[Decimal] = mapped_column(Exact(2))  # percent
    wanted: Mapped[Decimal] = mapped_column(Fen())
    cut_claim: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    cut_year: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    amount: Mapped[Decimal] = mapped_column(Fen())
    asked: Mapped[Decimal] = mapped_column(Fen())
    lowered_why: Mapped[str | None]
    outcome: Mapped[str | None] = mapped_column(short(12))  # accepted | partly | rejected
    accepted: Mapped[Decimal | None] = mapped_column(Fen())
    reason: Mapped[str | None]  # the supplier's
    agreed: Mapped[Decimal | None] = mapped_column(Fen())
    given_back: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    live: Mapped[bool] = mapped_column(default=True)


class RecoveryRound(Identified, Base):
    """One round of the bargain, as it was: what was asked, and what the supplier answered, line by line.

    Answers that were recorded wrongly stay as a round; the next one has what was recorded instead, sent as that was.
    """

    __tablename__ = "recovery_round"
    __table_args__ = (UniqueConstraint("recovery_id", "round"),)

    recovery_id: Mapped[int] = mapped_column(ForeignKey("recovery.id"))
    round: Mapped[int]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(short(120))
    asked: Mapped[Decimal] = mapped_column(Fen())
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(short(120))  # who recorded it
    accepted: Mapped[Decimal | None] = mapped_column(Fen())
    lines: Mapped[list[Any]] = mapped_column(Document)  # [position, asked, outcome, accepted, reason]


class RecoveryAdjustment(Identified, Base):
    """One act after the booking: money goes back to a supplier, or is asked of it again; in yuan before tax.

    ``lines`` keeps why, as it was then: what headquarters bore, what might be asked at most, what moved. ``reference``
    is what the money is found by where the supplier had paid already.
    """

    __tablename__ = "recovery_adjustment"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_recovery_adjustment_recovery", "recovery_id", "id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    recovery_id: Mapped[int] = mapped_column(ForeignKey("recovery.id"))
    kind: Mapped[str] = mapped_column(short(8))  # back | again
    amount: Mapped[Decimal] = mapped_column(Fen())
    happened_on: Mapped[date]
    reason: Mapped[str]
    reference: Mapped[str | None] = mapped_column(short(80))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(short(120))
    lines: Mapped[list[Any]] = mapped_column(Document)  # [position, claim, borne, most, amount]


class RecoveryEntry(Identified, Base):
    """What a supplier owes (booked, positive) or has paid (negative), in yuan before tax.

    Of an adjustment: what it owes less (back, negative) or again, and what moved of money that had been paid (repaid,
    the opposite). Booking and payment stand once a demand, either account once an adjustment.
    """

    __tablename__ = "recovery_entry"
    __table_args__ = (
        UniqueConstraint("adjustment_id", "account"),
        Index(
            "uq_recovery_entry_own", "recovery_id", "account", unique=True,
            sqlite_where=text("adjustment_id is null"), postgresql_where=text("adjustment_id is null"),
        ),
        CheckConstraint(
            "account not in ('booked', 'paid', 'back', 'repaid')"
            " or (adjustment_id is null) = (account in ('booked', 'paid'))",
            name="account",
        ),
        CheckConstraint("account <> 'booked' or amount >= 0", name="booked"),
        CheckConstraint("account <> 'paid' or amount <= 0", name="paid"),
        Index("ix_recovery_entry_supplier", "supplier_id", "month"),
    )  # fmt: skip

    recovery_id: Mapped[int] = mapped_column(ForeignKey("recovery.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    month: Mapped[str] = mapped_column(short(7))
    account: Mapped[str] = mapped_column(short(8))  # booked | paid | back | repaid
    amount: Mapped[Decimal] = mapped_column(Fen())
    booked_at: Mapped[datetime]
    booked_by: Mapped[str] = mapped_column(short(120))
    adjustment_id: Mapped[int | None] = mapped_column(ForeignKey("recovery_adjustment.id"))
