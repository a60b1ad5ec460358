"""Reads of demands: the demand with its lines and rounds, and the proof that all money agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.db import Fen
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import (
    Recovery,
    RecoveryAdjustment,
    RecoveryContract,
    RecoveryEntry,
    RecoveryLine,
    RecoveryRound,
)
from warranty.recovery.queries.charges import NOUGHT
from warranty.recovery.rules.answers import Asked, Sums, sums
from warranty.recovery.rules.given_back import BACK

LINES_A_PAGE = 30


def find(session: Session, number: str) -> Recovery:
    """Return a demand; raise `NotFoundError` where there is none."""
    found = session.scalars(select(Recovery).where(Recovery.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def supplier_of(session: Session, recovery: Recovery) -> Supplier:
    """Return whom a demand goes to."""
    return session.get_one(Supplier, recovery.supplier_id)


def lines_of(session: Session, recovery_id: int) -> list[RecoveryLine]:
    """Return the lines of a demand for change, fresh, in their order."""
    return list(
        session.scalars(
            select(RecoveryLine).where(RecoveryLine.recovery_id == recovery_id).order_by(RecoveryLine.position)
            .execution_options(populate_existing=True)
        )
    )  # fmt: skip


def sums_of(lines: list[RecoveryLine]) -> Sums:
    """Add up lines."""
    return sums((line.amount, Asked(line.asked, line.accepted)) for line in lines)


def shown_lines(recovery_id: int) -> Select[Any]:
    """Select the lines of a demand with their claims, as pages and papers show them."""
    line = RecoveryLine
    statement = (
        select(
            line.id, line.position, line.claim_id, Claim.number.label("claim"), Claim.vin, line.kind, line.part,
            ClaimLine.code, ClaimLine.name, line.done_on, line.decided_on, line.charged_back, line.basis, line.share,
            line.wanted, line.cut_claim, line.cut_year, line.amount, line.asked, line.lowered_why, line.outcome,
            line.accepted, line.reason, line.agreed, line.given_back, line.year, Dealer.code.label("station"),
            RecoveryContract.number.label("contract"), RecoveryContract.claim_cap, RecoveryContract.year_cap,
        )
        .join(Claim, Claim.id == line.claim_id).join(ClaimLine, ClaimLine.id == line.claim_line_id)
        .join(Dealer, Dealer.id == Claim.dealer_id).join(RecoveryContract, RecoveryContract.id == line.contract_id)
        .where(line.recovery_id == recovery_id).order_by(line.position)
    )  # fmt: skip
    return cast("Select[Any]", statement)


@dataclass(frozen=True)
class LinePage:
    """A page of a demand's lines; ``following`` is the cursor of the next, None at the end."""

    rows: list[Row[Any]]
    following: int | None
    first: bool


#: What of a demand's lines a page shows: all of them, or those that ask to be looked at.
SHOWN: dict[str, ColumnElement[bool] | None] = {
    "": None,
    "open": (RecoveryLine.asked > ZERO) & RecoveryLine.accepted.is_(None),
    "disputed": RecoveryLine.accepted < RecoveryLine.asked,
    "cut": RecoveryLine.amount < RecoveryLine.wanted,
}


def lines_page(session: Session, recovery_id: int, *, after: int = 0, words: str = "", only: str = "") -> LinePage:
    """Return lines in their order, by keyset; ``words`` narrows to a claim, VIN or part, ``only`` by `SHOWN`."""
    statement = shown_lines(recovery_id).where(RecoveryLine.position > after).limit(LINES_A_PAGE + 1)
    if words:
        columns = (Claim.number, Claim.vin, RecoveryLine.part)
        statement = statement.where(or_(*(column.contains(words.upper(), autoescape=True) for column in columns)))
    condition = SHOWN.get(only)
    if condition is not None:
        statement = statement.where(condition)
    rows = list(session.execute(statement))
    more, rows = len(rows) > LINES_A_PAGE, rows[:LINES_A_PAGE]
    return LinePage(rows, rows[-1].position if more else None, first=after == 0)


def line_at(session: Session, recovery: Recovery, position: int) -> Row[Any]:
    """Return one line of a demand as pages show it; raise `NotFoundError` where there is none."""
    found = session.execute(shown_lines(recovery.id).where(RecoveryLine.position == position)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def rounds_of(session: Session, recovery_id: int) -> list[RecoveryRound]:
    """Return the rounds of the bargain, the latest first."""
    return list(
        session.scalars(
            select(RecoveryRound).where(RecoveryRound.recovery_id == recovery_id).order_by(RecoveryRound.round.desc())
        )
    )


def entries_of(session: Session, recovery_id: int) -> list[RecoveryEntry]:
    """Return what the ledger has of a demand."""
    return list(
        session.scalars(
            select(RecoveryEntry).where(RecoveryEntry.recovery_id == recovery_id).order_by(RecoveryEntry.id)
        )
    )


def totals_by_kind(session: Session, recovery_id: int) -> list[Row[Any]]:
    """Return a demand's money by kind: charged back, basis, wanted, both cuts, amount, asked, accepted, agreed."""
    line = RecoveryLine
    columns = (
        line.charged_back, line.basis, line.wanted, line.cut_claim, line.cut_year, line.amount, line.asked,
        line.accepted, line.agreed,
    )  # fmt: skip
    summed = (
        type_coerce(func.coalesce(func.sum(column), NOUGHT), Fen()).label(column.key) for column in columns
    )  # fmt: skip
    return list(
        session.execute(
            select(line.kind, func.count().label("lines"), *summed).where(line.recovery_id == recovery_id)
            .group_by(line.kind).order_by(func.min(line.position))
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Unbalanced:
    """A demand whose money does not agree with its lines, or its ledger with what was agreed."""

    number: str
    claimed: Decimal
    lines: Decimal
    agreed: Decimal
    lines_agreed: Decimal
    booked: Decimal
    given_back: Decimal
    back: Decimal


def unbalanced(session: Session, recovery_id: int | None = None) -> list[Unbalanced]:
    """Prove that demands equal their lines, and the ledger what was agreed and went back; return those that do not."""

    def of_lines(column: Any) -> ColumnElement[Decimal]:
        summed = select(func.coalesce(func.sum(column), NOUGHT)).where(RecoveryLine.recovery_id == Recovery.id)
        return type_coerce(summed.correlate(Recovery).scalar_subquery(), Fen())

    def of_ledger(account: str) -> ColumnElement[Decimal]:
        summed = select(func.coalesce(func.sum(RecoveryEntry.amount), NOUGHT)).where(
            RecoveryEntry.recovery_id == Recovery.id, RecoveryEntry.account == account
        )
        return type_coerce(summed.correlate(Recovery).scalar_subquery(), Fen())

    def of_adjustments() -> ColumnElement[Decimal]:
        signed = case((RecoveryAdjustment.kind == BACK, RecoveryAdjustment.amount), else_=-RecoveryAdjustment.amount)
        summed = select(func.coalesce(func.sum(signed), NOUGHT)).where(RecoveryAdjustment.recovery_id == Recovery.id)
        return type_coerce(summed.correlate(Recovery).scalar_subquery(), Fen())

    line = RecoveryLine
    claimed, asked, accepted, agreed = map(of_lines, (line.amount, line.asked, line.accepted, line.agreed))
    given_back, settled = of_lines(line.given_back), func.coalesce(Recovery.agreed, NOUGHT)
    booked, paid, back, repaid = map(of_ledger, ("booked", "paid", "back", "repaid"))
    wrong = or_(
        Recovery.claimed != claimed, Recovery.asked != asked, Recovery.accepted != accepted, settled != agreed,
        Recovery.state.in_(("booked", "paid")) & (booked != settled),
        Recovery.state.not_in(("booked", "paid")) & (booked != ZERO),
        Recovery.given_back != given_back, Recovery.given_back != -back, Recovery.given_back != of_adjustments(),
        (Recovery.state == "paid") & (paid + repaid != Recovery.given_back - settled),
        (Recovery.state != "paid") & ((paid != ZERO) | (repaid != ZERO)),
    )  # fmt: skip
    columns = (Recovery.number, Recovery.claimed, claimed, settled, agreed, booked, Recovery.given_back, -back)
    statement = select(*columns).where(wrong)
    if recovery_id is not None:
        statement = statement.where(Recovery.id == recovery_id)
    return [Unbalanced(*row) for row in session.execute(statement.order_by(Recovery.id))]


def overdue(session: Session, today: date) -> int:
    """Count the demands whose answer is overdue."""
    return session.scalar(
        select(func.count()).select_from(Recovery).where(Recovery.state == "sent", Recovery.due_on < today)
    ) or 0  # fmt: skip


def count_in(session: Session, state: str) -> int:
    """Count the demands in a state."""
    return session.scalar(select(func.count()).select_from(Recovery).where(Recovery.state == state)) or 0


def open_lines(session: Session, recovery_id: int) -> int:
    """Count the lines that the supplier has not answered."""
    waits = (RecoveryLine.asked > ZERO, RecoveryLine.accepted.is_(None))
    return session.scalar(select(func.count()).where(RecoveryLine.recovery_id == recovery_id, *waits)) or 0
