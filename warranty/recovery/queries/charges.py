"""What the stations' statements took back of claims: the only file of this room that knows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from parts.returns.models import OldPart
from portal.kernel.db import Fen
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.rules.net import Charge, borne_lines
from warranty.settlement.models import Deduction
from warranty.settlement.queries import of_claims

#: No money, as the database keeps it: SQLite would make a float of a bare nought.
NOUGHT = literal(ZERO, Fen())
APPROVED: ColumnElement[Decimal] = func.coalesce(Claim.audited, NOUGHT)
_CREDIT_OF = "old_part:"


def charged() -> ColumnElement[bool]:
    """Tell whether anything was taken back of a claim, or given again."""
    return exists().where(Deduction.claim_number == Claim.number, of_claims())


def beside() -> ColumnElement[Decimal]:
    """Return what was taken back of a claim (negative) and given again, for a page of claims."""
    summed = select(func.coalesce(func.sum(Deduction.amount), NOUGHT)).where(
        Deduction.claim_number == Claim.number, of_claims()
    )
    return type_coerce(summed.correlate(Claim).scalar_subquery(), Fen())


def all_beside() -> Subquery:
    """Select the same for every claim at once, ``number`` and ``amount``: for sums over many claims."""
    return (
        select(Deduction.claim_number.label("number"), func.sum(Deduction.amount).label("amount"))
        .where(of_claims()).group_by(Deduction.claim_number).subquery()
    )  # fmt: skip


def borne_of(taken: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
    """Return what headquarters bears of a claim in SQL, given what stands beside it; as `rules.net.borne`."""
    left = APPROVED + taken
    return type_coerce(case((taken >= NOUGHT, APPROVED), (left <= NOUGHT, NOUGHT), else_=left), Fen())


def borne_lines_of(session: Session, claims: Select[Any]) -> dict[int, dict[int, Decimal]]:
    """Return what headquarters bears of the lines of claims, by claim and position; ``claims`` selects their ids.

    Only of those of which something was taken back or given again; what the others cost is what was approved.
    """
    charges: dict[int, list[Charge]] = {}
    for claim_id, amount, line in session.execute(charges_of(Claim.id.in_(claims))):
        charges.setdefault(claim_id, []).append(Charge(amount, line))
    lines: dict[int, dict[int, Decimal]] = {}
    if charges:
        rows = session.execute(
            select(ClaimLine.claim_id, ClaimLine.position, func.coalesce(ClaimLine.audited, NOUGHT))
            .join(Claim, Claim.id == ClaimLine.claim_id).where(Claim.id.in_(claims), charged())
        )  # fmt: skip
        for claim_id, position, amount in rows:
            lines.setdefault(claim_id, {})[position] = amount
    return {claim_id: borne_lines(own, charges.get(claim_id, ())) for claim_id, own in lines.items()}


def charges_of(which: ColumnElement[bool]) -> Select[Any]:
    """Select what stands beside claims, with the line that an old part's deduction, or its credit, is about."""
    own = or_(
        and_(Deduction.kind == "old_part", Deduction.source == OldPart.number),
        and_(Deduction.kind == "credit", Deduction.source == literal(_CREDIT_OF) + OldPart.number),
    )
    statement = (
        select(Claim.id, Deduction.amount, OldPart.line)
        .select_from(Deduction).join(Claim, Claim.number == Deduction.claim_number)
        .outerjoin(OldPart, and_(OldPart.claim_number == Claim.number, own))
        .where(of_claims(), which)
    )  # fmt: skip
    return cast("Select[Any]", statement)
