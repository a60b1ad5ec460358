"""Reads: statements with their lines and deductions, and the proof that they balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, exists, func, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.clock import month_bounds, month_of
from portal.kernel.db import Fen
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.jobs import Job
from portal.kernel.money import ZERO
from warranty.claims.models import Claim
from warranty.settlement.models import (
    Deduction,
    LedgerEntry,
    Settlement,
    SettlementLine,
    SettlementPeriod,
    TaxRate,
)
from warranty.settlement.queries.closing import NOTHING, ready
from warranty.settlement.rules import Amount

LINES_A_PAGE = 50


def claims_of(settlement_id: int) -> Select[int]:
    """Select the ids of a statement's claims."""
    return select(SettlementLine.claim_id).where(SettlementLine.settlement_id == settlement_id)


def amounts_of(session: Session, settlement_id: int) -> list[Amount]:
    """Return a statement's lines and deductions added up by kind."""
    parts = [
        select(table.kind, func.sum(table.amount).label("amount"))
        .where(table.settlement_id == settlement_id)
        .group_by(table.kind)
        for table in (SettlementLine, Deduction)
    ]
    return [Amount(kind, amount) for kind, amount in session.execute(union_all(*parts))]


def claims_and_audited(session: Session, settlement_id: int) -> tuple[int, Decimal]:
    """Return how many claims a statement has, and what they were audited at, by their own totals."""
    row = session.execute(
        select(func.count(), func.sum(Claim.audited)).where(Claim.id.in_(claims_of(settlement_id)))
    ).one()
    return row[0], row[1] or ZERO


def tax_rates(session: Session) -> dict[date, Decimal]:
    """Return the rates that headquarters entered, by the day they begin."""
    return {row.valid_from: row.rate for row in session.execute(select(TaxRate.valid_from, TaxRate.rate))}


def period_of(session: Session, month: str) -> SettlementPeriod | None:
    """Return a month's period, None before its close was begun."""
    return session.scalars(select(SettlementPeriod).where(SettlementPeriod.month == month)).first()


def periods(session: Session, limit: int = 24) -> Sequence[SettlementPeriod]:
    """Return the months begun, latest first."""
    return session.scalars(select(SettlementPeriod).order_by(SettlementPeriod.month.desc()).limit(limit)).all()


def find(session: Session, number: str) -> Settlement:
    """Return a statement of the session's scope; raise `NotFoundError` where there is none."""
    found = session.scalars(select(Settlement).where(Settlement.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


@dataclass(frozen=True)
class LinePage:
    """A page of a statement's lines; ``following`` is the cursor of the next, None at the end."""

    rows: list[SettlementLine]
    following: int | None
    first: bool


def lines_page(session: Session, settlement_id: int, *, after: int = 0, words: str = "") -> LinePage:
    """Return lines in the order of their claims, by keyset; ``words`` narrows to a claim or VIN."""
    statement = (
        select(SettlementLine)
        .where(SettlementLine.settlement_id == settlement_id, SettlementLine.id > after)
        .order_by(SettlementLine.id)
        .limit(LINES_A_PAGE + 1)
    )
    if words:
        statement = statement.where(
            or_(
                SettlementLine.claim_number.contains(words.upper(), autoescape=True),
                SettlementLine.vin.contains(words.upper(), autoescape=True),
            )
        )
    rows = list(session.scalars(statement))
    more, rows = len(rows) > LINES_A_PAGE, rows[:LINES_A_PAGE]
    return LinePage(rows, rows[-1].id if more else None, first=after == 0)


def all_lines(session: Session, settlement_id: int) -> list[Row[Any]]:
    """Return every line, for the paper."""
    line = SettlementLine
    return list(
        session.execute(
            select(line.claim_number, line.vin, line.kind, line.amount)
            .where(line.settlement_id == settlement_id)
            .order_by(line.claim_id, line.id)
        )
    )


def disputed_lines(session: Session, settlement_id: int) -> list[SettlementLine]:
    """Return the lines that the dealer disputes or disputed, answered ones included."""
    return list(
        session.scalars(
            select(SettlementLine)
            .where(SettlementLine.settlement_id == settlement_id, SettlementLine.disputed)
            .order_by(SettlementLine.id)
        )
    )


@dataclass(frozen=True)
class Unbalanced:
    """A statement whose money does not agree with its lines or its ledger."""

    number: str
    net: Decimal
    gross: Decimal
    lines: Decimal
    owed: Decimal


def unbalanced(session: Session, settlement_id: int | None = None) -> list[Unbalanced]:
    """Prove that statements equal their lines with their deductions, and their ledger; return those that do not."""
    brought, beside = (
        select(func.coalesce(func.sum(table.amount), NOTHING))
        .where(table.settlement_id == Settlement.id).correlate(Settlement).scalar_subquery()
        for table in (SettlementLine, Deduction)
    )  # fmt: skip
    lines = type_coerce(brought + beside, Fen())
    owed = (
        select(func.coalesce(func.sum(LedgerEntry.amount), NOTHING))
        .where(LedgerEntry.settlement_id == Settlement.id, LedgerEntry.account.in_(("claims", "deductions", "tax")))
        .correlate(Settlement).scalar_subquery()
    )  # fmt: skip
    statement = (
        select(Settlement.number, Settlement.net, Settlement.gross, lines, owed)
        .where(or_(Settlement.net != lines, Settlement.gross != owed))
        .order_by(Settlement.id)
    )
    if settlement_id is not None:
        statement = statement.where(Settlement.id == settlement_id)
    return [Unbalanced(*row) for row in session.execute(statement)]


def open_months(session: Session, now: datetime, most: int = 12) -> list[str]:
    """List the months that can be closed, latest first: after the last one closed, none of the future."""
    known = session.execute(select(SettlementPeriod.month, SettlementPeriod.closed_at)).all()
    unfinished = [row.month for row in known if row.closed_at is None]
    last = max((row.month for row in known), default="")
    months: list[str] = []
    moment = now
    while len(months) < most:
        month = month_of(moment)
        if month <= last:
            break
        months.append(month)
        moment = month_bounds(month)[0] - timedelta(days=1)
    return months + unfinished


def months_to_close(session: Session, now: datetime) -> int:
    """Count the months over or interrupted whose claims wait for their statements."""
    begin = month_bounds(month_of(now))[0]
    previous = month_of(begin - timedelta(days=1))
    count = session.scalar(select(func.count()).where(SettlementPeriod.closed_at.is_(None))) or 0
    begun = session.scalar(select(exists().where(SettlementPeriod.month >= previous)))
    if not begun and session.scalar(select(exists().where(ready(begin)))):
        count += 1
    return count


def closing_job(session: Session, job_id: int | None = None) -> Job | None:
    """Return a month's close by its job's id, or the one that waits or runs now."""
    statement = select(Job).where(Job.kind == "close_month").order_by(Job.id.desc()).limit(1)
    if job_id is None:
        return session.scalars(statement.where(Job.state.in_(("queued", "running")))).first()
    return session.scalars(statement.where(Job.id == job_id)).first()


def count_in(session: Session, state: str) -> int:
    """Count the statements of the session's scope in a state."""
    return session.scalar(select(func.count()).select_from(Settlement).where(Settlement.state == state)) or 0


def dealer_of(session: Session, owned: Settlement | Deduction) -> Dealer:
    """Return the dealer of a statement or an entry."""
    return session.get_one(Dealer, owned.dealer_id)


def line_of(session: Session, settlement: Settlement, line_id: int) -> SettlementLine:
    """Return one line of a statement; raise `NotFoundError` for a line of another."""
    line = session.get(SettlementLine, line_id)
    if line is None or line.settlement_id != settlement.id:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return line
