"""Reads: what stands beside the claims of a statement, and what still waits for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from portal.kernel.db import Fen
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO
from warranty.claims.models import Claim
from warranty.settlement.models import Deduction, Settlement
from warranty.settlement.queries.closing import NOTHING
from warranty.settlement.rules import DEDUCTION_KINDS, OF_A_CLAIM


def entries_of(session: Session, settlement_id: int) -> list[Deduction]:
    """Return what stands beside a statement's claims, by kind as the statement shows them."""
    rows = session.scalars(select(Deduction).where(Deduction.settlement_id == settlement_id).order_by(Deduction.id))
    return sorted(rows, key=lambda row: DEDUCTION_KINDS.index(row.kind))


def entry_of(session: Session, key: int) -> Deduction:
    """Return an entry of the session's scope; raise `NotFoundError` where there is none."""
    found = session.scalars(select(Deduction).where(Deduction.id == key)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def statement_of(session: Session, entry: Deduction) -> Settlement | None:
    """Return the statement that took an entry, None while it waits."""
    return None if entry.settlement_id is None else session.get_one(Settlement, entry.settlement_id)


def of_claims() -> ColumnElement[bool]:
    """Tell in SQL which entries are money of the claim that they name; `rules.of_the_claim` says the same."""
    of_a_fine = Deduction.source.startswith("administrative:")
    return and_(
        Deduction.kind.in_(OF_A_CLAIM), Deduction.cancelled_at.is_(None), or_(Deduction.kind != "credit", ~of_a_fine)
    )  # fmt: skip


def beside_claim(session: Session, claim_number: str) -> Decimal:
    """Return what was taken back of a claim (negative) and given again so far, in yuan."""
    summed = select(type_coerce(func.coalesce(func.sum(Deduction.amount), NOTHING), Fen()))
    return session.scalar(summed.where(Deduction.claim_number == claim_number, of_claims())) or ZERO


def left_of_claims(number: SQLColumnExpression[str], states: Sequence[str]) -> ColumnElement[Decimal | None]:
    """Return in SQL what is left of the claim of a number, if it is in one of some states, else null.

    As `rules.left_of` says; ``number`` is a column of the statement that this is put into.
    """
    beside = (
        select(func.coalesce(func.sum(Deduction.amount), NOTHING))
        .where(Deduction.claim_number == Claim.number, of_claims()).correlate(Claim).scalar_subquery()
    )  # fmt: skip
    left = Claim.audited + type_coerce(beside, Fen())
    found = select(case((left < NOTHING, NOTHING), else_=left)).where(Claim.number == number, Claim.state.in_(states))
    return type_coerce(found.scalar_subquery(), Fen())


def last_carry(session: Session, settlement_id: int) -> int:
    """Return how often a statement has carried over what it cannot bear."""
    found = select(func.count()).where(Deduction.settlement_id == settlement_id, Deduction.kind == "carried_over")
    return session.scalar(found) or 0


def statements_of(session: Session, kind: str, sources: Iterable[str]) -> dict[str, str]:
    """Return the numbers of the statements that took entries, by what the entries come from."""
    rows = session.execute(
        select(Deduction.source, Settlement.number)
        .join(Settlement, Settlement.id == Deduction.settlement_id)
        .where(Deduction.kind == kind, Deduction.source.in_(list(sources)))
    )
    return {row.source: row.number for row in rows}
