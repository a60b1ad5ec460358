"""Failures as claims tell of them: by what they are grouped and narrowed, and the table of it (故障跟踪)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.words import COMPONENTS, FAILURE_MODES
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.catalogue.models import Part
from parts.quality.rules.likeness import week_of
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
#: Tells of no failure: not submitted yet, taken back, or refused.
NO_FAILURE = ("draft", "withdrawn", "refused")
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


def band_of(months: Any) -> Any:
    """Return the band of a number of months in service; null before the handing over."""
    return case(*((and_(first <= months, end > months), key) for key, (first, end) in BANDS.items()))


BAND = band_of(MONTHS)


@dataclass(frozen=True)
class Dimension:
    """What failures are grouped and narrowed by.

    ``needs`` names the tables beside the claim; ``of_car``: it is the car's, so that cars are counted by it.
    ``day``: it is told by a day of the car, and days are counted in the database, weeks and months of them here:
    a car has one such day, so that what is counted by days adds up.
    """

    key: str
    label: str
    expression: Any
    words: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    of_car: bool = False
    number: bool = False
    day: Callable[[date], str] | None = None

    @property
    def raw(self) -> Any:
        """What the database groups by."""
        if self.day is not None:
            return Vehicle.produced_on
        return MONTHS if self.key == "band" else self.expression

    def fold(self, value: Any) -> str:
        """Return the value that a group belongs to."""
        if value is None:
            return NONE
        return self.day(value) if self.day is not None else str(value)

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


_CAR, _MODEL, _STATION = frozenset({"car"}), frozenset({"car", "model"}), frozenset({"station"})
DIMENSIONS: Mapping[str, Dimension] = {
    one.key: one
    for one in (
        Dimension("part", N_("Causal part"), Claim.causal_part),
        Dimension("mode", N_("Failure mode"), Claim.failure_mode, FAILURE_MODES),
        Dimension("component", N_("Component"), Claim.component, COMPONENTS),
        Dimension("supplier", N_("Supplier"), Claim.causal_supplier),
        Dimension("model", N_("Model"), VehicleModel.code, needs=_MODEL, of_car=True),
        Dimension("week", N_("Batch (production week)"), week_of_day(Vehicle.produced_on), needs=_CAR, of_car=True,
                  day=week_of),
        Dimension("built", N_("Production month"), month_of_day(Vehicle.produced_on), needs=_CAR, of_car=True,
                  day=lambda day: f"{day:%Y-%m}"),
        Dimension("band", N_("Months in service"), BAND, needs=_CAR),
        Dimension("mis", N_("Month in service"), MONTHS, needs=_CAR, number=True),
        Dimension("month", N_("Month of the failure"), month_of_day(FAILED_ON)),
        Dimension("dealer", N_("Station"), Dealer.code, needs=_STATION),
        Dimension("region", N_("Region"), Dealer.region, needs=_STATION),
        Dimension("type", N_("Claim type"), Claim.type, {key: TYPES[key] for key in FAILURE_TYPES}),
    )
}  # fmt: skip


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

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return all conditions."""
        return [*self.in_days(), *self.of_cars(), *self.of_claims()]

    @property
    def needs(self) -> frozenset[str]:
        """The tables beside the claim that the conditions look at."""
        days = self.built_from or self.built_until or self.sold_from
        car: frozenset[str] = frozenset({"car"} if days else ())
        return car.union(*(DIMENSIONS[key].needs for key in self.values))

    def in_days(self) -> list[ColumnElement[bool]]:
        """Return the conditions on the days."""
        start, end = day_bounds(self.first, self.last)
        return [Claim.received_at >= start, Claim.received_at < end]


#: All that a list of failures shows.
EVERYTHING = frozenset({"car", "model", "station"})


def failures(statement: Select[Any], needs: frozenset[str] = EVERYTHING) -> Select[Any]:
    """Join what is needed of a claim's car, model and station, and keep the claims that tell of a failure."""
    if "car" in needs:
        statement = statement.join(Vehicle, Vehicle.id == Claim.vehicle_id)
    if "model" in needs:
        statement = statement.join(VehicleModel, VehicleModel.id == Vehicle.model_id)
    if "station" in needs:
        statement = statement.join(Dealer, Dealer.id == Claim.dealer_id)
    return statement.where(Claim.state.not_in(NO_FAILURE), Claim.type.in_(FAILURE_TYPES))


@dataclass(frozen=True)
class Cell:
    """Claims of a row, column or both: how many, of how many cars, and what they cost in yuan."""

    claims: int = 0
    cars: int = 0
    cost: Decimal = ZERO

    def plus(self, other: Cell) -> Cell:
        """Add another cell that has no car in common with this one."""
        return Cell(self.claims + other.claims, self.cars + other.cars, self.cost + other.cost)


@dataclass(frozen=True)
class Pivot:
    """A table of failures: cells by (row, column), the sums of rows and columns, and of everything."""

    cells: Mapping[tuple[str, str], Cell]
    rows: Mapping[str, Cell]
    columns: Mapping[str, Cell]
    whole: Cell


def read_pivot(session: Session, asked: Asked, row: str, column: str = "", *, cars: bool = True) -> Pivot:
    """Count failures by one dimension or two.

    ``cars``: each car is counted once in each cell, row, column, and whole, which the database must be asked
    for one by one; without them rows, columns and whole are sums of the cells.
    """
    if not column:
        rows = {key[0]: cell for key, cell in _counted(session, asked, (row,), cars=cars).items()}
        return Pivot({}, rows, {}, _summed(session, asked, rows.values(), cars=cars))
    cells = {(key[0], key[1]): cell for key, cell in _counted(session, asked, (row, column), cars=cars).items()}
    if cars:
        rows, columns = (
            {key[0]: cell for key, cell in _counted(session, asked, (one,), cars=True).items()} for one in (row, column)
        )
    else:
        rows, columns = (_along(cells, place) for place in (0, 1))
    return Pivot(cells, rows, columns, _summed(session, asked, cells.values(), cars=cars))


def _along(cells: Mapping[tuple[str, str], Cell], place: int) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for key, cell in cells.items():
        found[key[place]] = found.get(key[place], Cell()).plus(cell)
    return found


def _summed(session: Session, asked: Asked, cells: Iterable[Cell], *, cars: bool) -> Cell:
    """Add cells up; cars are counted anew, for one may stand in several."""
    whole = Cell()
    for cell in cells:
        whole = whole.plus(cell)
    if not cars:
        return whole
    found = select(func.count(func.distinct(Claim.vehicle_id))).select_from(Claim)
    count = session.scalar(failures(cast("Select[Any]", found), asked.needs).where(*asked.conditions()))
    return replace(whole, cars=count or 0)


def _counted(session: Session, asked: Asked, by: tuple[str, ...], *, cars: bool) -> dict[tuple[str, ...], Cell]:
    dimensions = [DIMENSIONS[key] for key in by]
    groups = [one.raw.label(f"by{place}") for place, one in enumerate(dimensions)]
    needs = asked.needs.union(*(one.needs for one in dimensions))
    one = select(*groups, Claim.vehicle_id, COST.label("cost")).select_from(Claim)
    # Apart, so that months in service are reckoned once a claim; and grouped by names, for an expression with
    # parameters is another one to PostgreSQL.
    inner = failures(cast("Select[Any]", one), needs).where(*asked.conditions()).cte("failed")
    inner = inner.prefix_with("MATERIALIZED")
    columns = [_grouped(key, inner.c[f"by{place}"]) for place, key in enumerate(by)]
    count = func.count(func.distinct(inner.c.vehicle_id)) if cars else literal(0)
    sums = (func.count(), count, type_coerce(func.sum(inner.c.cost), Fen()))
    found: dict[tuple[str, ...], Cell] = {}
    for row in session.execute(select(*columns, *sums).group_by(*(column.name for column in columns))):
        key = tuple(one.fold(value) for one, value in zip(dimensions, row, strict=False))
        found[key] = found.get(key, Cell()).plus(Cell(*row[len(by) :]))
    return found


def _grouped(key: str, column: Any) -> Any:
    return (band_of(column) if key == "band" else column).label(f"group_{key}")


def recorded_since(session: Session) -> date | None:
    """Return the day of the first claim: what failed before it is not known here. None while there is none."""
    first = session.scalar(select(func.min(Claim.received_at)).where(Claim.state.not_in(NO_FAILURE)))
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
