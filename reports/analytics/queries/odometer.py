"""Readings of a period that lie off their car's own curve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.vehicles.models import OdometerReading, Vehicle
from portal.kernel.clock import day_bounds, local_date
from reports.analytics.rules import OffCurve, Point, off_curve, off_readings

#: Readings that a visit left; those of sales and imports only make the curve.
VISIT = "repair_order"


@dataclass(frozen=True)
class OffReading:
    """A reading with its car and visit, and the figures of the curve."""

    vin: str
    order: str | None
    day: date
    found: OffCurve


def read_off_curve(session: Session, first: date, last: date, least: int) -> list[OffReading]:
    """Return the visits' readings that are at least ``least`` km a day off the curve, the farthest first."""
    start, end = day_bounds(first, last)
    reading = OdometerReading
    cars = select(reading.vehicle_id).where(reading.read_at >= start, reading.read_at < end, reading.source == VISIT)
    statement = (
        select(
            reading.id, reading.vehicle_id, reading.read_at, reading.km, reading.source, reading.reference,
            reading.meter_replaced, Vehicle.vin, Vehicle.delivered_on,
        )
        .join(Vehicle, Vehicle.id == reading.vehicle_id)
        .where(reading.vehicle_id.in_(cars))
        .order_by(reading.vehicle_id, reading.read_at, reading.id)
    )  # fmt: skip
    found = []
    for rows in _cars(session.execute(statement)):
        asked = {row.id: row for row in rows if row.source == VISIT and start <= row.read_at < end}
        found += [
            OffReading(asked[key].vin, asked[key].reference, local_date(asked[key].read_at), off)
            for points in _curves(rows)
            if any(point.key in asked and _is_off(points, place, least) for place, point in enumerate(points))
            for off in off_readings(points, least)
            if (key := off.point.key) in asked
        ]
    return sorted(found, key=lambda one: (-one.found.per_day, one.vin, one.day))


def _is_off(points: Sequence[Point], place: int, least: int) -> bool:
    """Tell quickly whether a car needs a closer look: most do not."""
    off = off_curve(points, place)
    return off is not None and off.per_day >= least


def _cars(rows: Iterable[Any]) -> Iterator[list[Any]]:
    return (list(group) for _key, group in groupby(rows, key=attrgetter("vehicle_id")))


def _curves(rows: Sequence[Any]) -> list[list[Point]]:
    """Return a car's readings as curves: a new meter begins a new one. A new car was handed over at nought."""
    first = rows[0]
    curves: list[list[Point]] = [[]]
    if first.delivered_on is not None and first.delivered_on < local_date(first.read_at):
        curves[0].append(Point(first.delivered_on.toordinal(), 0))
    for row in rows:
        if row.meter_replaced:
            curves.append([])
        curves[-1].append(Point(local_date(row.read_at).toordinal(), row.km, row.id))
    return curves
