"""What failed parts cost and what their suppliers bear of it, supplier by supplier; and the ledger by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, exists, func, select, type_coerce
from sqlalchemy.orm import Session

from parts.catalogue.models import Supplier
from portal.kernel.china_day import china_day
from portal.kernel.db import Fen
from portal.kernel.jobs import Job
from portal.kernel.money import ZERO
from warranty.claims.models import Claim
from warranty.recovery.models import Recovery, RecoveryContract, RecoveryEntry, RecoveryLine
from warranty.recovery.queries.charges import APPROVED, NOUGHT, all_beside, beside, borne_of
from warranty.recovery.queries.contracts import about
from warranty.recovery.queries.costs import FAILED, MAKER, Period, borne, with_part
from warranty.recovery.rules.shares import Figures
from warranty.recovery.states import BOOKED

DECIDED_ON: ColumnElement[date] = china_day(func.coalesce(Claim.decided_at, Claim.created_at))
DONE_ON: ColumnElement[date] = china_day(func.coalesce(Claim.completed_at, Claim.received_at))
#: Who bears a claim: whom a demand went to, else who made the part. See `with_part`.
_DEMANDED = (
    select(func.min(Recovery.supplier_id))
    .join(RecoveryLine, RecoveryLine.recovery_id == Recovery.id)
    .where(RecoveryLine.claim_id == Claim.id, RecoveryLine.live)
    .correlate(Claim)
)
BEARER: ColumnElement[Any] = func.coalesce(_DEMANDED.scalar_subquery(), MAKER)
#: What demands ask of a claim.
CLAIMED: ColumnElement[Decimal] = type_coerce(
    select(func.coalesce(func.sum(RecoveryLine.amount), NOUGHT))
    .where(RecoveryLine.claim_id == Claim.id, RecoveryLine.live).correlate(Claim).scalar_subquery(),
    Fen(),
)  # fmt: skip
IN_A_DEMAND = exists().where(RecoveryLine.claim_id == Claim.id, RecoveryLine.live)
COVERED = exists().where(
    RecoveryContract.supplier_id == BEARER,
    about(Claim.causal_part, FAILED, DONE_ON),  # type: ignore[arg-type]
)
#: What headquarters bears of a claim, and what it took back of it from the station.
BORNE_OF_IT = borne_of(beside())
CHARGED_BACK: ColumnElement[Decimal] = type_coerce(APPROVED - BORNE_OF_IT, Fen())
STANDING: ColumnElement[str] = case(
    (IN_A_DEMAND, "recovered"), (BORNE_OF_IT <= NOUGHT, "charged_back"), (COVERED, "waiting"), else_="uncovered"
)  # fmt: skip
#: What a supplier said yes to; what is left of it after what went back, and what of that is booked or has come.
ACCEPTED = func.coalesce(RecoveryLine.agreed, RecoveryLine.accepted, NOUGHT)
NET: ColumnElement[Decimal] = type_coerce(RecoveryLine.agreed - RecoveryLine.given_back, Fen())
_BOOKED = case((Recovery.state.in_(BOOKED), NET), else_=NOUGHT)
_PAID = case((Recovery.state == "paid", NET), else_=NOUGHT)


@dataclass(frozen=True)
class Share:
    """A supplier's figures for the page."""

    code: str
    name_zh: str
    name_en: str
    figures: Figures


def read_shares(session: Session, period: Period, code: str = "") -> list[Share]:
    """Return the suppliers' figures over the claims approved in a period, the dearest first."""
    costs = _costs(session, period)
    lines = _lines(session, period)
    suppliers = session.execute(
        select(Supplier.id, Supplier.code, Supplier.name_zh, Supplier.name_en)
        .where(Supplier.id.in_({*costs, *lines}), *([Supplier.code == code] if code else []))
    )  # fmt: skip
    found = [
        Share(row.code, row.name_zh, row.name_en, Figures(*costs.get(row.id, (0, ZERO)), *lines.get(row.id, ())))
        for row in suppliers
    ]
    return sorted(found, key=lambda one: (-one.figures.cost, one.code))


def _costs(session: Session, period: Period) -> dict[int, tuple[int, Decimal]]:
    """Count the claims that cost headquarters something, and what, by who bears them."""
    taken = all_beside()
    cost = select(BEARER.label("supplier_id"), borne_of(func.coalesce(taken.c.amount, NOUGHT)).label("cost"))
    claims = cost.select_from(Claim).outerjoin(taken, taken.c.number == Claim.number)
    each = with_part(cast("Select[Any]", claims)).where(borne(period)).subquery()
    rows = session.execute(
        select(each.c.supplier_id, func.count(), type_coerce(func.sum(each.c.cost), Fen()))
        .where(each.c.supplier_id.is_not(None)).group_by(each.c.supplier_id)
    )  # fmt: skip
    return {supplier: (claims, cost) for supplier, claims, cost in rows}


def _lines(session: Session, period: Period) -> dict[int, tuple[Decimal, ...]]:
    summed = (type_coerce(func.sum(column), Fen()) for column in (RecoveryLine.amount, ACCEPTED, _BOOKED, _PAID))
    rows = session.execute(
        select(Recovery.supplier_id, *summed).join(RecoveryLine, RecoveryLine.recovery_id == Recovery.id)
        .where(RecoveryLine.live, RecoveryLine.decided_on.between(period.first, period.last))
        .group_by(Recovery.supplier_id)
    )  # fmt: skip
    return {row[0]: tuple(amount or ZERO for amount in row[1:]) for row in rows}


@dataclass(frozen=True)
class Booked:
    """What a month's ledger has of a supplier, in yuan: booked and given back, paid and repaid.

    Given back and repaid are less what was asked for again.
    """

    month: str
    code: str
    name_zh: str
    name_en: str
    booked: Decimal
    given_back: Decimal
    paid: Decimal
    repaid: Decimal


def ledger_by_month(session: Session, period: Period, code: str = "") -> list[Booked]:
    """Return the ledger of the months of a period by supplier, the latest month first."""
    months = (f"{period.first:%Y-%m}", f"{period.last:%Y-%m}")
    summed = (
        type_coerce(func.sum(case((RecoveryEntry.account == name, RecoveryEntry.amount), else_=NOUGHT)), Fen())
        for name in ("booked", "back", "paid", "repaid")
    )
    statement = (
        select(RecoveryEntry.month, Supplier.code, Supplier.name_zh, Supplier.name_en, *summed)
        .join(Supplier, Supplier.id == RecoveryEntry.supplier_id)
        .where(RecoveryEntry.month.between(*months))
        .group_by(RecoveryEntry.month, Supplier.code, Supplier.name_zh, Supplier.name_en)
        .order_by(RecoveryEntry.month.desc(), Supplier.code)
    )
    if code:
        statement = statement.where(Supplier.code == code)
    return [Booked(*row[:5], -row[5], -row[6], row[7]) for row in session.execute(statement)]


def last_month(day: date) -> Period:
    """Return the month before a day."""
    first = day.replace(day=1)
    last = date.fromordinal(first.toordinal() - 1)
    return Period(last.replace(day=1), last)


def generating_job(session: Session, job_id: int | None = None) -> Job | None:
    """Return the making of demands by its job's id, or the one that waits or runs now."""
    statement = select(Job).where(Job.kind == "recovery_generate").order_by(Job.id.desc()).limit(1)
    if job_id is None:
        return session.scalars(statement.where(Job.state.in_(("queued", "running")))).first()
    return session.scalars(statement.where(Job.id == job_id)).first()
