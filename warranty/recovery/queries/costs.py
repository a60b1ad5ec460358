"""What failed parts cost: approved claims whose causal part a supplier made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, Supplier
from portal.kernel.clock import day_bounds, local_date
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import RecoveryContract, RecoveryLine
from warranty.recovery.rules.contracts import KINDS
from warranty.recovery.rules.reckoning import Cost

#: States in which headquarters bears a claim: nothing of it changes any more.
BORNE = ("approved", "in_settlement", "settled")
#: The supplier that the visit named, as the catalogue had it on that day; of two with one name the older.
_NAMED = select(func.min(Supplier.id).label("id"), Supplier.name_zh.label("name")).group_by(Supplier.name_zh).subquery()
#: Who made the part that failed: whom the visit named, else whom the catalogue names now. See `with_part`.
MAKER: ColumnElement[Any] = func.coalesce(_NAMED.c.id, Part.supplier_id)
FAILED: ColumnElement[str] = func.coalesce(Part.component, Claim.component)


@dataclass(frozen=True)
class Period:
    """Days on which claims were approved, both included."""

    first: date
    last: date


def borne(period: Period) -> ColumnElement[bool]:
    """Tell whether headquarters decided on these days to bear a claim."""
    start, end = day_bounds(period.first, period.last)
    decided = func.coalesce(Claim.decided_at, Claim.created_at)
    return and_(Claim.state.in_(BORNE), Claim.causal_part.is_not(None), decided >= start, decided < end)


def with_part(statement: Select[Any]) -> Select[Any]:
    """Join to each claim its causal part and the supplier that the visit named."""
    by_number, by_name = Part.number == Claim.causal_part, _NAMED.c.name == Claim.causal_supplier
    return statement.outerjoin(Part, by_number).outerjoin(_NAMED, by_name)


def unrecovered() -> ColumnElement[bool]:
    """Tell whether a claim stands in no demand; one that was withdrawn does not count.

    A claim's lines are asked for together, so what no contract gives a share of does not wait for ever.
    """
    return ~exists().where(RecoveryLine.claim_id == Claim.id, RecoveryLine.live)


@dataclass(frozen=True)
class Costs:
    """A supplier's costs that nobody has asked for yet, and the day on which each claim was decided."""

    costs: list[Cost]
    decided_on: dict[int, date]


def costs_of(session: Session, supplier_id: int, period: Period) -> Costs:
    """Read the lines of the claims of a period that a supplier's parts caused and that are in no demand."""
    statement = select(
        ClaimLine.id, ClaimLine.claim_id, ClaimLine.position, ClaimLine.kind, ClaimLine.audited, Claim.causal_part,
        FAILED.label("component"), Claim.completed_at, Claim.received_at, Claim.decided_at, Claim.created_at,
    )  # fmt: skip
    found = Costs([], {})
    for row in session.execute(_owed(cast("Select[Any]", statement), period).where(MAKER.in_((supplier_id,)))):
        done_on = local_date(row.completed_at or row.received_at)
        found.costs.append(
            Cost(row.id, row.claim_id, row.position, row.kind, row.audited, row.causal_part, row.component, done_on)
        )
        found.decided_on[row.claim_id] = local_date(row.decided_at or row.created_at)
    return found


def _owed(statement: Select[Any], period: Period) -> Select[Any]:
    """Narrow lines of claims to what suppliers may be asked for and nobody has asked for yet."""
    asked = (borne(period), ClaimLine.kind.in_(KINDS), ClaimLine.audited > ZERO, unrecovered())
    return with_part(statement.join(Claim, Claim.id == ClaimLine.claim_id)).where(*asked)


@dataclass(frozen=True)
class Waiting:
    """A supplier with a contract, whose costs of a period wait: claims, and what they cost in yuan."""

    supplier_id: int
    code: str
    name: str
    claims: int
    cost: Decimal


def waiting(session: Session, period: Period, code: str = "") -> list[Waiting]:
    """List the suppliers with a contract whose costs of a period are in no demand yet, by code."""
    each = select(MAKER.label("supplier_id"), ClaimLine.claim_id, func.sum(ClaimLine.audited).label("cost"))
    owed = _owed(cast("Select[Any]", each), period).group_by(MAKER, ClaimLine.claim_id).subquery()
    statement = (
        select(Supplier.id, Supplier.code, Supplier.name_zh, func.count(), func.sum(owed.c.cost))
        .join(owed, owed.c.supplier_id == Supplier.id)
        .where(exists().where(RecoveryContract.supplier_id == Supplier.id))
        .group_by(Supplier.id, Supplier.code, Supplier.name_zh)
        .order_by(Supplier.code)
    )
    if code:
        statement = statement.where(Supplier.code == code)
    return [Waiting(*row) for row in session.execute(statement)]
