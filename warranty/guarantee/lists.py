"""The watch list: every car for headquarters, the cars a dealer sold or last served for that dealer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.rules import TAIL, clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.guarantee import words
from warranty.guarantee.models import CarWatch, WatchAlarm, WatchNotice
from warranty.guarantee.queries.alarms import IS_OPEN, STATE, alarms
from warranty.guarantee.rules.watching import RANK, WARNING


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CarWatch.id, Vehicle.vin, Vehicle.plate, VehicleModel.code.label("model"), CarWatch.level,
            CarWatch.counter, CarWatch.value, CarWatch.limit, CarWatch.repair_days, CarWatch.guarantee_ends_on,
            CarWatch.odometer_km, CarWatch.guarantee_km, CarWatch.last_visit_at, Dealer.code.label("dealer"),
            Dealer.name.label("station"), Dealer.region, CarWatch.rank,
        )
        .join(Vehicle, Vehicle.id == CarWatch.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Dealer, Dealer.id == CarWatch.last_dealer_id)
    )  # fmt: skip


def own_cars(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Leave a dealer the cars it sold, and those it served last."""
    if actor.dealer_id is None:
        return statement
    return statement.where(
        or_(Vehicle.selling_dealer_id == actor.dealer_id, CarWatch.last_dealer_id == actor.dealer_id)
    )


def _car(statement: Select[Any], text: str) -> Select[Any]:
    typed = clean_vin(text)
    return statement.where(
        or_(Vehicle.vin.startswith(typed, autoescape=True), Vehicle.vin_tail == typed[-TAIL:], Vehicle.plate == typed)
    )


def _at_least(statement: Select[Any], level: str) -> Select[Any]:
    return statement.where(CarWatch.rank >= RANK[level])


def _running(statement: Select[Any], chosen: str) -> Select[Any]:
    return statement.where(CarWatch.in_force.is_(chosen == "yes"))


def _ends_by(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(CarWatch.guarantee_ends_on <= day)


WATCH = ListSpec(
    key="guarantee_watch",
    title=N_("Three-guarantees watch"),
    permission=Permission.GUARANTEE_VIEW,
    statement=_statement,
    narrow=own_cars,
    identity=CarWatch.id,
    columns=(
        Column("vin", N_("VIN"), "code", link=True),
        Column("plate", N_("Plate"), "code"),
        Column("model", N_("Model"), default=False),
        Column("level", N_("Level"), "state", words=words.LEVELS),
        Column("counter", N_("Nearest line"), words=words.COUNTERS),
        Column("value", N_("Count"), "num"),
        Column("limit", N_("Limit"), "num"),
        Column("repair_days", N_("Days in repair"), "num"),
        Column("guarantee_ends_on", N_("Guarantee until"), "date"),
        Column("odometer_km", N_("Odometer (km)"), "num"),
        Column("last_visit_at", N_("Last visit"), "moment", default=False),
        Column("dealer", N_("Dealer code"), "code"),
        Column("station", N_("Station"), default=False),
        Column("region", N_("Region"), default=False),
    ),
    sorts={
        "level": CarWatch.rank, "guarantee_ends_on": CarWatch.guarantee_ends_on, "repair_days": CarWatch.repair_days,
        "last_visit_at": CarWatch.last_visit_at,
    },
    default_sort="-level",
    endpoint="guarantee.watch",
    row_endpoint="guarantee.car",
    filters=(
        Filter("car", N_("VIN, last 6 or plate"), _car),
        Filter("level", N_("Level at least"), _at_least, "choice", words.LEVELS),
        Filter("counter", N_("Nearest line"), lambda found, value: found.where(CarWatch.counter == value), "choice",
               words.COUNTERS),
        Filter("running", N_("Guarantee in force"), _running, "choice", {"yes": N_("Yes"), "no": N_("No")}),
        Filter("ends_by", N_("Guarantee ends by"), _ends_by, "date"),
        Filter("dealer", N_("Dealer code"), lambda found, value: found.where(Dealer.code == value.upper())),
        Filter("region", N_("Region"), lambda found, value: found.where(Dealer.region == value)),
    ),
    empty=N_("No car has a repair that counts. The watch fills by itself as repair orders are opened."),
)  # fmt: skip


def waiting(session: Session, actor: Actor, now: datetime) -> int:
    """Count the cars at orange or worse whose guarantee is in force: work that waits."""
    del now
    found = own_cars(
        select(func.count()).select_from(CarWatch).join(Vehicle, Vehicle.id == CarWatch.vehicle_id)
        .where(CarWatch.rank >= RANK[WARNING], CarWatch.in_force.is_(True)),
        actor,
    )  # fmt: skip
    return session.scalar(found) or 0


def _notices() -> Select[*tuple[Any, ...]]:
    return (
        select(
            WatchNotice.id, WatchNotice.vin, WatchNotice.at, WatchNotice.level, WatchNotice.counter, WatchNotice.value,
            WatchNotice.limit, Dealer.code.label("dealer"), Dealer.name.label("station"), Dealer.region,
            WatchNotice.dealer_seen_by, WatchNotice.region_seen_by, WatchNotice.centre_seen_by,
        )
        .join(Dealer, Dealer.id == WatchNotice.dealer_id)
    )  # fmt: skip


NOTICES = ListSpec(
    key="guarantee_notices",
    title=N_("Notices of the watch"),
    permission=Permission.GUARANTEE_VIEW,
    statement=_notices,
    identity=WatchNotice.id,
    columns=(
        Column("vin", N_("VIN"), "code", link=True),
        Column("at", N_("Told on"), "moment"),
        Column("level", N_("Level"), "state", words=words.LEVELS),
        Column("counter", N_("Nearest line"), words=words.COUNTERS),
        Column("value", N_("Count"), "num"),
        Column("limit", N_("Limit"), "num"),
        Column("dealer", N_("Dealer code"), "code"),
        Column("station", N_("Station"), default=False),
        Column("region", N_("Region"), default=False),
        Column("dealer_seen_by", N_("Seen by the station")),
        Column("region_seen_by", N_("Seen by the region")),
        Column("centre_seen_by", N_("Seen by the customer centre")),
    ),
    sorts={"at": WatchNotice.at},
    default_sort="-at",
    endpoint="guarantee.notices",
    row_endpoint="guarantee.car",
    filters=(
        Filter("level", N_("Level"), lambda found, value: found.where(WatchNotice.level == value), "choice",
               words.LEVELS),
        Filter("dealer", N_("Dealer code"), lambda found, value: found.where(Dealer.code == value.upper())),
        Filter("region", N_("Region"), lambda found, value: found.where(Dealer.region == value)),
    ),
    empty=N_("No car came to orange or worse so far."),
)  # fmt: skip


ALARMS = ListSpec(
    key="guarantee_alarms",
    title=N_("Alarms of the nightly check"),
    permission=Permission.GUARANTEE_ALARM,
    statement=alarms,
    identity=WatchAlarm.id,
    columns=(
        Column("vin", N_("VIN"), "code", link=True),
        Column("state", N_("State"), "state", words=words.ALARMS),
        Column("at", N_("Found at"), "moment"),
        Column("closed_by", N_("Closed by")),
        Column("closed_at", N_("Closed at"), "moment"),
        Column("explanation", N_("Explanation")),
    ),
    sorts={"state": IS_OPEN, "at": WatchAlarm.at},
    default_sort="-state",
    endpoint="guarantee.alarms",
    row_endpoint="guarantee.alarm",
    filters=(
        Filter("car", N_("VIN"), lambda found, text: found.where(
            WatchAlarm.vin.startswith(clean_vin(text), autoescape=True))),
        Filter("state", N_("State"), lambda found, value: found.where(value == STATE), "choice", words.ALARMS),
    ),
    empty=N_("No alarm so far: every night the watch agreed with what was reckoned anew."),
)  # fmt: skip
