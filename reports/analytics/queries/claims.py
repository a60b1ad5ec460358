"""Claims of a period as stations are compared by them, and the same part on the same car again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from typing import cast as to_type

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, exists, func, or_, select, type_coerce
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.clock import day_bounds
from portal.kernel.db import Exact, Fen
from portal.kernel.money import round_fen
from reports.analytics.rules import Compared, Figure, compare, share
from warranty.claims.models import Claim, ClaimLine

#: The last days and kilometres of a period in which claims are counted as near its end.
LAST_DAYS, LAST_KM = 30, 1_000
#: Two repairs with the same causal part within so many days are listed.
AGAIN_DAYS = 180


class days_left(GenericFunction[int]):  # noqa: N801  (named as SQL functions are)
    """Days from the day of a moment in China to the end of a period: (its first day, months, the moment)."""

    type = Integer()
    inherit_cache = True


@compiles(days_left)
def _left_sqlite(element: days_left, compiler: SQLCompiler, **options: Any) -> str:
    start, months, at = (compiler.process(clause, **options) for clause in element.clauses)
    return (
        f"cast(julianday(date({start}, '+' || {months} || ' months')) - julianday(date({at}, '+8 hours')) as integer)"
    )


@compiles(days_left, postgresql.dialect.name)
def _left_postgresql(element: days_left, compiler: SQLCompiler, **options: Any) -> str:
    start, months, at = (compiler.process(clause, **options) for clause in element.clauses)
    end = f"({start} + make_interval(months => ({months})::integer))::date"
    return f"({end} - ({at} at time zone 'Asia/Shanghai')::date)"


#: Periods begin with the invoice (Art. 18), those of a car handed over as a replacement anew (Art. 29).
_BEGUN = func.coalesce(Vehicle.replaced_on, Vehicle.invoiced_on, Vehicle.delivered_on, type_=Date())
REPAIR_LEFT: ColumnElement[int] = days_left(_BEGUN, VehicleModel.repair_months, Claim.received_at)
_GUARANTEE_LEFT: ColumnElement[int] = days_left(_BEGUN, VehicleModel.guarantee_months, Claim.received_at)
REPAIR_KM_LEFT: ColumnElement[int] = VehicleModel.repair_km - Claim.odometer_km
_GUARANTEE_KM_LEFT: ColumnElement[int] = VehicleModel.guarantee_km - Claim.odometer_km


def _ending(days: ColumnElement[int], km: ColumnElement[int]) -> ColumnElement[bool]:
    """Tell whether a claim is in the last days or kilometres of a period that still runs."""
    return and_(days >= 0, km >= 0, or_(days < LAST_DAYS, km < LAST_KM))


NEAR_END = or_(_ending(REPAIR_LEFT, REPAIR_KM_LEFT), _ending(_GUARANTEE_LEFT, _GUARANTEE_KM_LEFT))


def has_line(kind: str) -> ColumnElement[bool]:
    """Tell whether a claim has a line of this kind."""
    return exists().where(ClaimLine.claim_id == Claim.id, ClaimLine.kind == kind)


PART_ALONE = and_(has_line("part"), ~has_line("labour"))


def compared(statement: Select[Any]) -> Select[Any]:
    """Join a claim's car, and keep what was submitted and not taken back."""
    return (
        statement.join(Vehicle, Vehicle.id == Claim.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(Claim.submitted_at.is_not(None), Claim.state != "withdrawn")
    )


#: What a station is compared by; yuan and hours are per claim, the others per cent of its claims.
MEASURES = ("labour", "hours", "alone", "ending")


@dataclass(frozen=True)
class Station:
    """A station's figures beside its peers', for a page."""

    code: str
    name: str
    grade: int | None
    found: Compared

    @property
    def claims(self) -> int:
        """How many claims."""
        return self.found.figure.claims

    @property
    def value(self) -> Decimal | None:
        """The station's figure."""
        return self.found.figure.value

    @property
    def basis(self) -> str:
        """Whom it is compared with: its grade, or all."""
        return "grade" if self.found.of_grade else "all"


def _sums(first: date, last: date) -> Select[Any]:
    """Sum claim by claim, then station by station: two passes over the lines of the period."""
    start, end = day_bounds(first, last)
    asked = (Claim.submitted_at >= start, Claim.submitted_at < end)
    labour = ClaimLine.kind == "labour"
    lines = (
        select(
            ClaimLine.claim_id,
            func.sum(case((labour, ClaimLine.applied), else_=0)).label("labour"),
            func.sum(case((labour, ClaimLine.quantity), else_=0)).label("hours"),
            func.max(case((labour, 1), else_=0)).label("worked"),
            func.max(case((ClaimLine.kind == "part", 1), else_=0)).label("fitted"),
        )
        .join(Claim, Claim.id == ClaimLine.claim_id).where(*asked).group_by(ClaimLine.claim_id).subquery()
    )  # fmt: skip
    sums = (func.coalesce(lines.c[name], 0).label(name) for name in ("labour", "hours", "worked", "fitted"))
    one = select(Claim.dealer_id, case((NEAR_END, 1), else_=0).label("ending"), *sums).select_from(Claim)
    each = compared(to_type("Select[Any]", one)).outerjoin(lines, lines.c.claim_id == Claim.id).where(*asked).subquery()
    alone = case((and_(each.c.fitted == 1, each.c.worked == 0), 1), else_=0)
    return select(
        each.c.dealer_id, func.count().label("claims"),
        type_coerce(func.sum(each.c.labour), Fen()).label("labour"),
        type_coerce(func.sum(each.c.hours), Exact(2)).label("hours"),
        func.sum(alone).label("alone"), func.sum(each.c.ending).label("ending"),
    ).group_by(each.c.dealer_id)  # fmt: skip


def read_peers(session: Session, measure: str, first: date, last: date) -> list[Station]:
    """Return the stations by how far they are from the stations of their grade in one measure."""
    dealers = {row.id: row for row in session.execute(select(Dealer.id, Dealer.code, Dealer.name, Dealer.grade))}
    figures = [
        Figure(row.dealer_id, dealers[row.dealer_id].grade, row.claims, _value(measure, row))
        for row in session.execute(_sums(first, last))
    ]
    names = {key: (row.code, row.name, row.grade) for key, row in dealers.items()}
    return [Station(*names[one.figure.dealer], one) for one in compare(figures)]


def _value(measure: str, row: Any) -> Decimal | None:
    if measure in {"labour", "hours"}:
        return round_fen(getattr(row, measure) / row.claims)
    return share(int(getattr(row, measure)), row.claims)


#: The later claim is `Claim` itself; this is the one before it with the same part on the same car.
EARLIER, EARLIER_DEALER, _BEFORE = aliased(Claim), aliased(Dealer), aliased(Claim)


def repeated(statement: Select[Any]) -> Select[Any]:
    """Join to each claim the one before it: same car, same causal part, another visit, within the days."""
    before = (
        select(func.max(_BEFORE.id))
        .where(
            _BEFORE.vehicle_id == Claim.vehicle_id, _BEFORE.causal_part == Claim.causal_part,
            _BEFORE.id < Claim.id, _BEFORE.order_id != Claim.order_id, _BEFORE.submitted_at.is_not(None),
            _BEFORE.state != "withdrawn",
        )
        .correlate(Claim).scalar_subquery()
    )  # fmt: skip
    return (
        statement.join(EARLIER, EARLIER.id == before)
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .join(EARLIER_DEALER, EARLIER_DEALER.id == EARLIER.dealer_id)
        .where(Claim.submitted_at.is_not(None), Claim.state != "withdrawn", DAYS_BETWEEN <= AGAIN_DAYS)
    )


class days_apart(GenericFunction[int]):  # noqa: N801
    """Whole days in China between two moments, the later first; never below zero."""

    type = Integer()
    inherit_cache = True


@compiles(days_apart)
def _apart_sqlite(element: days_apart, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    return f"abs(cast(julianday(date({later}, '+8 hours')) - julianday(date({earlier}, '+8 hours')) as integer))"


@compiles(days_apart, postgresql.dialect.name)
def _apart_postgresql(element: days_apart, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = (compiler.process(clause, **options) for clause in element.clauses)
    zone = "at time zone 'Asia/Shanghai'"
    return f"abs(({later} {zone})::date - ({earlier} {zone})::date)"


DAYS_BETWEEN: ColumnElement[int] = days_apart(Claim.received_at, EARLIER.received_at)
KM_BETWEEN: ColumnElement[int] = Claim.odometer_km - EARLIER.odometer_km
