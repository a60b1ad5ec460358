"""Photos of different visits that look alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder, RepairPhoto
from portal.kernel.clock import day_bounds
from reports.analytics.rules import Look, near_pairs


@dataclass(frozen=True)
class Shown:
    """A photo with its visit."""

    photo: int
    order: str
    station: str
    vin: str
    received_at: datetime
    odometer_km: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True)
class Alike:
    """Two photos side by side; ``distance`` of 64 bits differ."""

    earlier: Shown
    later: Shown
    distance: int


def read_alike(session: Session, first: date, last: date, most: int | None = None) -> tuple[list[Alike], int]:
    """Return the pairs of which one photo was added in the period, and how many there are; ``most`` are read."""
    start, end = day_bounds(first, last)
    looks, fresh = [], set()
    found = select(RepairPhoto.id, RepairPhoto.order_id, RepairPhoto.look, RepairPhoto.added_at)
    for row in session.execute(found.where(RepairPhoto.look.is_not(None), RepairPhoto.added_at < end)):
        looks.append(Look(row.id, row.order_id, row.look or 0))
        if row.added_at >= start:
            fresh.add(row.id)
    pairs = near_pairs(looks, fresh)
    shown = _shown(session, {look.photo for pair in pairs[:most] for look in (pair.earlier, pair.later)})
    alike = [Alike(shown[pair.earlier.photo], shown[pair.later.photo], pair.distance) for pair in pairs[:most]]
    return alike, len(pairs)


#: Ids in one statement: SQLite takes no more than so many parameters.
STRETCH = 10_000


def _shown(session: Session, photos: set[int]) -> dict[int, Shown]:
    statement: Any = (
        select(
            RepairPhoto.id, RepairOrder.number, Dealer.code, RepairOrder.vin, RepairOrder.received_at,
            RepairOrder.odometer_km, RepairPhoto.added_at, RepairPhoto.added_by,
        )
        .join(RepairOrder, RepairOrder.id == RepairPhoto.order_id)
        .join(Dealer, Dealer.id == RepairPhoto.dealer_id)
    )  # fmt: skip
    wanted, found = sorted(photos), {}
    for start in range(0, len(wanted), STRETCH):
        some = statement.where(RepairPhoto.id.in_(wanted[start : start + STRETCH]))
        found.update({row.id: Shown(*tuple(row)) for row in session.execute(some)})
    return found
