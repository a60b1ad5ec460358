"""Warranty claims: lines with applied, audited and settled amounts, versions, findings, decisions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.db import Base, Document, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned
from warranty.claims.states import CLAIM, RULE_BOOK

#: What waits for a person at headquarters. Written out, because an index over a part of the table is found by its
#: words; and wrapped, because SQLite would rather take the four states one by one and sort them.
AWAITED = "coalesce(claim.state, '') in ('submitted', 'in_review', 'countersign', 'appealed')"


def _awaited(name: str, column: str) -> Index:
    """Return an index of the queue in one order; rows leave it when they are decided."""
    where = text(AWAITED.replace("claim.", ""))
    return Index(name, column, "id", sqlite_where=where, postgresql_where=where)


#: What failure tracking groups, narrows and adds up, the days first.
FAILURE = (
    "received_at", "vehicle_id", "dealer_id", "type", "state", "causal_part", "failure_mode", "component",
    "causal_supplier", "audited", "applied",
)  # fmt: skip


def _of_samples(column: str) -> Index:
    """Return an index of the few claims with this mark."""
    where = text(column)
    return Index(f"ix_claim_{column}", "id", sqlite_where=where, postgresql_where=where)


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
        Index("ix_claim_state_due", "state", "due_at", "id"),
        Index("ix_claim_vehicle", "vehicle_id", "causal_part"),
        _awaited("ix_claim_awaited_submitted", "submitted_at"),
        _awaited("ix_claim_awaited_due", "due_at"),
        _awaited("ix_claim_awaited_applied", "applied"),
        # All that failures are counted by: tables of them read this index and not the claims.
        Index("ix_claim_failure", *FAILURE),
        _of_samples("sampled"),
        _of_samples("objected"),
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
    pre_authorisation: Mapped[str | None] = mapped_column(short(40))
    campaign: Mapped[str | None] = mapped_column(short(40))
    applied: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    audited: Mapped[Decimal | None] = mapped_column(Fen())
    settled: Mapped[Decimal | None] = mapped_column(Fen())
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # when people ought to have decided it
    by_rules: Mapped[bool] = mapped_column(default=False)  # decided without a person
    sampled: Mapped[bool] = mapped_column(default=False)  # decided by rules, to be looked at afterwards
    objected: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # whoever looked had a reason against it
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who has it on the desk
    taken_by: Mapped[str | None] = mapped_column(short(120))
    taken_until: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]  # once

    lines: Mapped[list[ClaimLine]] = relationship(order_by="ClaimLine.position", cascade="all, delete-orphan")


class ClaimLine(Identified, DealerOwned, Base):
    """One amount: labour, part, handling fee, sublet work, out-call, towing or substitute car.

    ``reckoning`` says how it came about (`warranty.claims.rules.money.Step`); null on lines made before it was kept.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        UniqueConstraint("claim_id", "position"),
        CheckConstraint("applied >= 0", name="applied"),
        Index(
            "ix_claim_line_invoice",
            "code",
            sqlite_where=text("kind = 'sublet'"),
            postgresql_where=text("kind = 'sublet'"),
        ),
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
    reckoning: Mapped[list[Any] | None] = mapped_column(Document)
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
    __table_args__ = (
        Index("ix_claim_decision_claim", "claim_id", "id"),
        Index("ix_claim_decision_decided", "decided_at", "id"),
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    version: Mapped[int]
    level: Mapped[int]
    outcome: Mapped[str] = mapped_column(short(12))
    book: Mapped[int | None]  # the rule book by which the portal itself decided
    reason: Mapped[str | None]
    decided_by: Mapped[str] = mapped_column(short(120))
    user_id: Mapped[int | None]
    decided_at: Mapped[datetime]
    audited: Mapped[Decimal | None] = mapped_column(Fen())
    lines: Mapped[list[Any]] = mapped_column(Document)


class RuleBookVersion(Identified, Stateful, Base):
    """A version of the rule book (`rules.book.RuleBook`); one in force is never edited, a later one follows it."""

    __tablename__ = "claim_rule_book"
    __machine__ = RULE_BOOK
    __table_args__ = (
        CheckConstraint(RULE_BOOK.sql_check(), name="state"),
        Index("ix_claim_rule_book_valid", "state", "valid_from", "version"),
    )

    version: Mapped[int] = mapped_column(unique=True)
    valid_from: Mapped[date | None]
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]
    enforced_by: Mapped[str | None] = mapped_column(short(120))
    enforced_at: Mapped[datetime | None]


class RuleTrial(Identified, Base):
    """A rule book run over past claims: what it would change. Figures are claims and yuan."""

    __tablename__ = "claim_rule_trial"
    __audited__ = False  # reckoned, not decided; the book's step is in the trail
    __table_args__ = (Index("ix_claim_rule_trial_book", "book_id", "id"),)

    book_id: Mapped[int] = mapped_column(ForeignKey("claim_rule_book.id"))
    digest: Mapped[str] = mapped_column(short(64))  # of the body that was tried
    first_day: Mapped[date]
    last_day: Mapped[date]
    claims: Mapped[int]
    unknown: Mapped[int]  # submitted before facts were kept
    changed: Mapped[int]
    money_before: Mapped[Decimal] = mapped_column(Fen())  # what the rules alone approve
    money_after: Mapped[Decimal] = mapped_column(Fen())
    moves: Mapped[list[Any]] = mapped_column(Document)  # [before, after, claims, yuan before, yuan after]
    rules: Mapped[list[Any]] = mapped_column(Document)  # [check, hits before, hits after]
    dealers: Mapped[list[Any]] = mapped_column(Document)  # [code, name, claims, changed, yuan before, yuan after]
    tried_by: Mapped[str] = mapped_column(short(120))
    tried_at: Mapped[datetime]


class RuleTrialChange(Identified, Base):
    """One claim that a tried rule book decides otherwise."""

    __tablename__ = "claim_rule_trial_change"
    __audited__ = False
    __table_args__ = (Index("ix_claim_rule_trial_change_trial", "trial_id", "id"),)

    trial_id: Mapped[int] = mapped_column(ForeignKey("claim_rule_trial.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    number: Mapped[str] = mapped_column(short(40))
    dealer: Mapped[str] = mapped_column(short(16))
    before: Mapped[str] = mapped_column(short(12))
    after: Mapped[str] = mapped_column(short(12))
    amount_before: Mapped[Decimal] = mapped_column(Fen())
    amount_after: Mapped[Decimal] = mapped_column(Fen())
    rules: Mapped[str] = mapped_column(short(255))  # checks that make the difference
