"""Failures as claims tell of them: by what they are grouped and narrowed, and the table of it (故障跟踪)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.words import COMPONENTS, FAILURE_MODES
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.catalogue.models import Part
from portal.kernel.clock import day_bounds, local_date
from portal.kernel.db import Fen
from portal.kernel.i18n import N_
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO
from reports.analytics.queries.spans import china_day, month_of_day, months_between, week_of_day
from warranty.claims.models import Claim
from warranty.claims.words import TYPES

#: Claims that tell of a failure: not first services, recalls, or what was found before the sale.
FAILURE_TYPES = ("repair", "part_warranty", "goodwill", "out_call")
#: Not a failure of the car: taken back, or refused.
NO_FAILURE = ("withdrawn", "refused")
#: Stands for a value that a claim or car lacks.
NONE = "-"

FAILED_ON: ColumnElement[date] = china_day(Claim.received_at)
#: A car is in service from the day it was handed over.
IN_SERVICE: ColumnElement[date] = func.coalesce(Vehicle.delivered_on, Vehicle.invoiced_on, type_=Date())
MONTHS: ColumnElement[int] = months_between(IN_SERVICE, FAILED_ON)
COST = func.coalesce(Claim.audited, Claim.applied)
#: Bands of months in service: key → first month, months before which it ends.
BANDS: Mapping[str, tuple[int, int]] = {
    "0-2": (0, 3), "3-5": (3, 6), "6-11": (6, 12), "12-23": (12, 24), "24-35": (24, 36), "36+": (36, 10_000),
}  # fmt: skip
BAND = case(*((and_(first <= MONTHS, end > MONTHS), key) for key, (first, end) in BANDS.items()))


@dataclass(frozen=True)
class Dimension:
    """What failures are grouped and narrowed by. ``of_car``: it is the car's, so that cars are counted by it."""

    key: str
    label: str
    expression: Any
    words: Mapping[str, str] = field(default_factory=dict)
    of_car: bool = False
    number: bool = False

    def holds(self, value: str) -> ColumnElement[bool]:
        """Return the condition that a claim has this value; what it cannot have is nowhere."""
        typed = value.strip()
        if typed == NONE:
            return cast("ColumnElement[bool]", self.expression.is_(None))
        if self.number:
            months = whole(typed)
            return cast("ColumnElement[bool]", self.expression == (-10_000 if months is None else months))
        known = typed if typed in self.words or self.key in {"supplier", "region", "band"} else typed.upper()
        return cast("ColumnElement[bool]", self.expression == known)


DIMENSIONS: Mapping[str, Dimension] = {
    one.key: one
    for one in (
        Dimension("part", N_("Causal part"), Claim.causal_part),
        Dimension("mode", N_("Failure mode"), Claim.failure_mode, FAILURE_MODES),
        Dimension("component", N_("Component"), Claim.component, COMPONENTS),
        Dimension("supplier", N_("Supplier"), Claim.causal_supplier),
        Dimension("model", N_("Model"), VehicleModel.code, of_car=True),
        Dimension("week", N_("Batch (production week)"), week_of_day(Vehicle.produced_on), of_car=True),
        Dimension("built", N_("Production month"), month_of_day(Vehicle.produced_on), of_car=True),
        Dimension("band", N_("Months in service"), BAND),
        Dimension("mis", N_("Month in service"), MONTHS, number=True),
        Dimension("month", N_("Month of the failure"), month_of_day(FAILED_ON)),
        Dimension("dealer", N_("Station"), Dealer.code),
        Dimension("region", N_("Region"), Dealer.region),
        Dimension("type", N_("Claim type"), Claim.type, {key: TYPES[key] for key in FAILURE_TYPES}),
    )
}


@dataclass(frozen=True)
class Asked:
    """Which failures: received from ``first`` to ``last``, with these values, of cars built or handed over then."""

    first: date
    last: date
    values: Mapping[str, str] = field(default_factory=dict)
    built_from: date | None = None
    built_until: date | None = None
    sold_from: date | None = None

    def of_cars(self) -> list[ColumnElement[bool]]:
        """Return the conditions on cars."""
        found = [DIMENSIONS[key].holds(value) for key, value in self.values.items() if DIMENSIONS[key].of_car]
        if self.built_from is not None:
            found.append(Vehicle.produced_on >= self.built_from)
        if self.built_until is not None:
            found.append(Vehicle.produced_on <= self.built_until)
        if self.sold_from is not None:
            found.append(self.sold_from <= IN_SERVICE)
        return found

    def of_claims(self) -> list[ColumnElement[bool]]:
        """Return the conditions on claims that are none on cars, the days left out."""
        return [DIMENSIONS[key].holds(value) for key, value in self.values.items() if not DIMENSIONS[key].of_car]

    def in_days(self) -> list[ColumnElement[bool]]:
        """Return the conditions on the days."""
        start, end = day_bounds(self.first, self.last)
        return [Claim.received_at >= start, Claim.received_at < end]


def failures(statement: Select[Any]) -> Select[Any]:
    """Join a claim's car, model and station, and keep the claims that tell of a failure."""
    return (
        statement.join(Vehicle, Vehicle.id == Claim.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .where(Claim.submitted_at.is_not(None), Claim.state.not_in(NO_FAILURE), Claim.type.in_(FAILURE_TYPES))
    )


@dataclass(frozen=True)
class Cell:
    """Claims of a row, column or both: how many, of how many cars, and what they cost in yuan."""

    claims: int = 0
    cars: int = 0
    cost: Decimal = ZERO


@dataclass(frozen=True)
class Pivot:
    """A table of failures: cells by (row, column), the sums of rows and columns, and of everything."""

    cells: Mapping[tuple[str, str], Cell]
    rows: Mapping[str, Cell]
    columns: Mapping[str, Cell]
    whole: Cell


def read_pivot(session: Session, asked: Asked, row: str, column: str = "") -> Pivot:
    """Count failures by one dimension or two. Cars are counted once in each cell, row, column, and whole."""
    rows = {key[0]: cell for key, cell in _counted(session, asked, (row,)).items()}
    whole = _counted(session, asked, ()).get((), Cell())
    if not column:
        return Pivot({}, rows, {}, whole)
    columns = {key[0]: cell for key, cell in _counted(session, asked, (column,)).items()}
    cells = {(key[0], key[1]): cell for key, cell in _counted(session, asked, (row, column)).items()}
    return Pivot(cells, rows, columns, whole)


def _counted(session: Session, asked: Asked, by: tuple[str, ...]) -> dict[tuple[str, ...], Cell]:
    names = [f"by{place}" for place in range(len(by))]
    groups = [DIMENSIONS[key].expression.label(name) for key, name in zip(by, names, strict=True)]
    one = select(*groups, Claim.vehicle_id, COST.label("cost")).select_from(Claim)
    kept = failures(cast("Select[Any]", one)).where(*asked.in_days(), *asked.of_cars(), *asked.of_claims())
    inner = kept.subquery()  # grouped by names: an expression with parameters is another one to PostgreSQL
    columns = [inner.c[name] for name in names]
    sums = (func.count(), func.count(func.distinct(inner.c.vehicle_id)), type_coerce(func.sum(inner.c.cost), Fen()))
    found = session.execute(select(*columns, *sums).group_by(*columns))
    return {
        tuple(NONE if value is None else str(value) for value in row[: len(by)]): Cell(*row[len(by) :])
        for row in found
        if row[len(by)]
    }


def recorded_since(session: Session) -> date | None:
    """Return the day of the first claim: what failed before it is not known here. None while there is none."""
    first = session.scalar(select(func.min(Claim.received_at)).where(Claim.submitted_at.is_not(None)))
    return None if first is None else local_date(first)


def names_of(session: Session, key: str, values: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return what stands beside the codes of parts, models and stations: their Chinese and English names."""
    about = {
        "part": (Part.number, Part.name_zh, Part.name_en),
        "model": (VehicleModel.code, VehicleModel.name_zh, VehicleModel.name_en),
        "dealer": (Dealer.code, Dealer.name, Dealer.name),
    }.get(key)
    known = list(values)
    if about is None or not known:
        return {}
    return {row[0]: (row[1], row[2]) for row in session.execute(select(*about).where(about[0].in_(known)))}
