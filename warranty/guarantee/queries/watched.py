"""What the watch keeps, and which cars it has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from warranty.guarantee.models import CarWatch, WatchAlarm

_KEPT = select(
    CarWatch.id, CarWatch.vehicle_id, CarWatch.regime, CarWatch.level, CarWatch.counter, CarWatch.key, CarWatch.value,
    CarWatch.limit, CarWatch.repair_days, CarWatch.rows, CarWatch.entitlements, CarWatch.guarantee_ends_on,
    CarWatch.guarantee_km, CarWatch.odometer_km, CarWatch.in_force, CarWatch.reckoned_at,
)  # fmt: skip


def kept_rows(session: Session, vehicles: list[int]) -> Sequence[Row[Any]]:
    """Return the kept rows of cars."""
    return session.execute(_KEPT.where(CarWatch.vehicle_id.in_(vehicles))).all()


def visited_cars(session: Session, after: int, most: int) -> list[int]:
    """Return the next cars that were ever at a station or are watched, by their ids; for headquarters' session."""
    found: set[int] = set()
    for column in (RepairOrder.vehicle_id, CarWatch.vehicle_id):  # apart: each goes by its own index
        found.update(session.scalars(select(column).where(column > after).distinct().order_by(column).limit(most)))
    return sorted(found)[:most]


def open_alarms(session: Session) -> int:
    """Count the alarms that nobody explained yet."""
    return session.scalar(select(func.count()).select_from(WatchAlarm).where(WatchAlarm.closed_at.is_(None))) or 0
