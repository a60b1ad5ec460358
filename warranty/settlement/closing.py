"""Closing a month: every dealer's approved claims, and what is deducted, become one statement, exactly once.

A dealer is done wholly or not at all: statement, lines, deductions, ledger and the claims' states are
there together. Some dealers share a transaction, because making it durable costs as much as a dealer; one
that fails goes back to its savepoint and holds nobody up. So a kill leaves whole dealers done and the
others untouched; the next run goes on where it stopped, with the cut-off of the first start. Two
closers take turns on the period's row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date, month_bounds
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO
from portal.kernel.numbers import next_number
from warranty.claims.settling import take_claims
from warranty.settlement import queries
from warranty.settlement.models import Deduction, LedgerEntry, Settlement, SettlementLine, SettlementPeriod
from warranty.settlement.rules import Amount, Sums, rate_on, reckon, shortfall, signed

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
#: Dealers that share a transaction. On SQLite other writers wait so long: about a second.
DEALERS_A_COMMIT = 16
LINE = ("settlement_id", "dealer_id", "claim_id", "claim_number", "vin", "kind", "amount")


@dataclass(frozen=True)
class Failure:
    """A dealer whose statement could not be made, and why; the others are not held up."""

    dealer: str
    message: str


@dataclass(frozen=True)
class Closed:
    """What one run did. ``finished`` is False while a dealer's statement is still to be made."""

    month: str
    statements: int
    claims: int
    net: Decimal
    gross: Decimal
    failures: tuple[Failure, ...]
    finished: bool

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it: money as text."""
        return {**asdict(self), "net": str(self.net), "gross": str(self.gross)}


def check_month(session: Session, month: str, now: datetime) -> datetime:
    """Return the cut-off a month has or would get now; raise `DomainError` where it can't be closed."""
    if MONTH.fullmatch(month) is None:
        raise DomainError.at("month", N_("Please write the month as 2026-01."))
    begin, end = month_bounds(month)
    if begin > now:
        raise DomainError.at("month", N_("This month has not begun."))
    known = queries.periods(session)
    for period in known:
        if period.month == month:
            return period.cut_off
    if known and known[0].month > month:
        raise DomainError.at(
            "month", N_("%(later)s is closed already; claims that are still open go into the next month."),
            later=known[0].month,
        )  # fmt: skip
    unfinished = next((period.month for period in known if period.closed_at is None), None)
    if unfinished is not None:
        raise DomainError.at(
            "month", N_("The close of %(earlier)s was interrupted. Please finish it first."), earlier=unfinished
        )
    return min(now, end)


def open_period(session: Session, month: str, actor: Actor, now: datetime) -> SettlementPeriod:
    """Begin a month's close, or find the one begun: its cut-off stays as it was fixed first."""
    require(actor, Permission.SETTLEMENT_CLOSE)
    cut_off = check_month(session, month, now)
    found = queries.period_of(session, month)
    if found is not None:
        return found
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(SettlementPeriod)
        .values(month=month, cut_off=cut_off, closed_by=actor.name)
        .on_conflict_do_nothing(index_elements=["month"])
    )
    return session.scalars(select(SettlementPeriod).where(SettlementPeriod.month == month)).one()


def close_dealer(session: Session, period_id: int, dealer_id: int, actor: Actor, now: datetime) -> Settlement | None:
    """Make one dealer's statement; None when it is there already, or nothing waits any more."""
    period = session.get_one(SettlementPeriod, period_id, with_for_update=True, populate_existing=True)
    made = exists().where(Settlement.dealer_id == dealer_id, Settlement.month == period.month)
    found = queries.ready_of(session, dealer_id, period.cut_off)
    if session.scalar(select(made)) or not found.enough:
        return None
    code = session.scalars(select(Dealer.code).where(Dealer.id == dealer_id)).one()
    last_day = local_date(period.cut_off - timedelta(microseconds=1))
    rate = rate_on(last_day, queries.tax_rates(session))
    statement = Settlement(
        dealer_id=dealer_id, number=next_number(session, "ST", code, now), month=period.month, claims=0,
        net=ZERO, tax_rate=rate, tax=ZERO, gross=ZERO, generated_at=now,
    )  # fmt: skip
    session.add(statement)
    session.flush()
    for rows in (queries.money_lines, queries.empty_lines):
        source = rows(statement.id, dealer_id, period.cut_off)
        session.execute(insert(SettlementLine).from_select(LINE, source))
    if found.entries:
        _take_entries(session, statement, period.cut_off)
    claims, audited = queries.claims_and_audited(session, statement.id)
    sums = reckon_again(session, statement, claims, actor, now)
    if sums.claims != audited:
        raise DomainError.at(
            None, N_("The audited totals of the claims (%(audited)s) are not the sum of their lines (%(lines)s)."),
            audited=audited, lines=sums.claims,
        )  # fmt: skip
    taken = take_claims(session, dealer_id, queries.claims_of(statement.id), actor, now, statement.number)
    if taken != claims:
        raise ConflictError(Fault(N_("Somebody changed this in the meantime. Please look at it again.")))
    return statement


def _take_entries(session: Session, statement: Settlement, cut_off: datetime) -> None:
    """Put all that waits beside the dealer's claims into its statement: each entry once, and it stays there."""
    session.execute(
        update(Deduction)
        .where(Deduction.dealer_id == statement.dealer_id, queries.open_entry(cut_off))
        .values(settlement_id=statement.id),
        execution_options={"synchronize_session": False},
    )


def _carry_over(session: Session, statement: Settlement, short: Decimal, actor: Actor, now: datetime) -> Amount:
    """Move what a month cannot bear to the next: a pair of entries, one in this statement, one that waits."""
    source = f"{statement.number}/{queries.last_carry(session, statement.id) + 1}"
    for kind, place in (("carried_over", statement.id), ("brought_forward", None)):
        session.add(
            Deduction(
                dealer_id=statement.dealer_id, kind=kind, source=source, amount=signed(kind, short),
                reason=statement.month, booked_at=now, booked_by=actor.name, settlement_id=place,
            )
        )  # fmt: skip
    return Amount("carried_over", short)


def reckon_again(session: Session, statement: Settlement, claims: int, actor: Actor, now: datetime) -> Sums:
    """Set a statement's totals and its ledger to what its lines say now; what it cannot bear is carried over."""
    amounts = queries.amounts_of(session, statement.id)
    short = shortfall(amounts)
    if short:
        amounts.append(_carry_over(session, statement, short, actor, now))
    sums = reckon(amounts, statement.tax_rate)
    statement.claims, statement.net, statement.tax, statement.gross = claims, sums.net, sums.tax, sums.gross
    booked = {
        entry.account: entry
        for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.settlement_id == statement.id))
    }
    for account, amount in sums.ledger().items():
        if account in booked:
            booked[account].amount = amount
        else:
            session.add(
                LedgerEntry(
                    settlement_id=statement.id, dealer_id=statement.dealer_id, account=account, amount=amount,
                    booked_at=now,
                )
            )  # fmt: skip
    session.flush()
    return sums


def finish_period(session: Session, period_id: int, now: datetime) -> bool:
    """Mark the month as closed when no dealer waits any more; tell whether it is."""
    period = session.get_one(SettlementPeriod, period_id, with_for_update=True, populate_existing=True)
    if period.closed_at is None and not queries.waiting(session, period.month, period.cut_off):
        period.closed_at = now
    return period.closed_at is not None


def close_month(
    session: Session, month: str, actor: Actor, now: datetime, report: Callable[[int, int], None] | None = None,
    *, batch: int = DEALERS_A_COMMIT,
) -> Closed:  # fmt: skip
    """Close a month: the one write that commits by itself, once a batch of dealers, so that a kill loses little.

    ``report(done, total)`` is called between the transactions. Run again, it does what is left.
    """
    period = open_period(session, month, actor, now)
    period_id, finished = period.id, period.closed_at is not None
    todo = [] if finished else queries.waiting(session, month, period.cut_off)
    session.commit()
    made: list[Settlement] = []
    failures: list[Failure] = []
    for first in range(0, len(todo), batch):
        if report is not None:
            report(first, len(todo))
        statements, failed = _close_some(session, period_id, todo[first : first + batch], actor, now)
        session.commit()
        session.expunge_all()
        made += statements
        failures += failed
    if not finished:
        finished = finish_period(session, period_id, now)
        session.commit()
    if report is not None:
        report(len(todo), len(todo))
    claims, net, gross = (
        sum(s.claims for s in made),
        sum((s.net for s in made), ZERO),
        sum((s.gross for s in made), ZERO),
    )
    return Closed(month, len(made), claims, net, gross, tuple(failures), finished)


def _close_some(
    session: Session, period_id: int, dealers: list[queries.Waiting], actor: Actor, now: datetime
) -> tuple[list[Settlement], list[Failure]]:
    """Make some dealers' statements in this transaction; what fails goes back to its savepoint alone."""
    made, failures = [], []
    for dealer in dealers:
        try:
            with session.begin_nested():
                statement = close_dealer(session, period_id, dealer.dealer_id, actor, now)
        except DomainError as error:
            failures.append(Failure(dealer.code, str(error.faults[0].message % error.faults[0].facts)))
            continue
        if statement is not None:
            made.append(statement)
    return made, failures
