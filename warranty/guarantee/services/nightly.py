"""The nightly proof of the watch: every car is reckoned anew and must agree with what was kept.

A car is compared at the moment at which its row was reckoned, by the orders of that day, so that
what merely passed – days of an open visit, the end of a period, a new version of an order – is no
difference. Whatever else differs is an alarm that somebody has to explain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kernel.clock import local_date
from warranty.guarantee.models import CarWatch, WatchAlarm
from warranty.guarantee.queries.cars import Car, cars_of
from warranty.guarantee.queries.law import orders_on
from warranty.guarantee.queries.watched import kept_rows
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.rules.watching import NAMES, WatchState, differences, raised
from warranty.guarantee.services.watch import columns, state_of, tell

Orders = tuple[Regime, ...]


@dataclass(frozen=True)
class Proof:
    """What a stretch of cars came to."""

    cars: int = 0
    watched: int = 0
    renewed: int = 0
    alarms: int = 0

    def __add__(self, other: Proof) -> Proof:
        """Add two stretches."""
        return Proof(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def astuple(proof: Proof) -> tuple[int, int, int, int]:
    """Return the figures of a proof."""
    return proof.cars, proof.watched, proof.renewed, proof.alarms


def prove_cars(session: Session, vehicles: Iterable[int], now: datetime, *, filling: bool = False) -> Proof:
    """Reckon cars anew, raise an alarm for each that differs, and keep what holds now.

    ``filling``: rows that are missing are made without an alarm, for data that came from elsewhere.
    """
    keys = list(vehicles)
    law = _Law(session, now)
    cars = cars_of(session, keys, now, law.today)
    kept = {row.vehicle_id: row for row in kept_rows(session, keys)}
    changes: list[dict[str, Any]] = []
    watched = alarms = 0
    for key, car in cars.items():
        row, state = kept.get(key), state_of(car, law.today)
        watched += state is not None
        if row is None and state is None:
            continue
        if row is not None or not filling:
            alarms += _compare(session, car, row, state, law)
        _keep(session, car, row, state, now, changes)
    if changes:
        session.execute(update(CarWatch), changes)
    session.flush()
    return Proof(len(cars), watched, len(changes), alarms)


class _Law:
    """The orders by the day, read once a day that rows were reckoned on."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self._days: dict[date, Orders] = {}
        self.today = self.on(now)

    def on(self, moment: datetime) -> Orders:
        day = local_date(moment)
        if day not in self._days:
            self._days[day] = orders_on(self.session, day)
        return self._days[day]


def _compare(session: Session, car: Car, row: Any, state: WatchState | None, law: _Law) -> int:
    """Raise an alarm where the row is not what the rules said at its moment; return how many (0 or 1)."""
    before = {} if row is None else plain_row(row)
    after = {} if (then := _then(car, row, state, law)) is None else plain_state(then)
    if not differences(before, after):
        return 0
    session.add(WatchAlarm(vehicle_id=car.vehicle_id, vin=car.vin, at=law.now, kept=before, reckoned=after))
    return 1


def _then(car: Car, row: Any, state: WatchState | None, law: _Law) -> WatchState | None:
    """Return the state at the moment of the row; the one of now serves where only days went by."""
    if row is None or car.case is None:
        return state
    orders = law.on(row.reckoned_at)
    running = any(stay.completed_at is None or stay.completed_at > row.reckoned_at for stay in car.stays)
    if state is not None and not running and orders == law.today:
        return replace(state, in_force=row.in_force)
    return state_of(replace(car, case=replace(car.case, as_of=row.reckoned_at)), orders)


def _keep(
    session: Session, car: Car, row: Any, state: WatchState | None, now: datetime, changes: list[dict[str, Any]]
) -> None:
    if state is None:
        session.delete(session.get_one(CarWatch, row.id))
        return
    if row is None:
        session.add(CarWatch(vehicle_id=car.vehicle_id, **columns(state, car, now)))
    elif plain_row(row) != plain_state(state):
        changes.append({"id": row.id, **columns(state, car, now)})
    else:
        return
    if raised(None if row is None else row.level, state.level):
        tell(session, car, state, now)


def plain_state(state: WatchState) -> dict[str, Any]:
    """Return a state as JSON keeps it, for comparing and for the alarm."""
    plain = asdict(state)
    plain["rows"], plain["entitlements"] = [list(row) for row in state.rows], list(state.entitlements)
    plain["guarantee_ends_on"] = state.guarantee_ends_on.isoformat()
    return plain


def plain_row(row: Any) -> dict[str, Any]:
    """Return a kept row in the same words."""
    plain = {name: getattr(row, name) for name in NAMES}
    plain["guarantee_ends_on"] = row.guarantee_ends_on.isoformat()
    return plain
