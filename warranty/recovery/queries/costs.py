"""What failed parts cost: approved claims whose causal part a supplier made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, Supplier
from portal.kernel.clock import day_bounds, local_date
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import RecoveryContract, RecoveryLine
from warranty.recovery.queries.charges import borne_lines_of, charged
from warranty.recovery.queries.old_parts import SUPPLIERS_OWN
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
    """Tell whether headquarters decided on these days to bear a claim of a supplier's failure."""
    start, end = day_bounds(period.first, period.last)
    decided = func.coalesce(Claim.decided_at, Claim.created_at)
    return and_(caused(), decided >= start, decided < end)


def caused() -> ColumnElement[bool]:
    """Tell whether headquarters bears a claim of a supplier's failure; what was asked for already stays in sight."""
    return and_(
        Claim.state.in_(BORNE), Claim.causal_part.is_not(None), or_(Claim.type.in_(SUPPLIERS_OWN), ~unrecovered())
    )


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


def queues_of(session: Session, period: Period, suppliers: Iterable[int]) -> dict[int, list[int]]:
    """Return by supplier the claims of a period that are in no demand, in the order in which they are reckoned."""
    shared = exists().where(ClaimLine.claim_id == Claim.id, *_SHARED)
    rows = session.execute(
        with_part(select(MAKER.label("supplier_id"), Claim.id, Claim.completed_at, Claim.received_at)).where(
            borne(period), unrecovered(), shared, MAKER.in_(list(suppliers))
        )
    )
    found: dict[int, list[int]] = {}
    ordered = sorted((local_date(completed or received), key, maker) for maker, key, completed, received in rows)
    for _done_on, key, maker in ordered:
        found.setdefault(maker, []).append(key)
    return found


def costs_of(session: Session, supplier_id: int, period: Period, claims: Iterable[int] | None = None) -> Costs:
    """Read the lines of the claims of a period that a supplier's parts caused and that are in no demand.

    What was taken back of them from the stations is off. ``claims`` narrows to some.
    """
    some = () if claims is None else (Claim.id.in_(list(claims)),)
    return _read(session, (*_unasked(period), MAKER.in_((supplier_id,)), *some))


def costs_in(session: Session, recovery_id: int) -> Costs:
    """Read the lines of the claims of a demand as they would be asked for now."""
    claims = select(RecoveryLine.claim_id).where(RecoveryLine.recovery_id == recovery_id)
    return _read(session, (Claim.id.in_(claims), Claim.type.in_(SUPPLIERS_OWN), *_SHARED))


def _read(session: Session, which: Iterable[ColumnElement[bool]]) -> Costs:
    wanted = tuple(which)
    statement = select(
        ClaimLine.id, ClaimLine.claim_id, ClaimLine.position, ClaimLine.kind, ClaimLine.audited, Claim.causal_part,
        FAILED.label("component"), Claim.completed_at, Claim.received_at, Claim.decided_at, Claim.created_at,
    )  # fmt: skip
    left = borne_lines_of(session, _lines(select(ClaimLine.claim_id), wanted))
    found = Costs([], {})
    for row in session.execute(_lines(cast("Select[Any]", statement), wanted)):
        done_on = local_date(row.completed_at or row.received_at)
        net = left.get(row.claim_id, {}).get(row.position, row.audited)
        found.costs.append(
            Cost(
                row.id, row.claim_id, row.position, row.kind, net, row.causal_part, row.component, done_on,
                row.audited - net,
            )
        )  # fmt: skip
        found.decided_on[row.claim_id] = local_date(row.decided_at or row.created_at)
    return found


#: Lines of which suppliers bear a share.
_SHARED = (ClaimLine.kind.in_(KINDS), ClaimLine.audited > ZERO)


def _unasked(period: Period) -> tuple[ColumnElement[bool], ...]:
    """Narrow lines of claims to what suppliers may be asked for and nobody has asked for yet."""
    return (borne(period), *_SHARED, unrecovered())


def _lines(statement: Select[Any], which: Iterable[ColumnElement[bool]]) -> Select[Any]:
    return with_part(statement.join(Claim, Claim.id == ClaimLine.claim_id)).where(*which)


@dataclass(frozen=True)
class Waiting:
    """A supplier with a contract, whose costs of a period wait: claims, and what they cost headquarters in yuan."""

    supplier_id: int
    code: str
    name: str
    claims: int
    cost: Decimal


def waiting(session: Session, period: Period, code: str = "") -> list[Waiting]:
    """List the suppliers with a contract whose costs of a period are in no demand yet, by code.

    Claims of which the stations were charged everything back cost headquarters nothing, and do not wait.
    """
    signed = select(Supplier.id, Supplier.code, Supplier.name_zh).where(
        exists().where(RecoveryContract.supplier_id == Supplier.id), *([Supplier.code == code] if code else [])
    )
    whole, parted = _uncharged(session, period), _charged(session, period)
    found = []
    for supplier_id, its_code, name in session.execute(signed.order_by(Supplier.code)):
        own = parted.get(supplier_id, {})
        claims, cost = whole.get(supplier_id, (0, ZERO))
        counted = Waiting(supplier_id, its_code, name, claims + len(own), cost + sum(own.values(), ZERO))
        found += [counted] if counted.claims else []
    return found


def _uncharged(session: Session, period: Period) -> dict[int, tuple[int, Decimal]]:
    """Count claims and cost by supplier where the stations were charged nothing back: in the database."""
    statement = select(
        MAKER.label("supplier_id"), func.count(ClaimLine.claim_id.distinct()), func.sum(ClaimLine.audited)
    )
    rows = session.execute(_lines(statement, (*_unasked(period), ~charged())).group_by(MAKER))
    return {row[0]: (row[1], row[2]) for row in rows}


def _charged(session: Session, period: Period) -> dict[int, Mapping[int, Decimal]]:
    """Return what is left of the others by supplier and claim; those of which nothing is left are not there."""
    which = (*_unasked(period), charged())
    left = borne_lines_of(session, _lines(select(ClaimLine.claim_id), which))
    statement = select(MAKER.label("supplier_id"), ClaimLine.claim_id, ClaimLine.position)
    found: dict[int, dict[int, Decimal]] = {}
    for supplier_id, claim_id, position in session.execute(_lines(statement, which)):
        if net := left[claim_id][position]:
            own = found.setdefault(supplier_id, {})
            own[claim_id] = own.get(claim_id, ZERO) + net
    return dict(found)
