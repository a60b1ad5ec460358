"""The watch (三包预警): kept anew whenever a car's facts change, in the same transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from dealers.vehicles.ports import LawChoices, LawPeriod
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.scoping import DealerScope
from warranty.guarantee.models import CarWatch, WatchNotice
from warranty.guarantee.queries.cars import Car, car_of, law_choices, law_periods
from warranty.guarantee.queries.law import orders_on
from warranty.guarantee.queries.notices import told_already
from warranty.guarantee.rules.assess import Assessment, assess
from warranty.guarantee.rules.counting import Span
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.rules.watching import RANK, WARNING, WatchState, watch_state
from warranty.guarantee.rules.working_days import Calendar

#: The watch asks for no deadline.
NO_CALENDAR = Calendar(frozenset(), frozenset(), frozenset())


class LawfulWatch:
    """What stations tell of their cars (`dealers.vehicles.ports.Watch`)."""

    def car_changed(self, session: Session, vehicle_id: int, now: datetime) -> None:
        """Reckon the car anew: a visit or its sale changed."""
        watch_car(session, vehicle_id, now)

    def choices(self, session: Session, vehicle_id: int, number: str, now: datetime) -> LawChoices:
        """Return the main parts that the car's certificate declares, and its complaints before this order."""
        return law_choices(session, vehicle_id, number, now)

    def periods(self, session: Session, vehicle_id: int, now: datetime) -> tuple[LawPeriod, LawPeriod] | None:
        """Return the periods of the car's certificate."""
        found = law_periods(session, vehicle_id, now)
        return None if found is None else (_period(found.guarantee), _period(found.repair))


def _period(span: Span) -> LawPeriod:
    return LawPeriod(span.start, span.end, span.km)


def watch_car(session: Session, vehicle_id: int, now: datetime) -> CarWatch | None:
    """Reckon a car and keep what came out; tell of it once when it came to orange or worse.

    The car's row is locked first: of two stations that change visits of one car at once, the
    second sees what the first one wrote.
    """
    session.flush()
    if session.scalar(select(Vehicle.id).where(Vehicle.id == vehicle_id).with_for_update()) is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    orders = orders_on(session, local_date(now))
    car = car_of(session, vehicle_id, now, orders)
    kept = session.scalars(select(CarWatch).where(CarWatch.vehicle_id == vehicle_id)).first()
    state = state_of(car, orders)
    if state is None:
        if kept is not None:
            session.delete(kept)
        session.flush()
        return None
    if kept is None:
        kept = CarWatch(vehicle_id=vehicle_id)
        session.add(kept)
    for name, value in columns(state, car, now).items():
        setattr(kept, name, value)
    _take_back(session, vehicle_id, state.rank)
    if state.rank >= RANK[WARNING]:
        tell(session, car, state, now)
    session.flush()
    return kept


def assessed(car: Car, orders: tuple[Regime, ...], calendar: Calendar = NO_CALENDAR) -> Assessment | None:
    """Return the assessment of a car; None while its sale is not recorded."""
    return None if car.case is None else assess(car.case, orders, calendar)


def state_of(car: Car, orders: tuple[Regime, ...]) -> WatchState | None:
    """Return what the watch keeps of a car."""
    found = assessed(car, orders)
    return None if found is None else watch_state(found, car.odometer_km)


def columns(state: WatchState, car: Car, now: datetime) -> dict[str, Any]:
    """Return the columns of the kept row."""
    return {
        **asdict(state), "rank": state.rank, "rows": [list(row) for row in state.rows],
        "entitlements": list(state.entitlements), "open_visit": any(stay.is_open for stay in car.stays),
        "last_dealer_id": car.last.dealer_id, "last_visit_at": car.last.received_at, "reckoned_at": now,
    }  # fmt: skip


def _take_back(session: Session, vehicle_id: int, rank: int) -> None:
    """Drop notices of a worse level that nobody has seen: an order typed in afterwards is open for a while only."""
    for notice in session.scalars(select(WatchNotice).where(WatchNotice.vehicle_id == vehicle_id)):
        seen = notice.dealer_seen_at or notice.region_seen_at or notice.centre_seen_at
        if seen is None and RANK[notice.level] > rank:
            session.delete(notice)
    session.flush()


def tell(session: Session, car: Car, state: WatchState, now: datetime) -> None:
    """Leave the notice, once a car and level; a station tells for itself, else for the last one."""
    scope = session.info.get("scope")
    dealer_id = scope.dealer_id if isinstance(scope, DealerScope) else car.last.dealer_id
    if told_already(session, car.vehicle_id, state.level):
        return
    session.add(
        WatchNotice(
            dealer_id=dealer_id, vehicle_id=car.vehicle_id, vin=car.vin, level=state.level, counter=state.counter,
            key=state.key, value=state.value, limit=state.limit, at=now,
        )
    )  # fmt: skip
