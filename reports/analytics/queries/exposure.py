"""Cars in service: what claims are held against, so that many cars are not taken for many failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Date, Select, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.quality.ports import Builds, Failure
from parts.quality.rules.effect import Month
from portal.kernel.clock import day_bounds, local_date, month_bounds
from portal.kernel.db import Fen
from reports.analytics.queries.failures import (
    COST,
    DIMENSIONS,
    FAILED_ON,
    IN_SERVICE,
    MONTHS,
    NONE,
    Asked,
    failures,
    recorded_since,
)
from reports.analytics.queries.spans import china_day, month_of_day, months_between
from reports.analytics.rules import (
    AGES,
    CAME_IN,
    IN_PERIOD,
    Failed,
    Thousand,
    basis,
    in_repair_period,
    months_in_service,
    r1000,
)
from warranty.claims.models import Claim

#: Ages beyond which nothing is looked at.
OLDEST = max(AGES)
#: Cars built in the year before a measure are compared with those built since, at this age in months.
BUILT_AGE = 3


def cars_at_risk(session: Session, asked: Asked, by: str) -> dict[str, int] | int | None:
    """Return how many cars a failure of these days could have befallen: in all, or for each value of ``by``.

    Cars of which some day of the period lay in their model's repair period; by month those of the month; by
    station or region, or narrowed to one, the cars that came in. Narrowed to a month, the period is its days.
    None where cars cannot be told apart by what claims are (`rules.basis`): months in service.
    """
    which, days = basis({by, *asked.values}), _within_month(asked)
    if which is None or days is None:
        return None
    if by == "month" and which == IN_PERIOD:
        return _by_month(session, days)
    group = by if DIMENSIONS[by].of_car or by in {"dealer", "region", "month"} else None
    found = (_came_in if which == CAME_IN else _count_cars)(session, days, group)
    return found.get("", 0) if group is None else found


def _within_month(asked: Asked) -> Asked | None:
    """Return what is asked with its days narrowed to the month that is asked for; None where none are left."""
    month = asked.values.get("month")
    if month is None:
        return asked
    try:
        start, end = month_bounds(month.strip())
    except (ValueError, OverflowError):
        return None
    first, last = max(asked.first, local_date(start)), min(asked.last, local_date(end) - timedelta(days=1))
    return replace(asked, first=first, last=last) if first <= last else None


def _count_cars(session: Session, asked: Asked, by: str | None) -> dict[str, int]:
    group = literal("") if by is None else DIMENSIONS[by].raw
    age = months_between(IN_SERVICE, literal(asked.first, Date()))
    inner = (
        select(group.label("by")).select_from(Vehicle).join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(asked.last >= IN_SERVICE, age < VehicleModel.repair_months, *asked.of_cars()).subquery()
    )  # fmt: skip
    return _folded(session.execute(select(inner.c.by, func.count()).group_by(inner.c.by)), by)


def _folded(rows: Iterable[Any], by: str | None) -> dict[str, int]:
    """Add counts of cars up by the value that each belongs to: weeks and months of days."""
    found: dict[str, int] = {}
    for value, count in rows:
        key = value if by is None else DIMENSIONS[by].fold(value)
        found[key] = found.get(key, 0) + count
    return found


def _sold(session: Session, conditions: Sequence[Any]) -> dict[tuple[str, int], int]:
    """Count cars by the month they were handed over in and the months of their repair period."""
    inner = (
        select(month_of_day(IN_SERVICE).label("month"), VehicleModel.repair_months.label("period"))
        .select_from(Vehicle).join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(IN_SERVICE.is_not(None), *conditions).subquery()
    )  # fmt: skip
    rows = session.execute(select(*inner.c, func.count()).group_by(*inner.c))
    return {(row[0], row[1]): row[2] for row in rows}


def _by_month(session: Session, asked: Asked) -> dict[str, int]:
    sold, found = _sold(session, asked.of_cars()), {}
    place, last = asked.first.year * 12 + asked.first.month - 1, asked.last.year * 12 + asked.last.month - 1
    for number in range(place, last + 1):
        month = f"{number // 12:04d}-{number % 12 + 1:02d}"
        found[month] = in_repair_period(sold, month)
    return found


def _came_in(session: Session, asked: Asked, by: str | None) -> dict[str, int]:
    start, end = day_bounds(asked.first, asked.last)
    month = month_of_day(china_day(RepairOrder.received_at))
    group = literal("") if by is None else month if by == "month" else DIMENSIONS[by].raw
    places = [DIMENSIONS[key].holds(asked.values[key]) for key in ("dealer", "region") if key in asked.values]
    inner = (
        select(group.label("by"), RepairOrder.vehicle_id.label("car"))
        .select_from(RepairOrder)
        .join(Dealer, Dealer.id == RepairOrder.dealer_id)
        .join(Vehicle, Vehicle.id == RepairOrder.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(RepairOrder.received_at >= start, RepairOrder.received_at < end, RepairOrder.state != "cancelled",
               *asked.of_cars(), *places)
        .subquery()
    )  # fmt: skip
    rows = session.execute(select(inner.c.by, func.count(func.distinct(inner.c.car))).group_by(inner.c.by))
    return _folded(rows, by)


@dataclass(frozen=True)
class Aged:
    """Cars by age and their failures by age, of everything or of one value."""

    cars: Mapping[int, int]
    failed: Sequence[Failed]

    def at(self, months: int) -> Thousand:
        """Return R1000 at an age."""
        return r1000(self.cars, self.failed, months)


def read_aged(session: Session, asked: Asked, by: str = "") -> dict[str, Aged]:
    """Return cars and failures by months in service on the last day; by a value, or under ``""`` in all.

    The first day is not looked at: what failed in a car's first months counts, however long ago they were.
    By what is no car's own (a part), every value is held against all cars.
    """
    of_car = bool(by) and DIMENSIONS[by].of_car
    cars, failed = _ages(session, asked, by if of_car else ""), _failed(session, asked, by)
    keys = cars.keys() | failed.keys() if of_car or not by else failed.keys()
    return {key: Aged(cars.get(key if of_car else "", {}), failed.get(key, [])) for key in keys}


def _ages(session: Session, asked: Asked, by: str) -> dict[str, dict[int, int]]:
    """Count cars by age: days are counted in the database, months of them here."""
    group = DIMENSIONS[by].raw if by else literal("")
    inner = select(group.label("by"), IN_SERVICE.label("since")).select_from(Vehicle)
    if "model" in asked.needs | (DIMENSIONS[by].needs if by else frozenset()):
        inner = inner.join(VehicleModel, VehicleModel.id == Vehicle.model_id)
    days = inner.where(asked.last >= IN_SERVICE, *asked.of_cars()).subquery()
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for value, since, count in session.execute(select(days.c.by, days.c.since, func.count()).group_by(*days.c)):
        key = DIMENSIONS[by].fold(value) if by else ""
        found[key][months_in_service(since, asked.last)] += count
    return found


def _failed(session: Session, asked: Asked, by: str) -> dict[str, list[Failed]]:
    """Count failures by months in service and by the age of their cars."""
    group = DIMENSIONS[by].expression if by else literal("")
    one = select(group.label("by"), FAILED_ON.label("failed"), IN_SERVICE.label("since"), COST.label("cost"))
    needs = asked.needs | {"car"} | (DIMENSIONS[by].needs if by else frozenset())
    inner = (
        failures(cast("Select[Any]", one.select_from(Claim)), needs)
        .where(*counted_by(asked.last), *asked.of_cars(), *asked.of_claims())
        .cte("failed").prefix_with("MATERIALIZED")  # a day in China is reckoned once a claim
    )  # fmt: skip
    month = months_between(inner.c.since, inner.c.failed).label("month")
    age = months_between(inner.c.since, literal(asked.last, Date())).label("age")
    rows = session.execute(
        select(inner.c.by, month, age, func.count(), type_coerce(func.sum(inner.c.cost), Fen()))
        .group_by(inner.c.by, "month", "age")
    )  # fmt: skip
    found: dict[str, list[Failed]] = defaultdict(list)
    for row in rows:
        found[NONE if row[0] is None else str(row[0])].append(Failed(*row[1:]))
    return found


def counted_by(day: date) -> tuple[Any, ...]:
    """Return the conditions that a claim was received by a day, of a car handed over by then."""
    return (Claim.received_at < day_bounds(day, day)[1], day >= IN_SERVICE)


def counted_at(months: int, day: date) -> tuple[Any, ...]:
    """Return the conditions that R1000 at an age counts a claim, on a day."""
    age = months_between(IN_SERVICE, literal(day, Date()))
    return (MONTHS >= 0, months > MONTHS, age >= months, *counted_by(day))


class FailureFigures:
    """Claims before a measure and after it: `parts.quality.ports.ClaimFigures`."""

    def by_month(self, session: Session, failure: Failure, months: Sequence[str]) -> list[Month]:
        """Return, for each month of which all claims are kept, those received in it and the cars with free repair."""
        if not months:
            return []
        cars, claims = _conditions(failure)
        start, end = month_bounds(months[0])[0], month_bounds(months[-1])[1]
        one = select(month_of_day(FAILED_ON).label("month")).select_from(Claim)
        inner = (
            failures(cast("Select[Any]", one))
            .where(Claim.received_at >= start, Claim.received_at < end, *cars, *claims).subquery()
        )  # fmt: skip
        first = recorded_since(session)
        known = [month for month in months if first is not None and month > f"{first:%Y-%m}"]
        counts = {row[0]: row[1] for row in session.execute(select(inner.c.month, func.count()).group_by("month"))}
        sold = _sold(session, cars)
        return [Month(month, counts.get(month, 0), in_repair_period(sold, month)) for month in known]

    def by_build(self, session: Session, failure: Failure, since: date, today: date) -> Builds:
        """Compare cars built in the year before a day with those built since, at three months in service."""
        earliest = _year_before(since)
        before, after = (
            self._at(session, failure, today, bounds)
            for bounds in ((Vehicle.produced_on >= earliest, Vehicle.produced_on < since),
                           (Vehicle.produced_on >= since,))
        )  # fmt: skip
        return Builds(*before, *after)

    def _at(self, session: Session, failure: Failure, today: date, bounds: tuple[Any, ...]) -> tuple[int, int]:
        cars, claims = _conditions(failure)
        first = recorded_since(session)
        if first is None:
            return 0, 0
        cars.append(first <= IN_SERVICE)  # of cars handed over before, early failures are not known
        age = months_between(IN_SERVICE, literal(today, Date()))
        built = session.scalar(
            select(func.count()).select_from(Vehicle).join(VehicleModel, VehicleModel.id == Vehicle.model_id)
            .where(age >= BUILT_AGE, *bounds, *cars)
        )  # fmt: skip
        one = failures(cast("Select[Any]", select(func.count()).select_from(Claim)))
        counted = session.scalar(one.where(*counted_at(BUILT_AGE, today), *bounds, *cars, *claims))
        return built or 0, counted or 0


def _year_before(day: date) -> date:
    """Return the same day of the year before; the 28th for a leap day."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004


def _conditions(failure: Failure) -> tuple[list[Any], list[Any]]:
    """Return the conditions on cars and on claims."""
    cars = [] if failure.model_id is None else [Vehicle.model_id == failure.model_id]
    claims: list[Any] = [Claim.causal_part.in_(failure.parts)] if failure.parts else []
    if failure.failure_mode is not None:
        claims.append(Claim.failure_mode == failure.failure_mode)
    return cars, claims
