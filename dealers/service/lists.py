"""The list of repair orders: a station's own, and headquarters' over all stations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Select, bindparam, or_, select, type_coerce
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction, coalesce
from sqlalchemy.types import Integer

from dealers.network.models import Dealer
from dealers.service import words
from dealers.service.models import LabourOverlap, RepairOrder
from dealers.service.ports import waits
from dealers.service.queries.cars import TAIL
from dealers.service.rules import scanned_vin
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Permission
from portal.kernel.clock import at, day_bounds
from portal.kernel.db import Fen, UtcDateTime
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


class days_between(GenericFunction[int]):  # noqa: N801  (named as SQL functions are)
    """Days of one repair from a moment to another: every full 24 hours, and a remainder is a day."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _days_sqlite(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((unixepoch({end}) - unixepoch({start}) + 86399) / 86400)"


@compiles(days_between, postgresql.dialect.name)
def _days_postgresql(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((extract(epoch from {end} - {start})::bigint + 86399) / 86400)"


def _now() -> Any:
    """Return the moment as a parameter that is asked for whenever the statement runs."""
    return bindparam("now", callable_=_clock, type_=UtcDateTime())


def _clock() -> datetime:
    return cast("datetime", current_app.config["CLOCK"]())


def _statement() -> Select[Any]:
    # A sum of columns would come back as the integer fen they are kept in.
    total = type_coerce(RepairOrder.labour_total + RepairOrder.parts_total + RepairOrder.sublet_total, Fen())
    columns: list[Any] = [
        RepairOrder.id,
        RepairOrder.number.label("number"),
        RepairOrder.plate.label("plate"),
        RepairOrder.vin.label("vin"),
        RepairOrder.type.label("type"),
        RepairOrder.state.label("state"),
        RepairOrder.received_at.label("received_at"),
        RepairOrder.promised_at.label("promised_at"),
        RepairOrder.completed_at.label("completed_at"),
        days_between(RepairOrder.received_at, coalesce(RepairOrder.completed_at, _now())).label("days"),
        waits().waiting(RepairOrder.id).label("waits"),
        ((RepairOrder.state == "open") & waits().undelivered(RepairOrder.id)).label("undelivered"),
        RepairOrder.odometer_km.label("odometer_km"),
        RepairOrder.presenter_name.label("presenter_name"),
        RepairOrder.advisor_name.label("advisor_name"),
        RepairOrder.labour_total.label("labour_total"),
        RepairOrder.parts_total.label("parts_total"),
        RepairOrder.sublet_total.label("sublet_total"),
        total.label("total"),
    ]
    return select(*columns)


def _network_statement() -> Select[Any]:
    return (
        _statement()
        .add_columns(Dealer.code.label("dealer_code"), Dealer.name.label("dealer_name"))
        .join(Dealer, Dealer.id == RepairOrder.dealer_id)
    )


def _search(statement: Select[Any], text: str) -> Select[Any]:
    """Find by the beginning of a number, by VIN or its last six or more characters, or by plate."""
    key = scanned_vin(text)
    cars = select(Vehicle.id).where(
        or_((Vehicle.vin_tail == key[-TAIL:]) & Vehicle.vin.endswith(key, autoescape=True), Vehicle.plate == key)
    )
    number = text.strip().upper()
    numbers = (RepairOrder.number >= number) & (RepairOrder.number < number + "~")
    return statement.where(or_(numbers, RepairOrder.vehicle_id.in_(cars)))


def _since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(RepairOrder.received_at >= at(day))


def _until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(RepairOrder.received_at < day_bounds(day, day)[1])


def _promise(statement: Select[Any], _value: str) -> Select[Any]:
    open_ones = statement.where(RepairOrder.state == "open", RepairOrder.completed_at.is_(None))  # not reopened to mend
    return open_ones.where(RepairOrder.promised_at < _now())


def _waits(statement: Select[Any], value: str) -> Select[Any]:
    port = waits()
    conditions = {"waiting": port.waiting, "undelivered": port.undelivered, "arrived": port.arrived}
    return statement.where(RepairOrder.state == "open", conditions[value](RepairOrder.id))


def _equals(column: Any) -> Any:
    return lambda statement, value: statement.where(column == value)


ORDERS = ListSpec(
    key="repair_orders",
    title=N_("Repair orders"),
    permission=Permission.SERVICE_VIEW,
    statement=_statement,
    identity=RepairOrder.id,
    columns=(
        Column("number", N_("Order"), "code", link=True),
        Column("plate", N_("Plate"), "code"),
        Column("vin", N_("VIN"), "code"),
        Column("type", N_("Type"), words=words.TYPES),
        Column("state", N_("State"), "state", words=words.STATES),
        Column("received_at", N_("Received"), "moment"),
        Column("promised_at", N_("Promised"), "moment"),
        Column("completed_at", N_("Completed on"), "moment", default=False),
        Column("days", N_("Days in the shop"), "num"),
        Column("waits", N_("Waits for parts"), "flag"),
        Column("undelivered", N_("Headquarters will not deliver"), "flag", default=False),
        Column("odometer_km", N_("Odometer (km)"), "num", default=False),
        Column("presenter_name", N_("Presenter")),
        Column("advisor_name", N_("Advisor"), default=False),
        Column("labour_total", N_("Labour (yuan)"), "money", default=False),
        Column("parts_total", N_("Parts (yuan)"), "money", default=False),
        Column("sublet_total", N_("Sublet (yuan)"), "money", default=False),
        Column("total", N_("Total (yuan)"), "money"),
    ),
    sorts={"received_at": RepairOrder.received_at, "number": RepairOrder.number},
    default_sort="-received_at",
    endpoint="service.orders",
    row_endpoint="service.order",
    filters=(
        Filter("q", N_("Order, VIN or plate"), _search),
        Filter("state", N_("State"), _equals(RepairOrder.state), "choice", words.STATES),
        Filter("type", N_("Type"), _equals(RepairOrder.type), "choice", words.TYPES),
        Filter("promise", N_("Promise"), _promise, "choice", {"passed": N_("Promise passed")}),
        Filter("waits", N_("Parts"), _waits, "choice", words.SUPPLY),
        Filter("since", N_("Received from"), _since, "date"),
        Filter("until", N_("Received to"), _until, "date"),
    ),
    empty=N_("No repair orders yet. Press N to open the first one."),
    steady=True,
)

NETWORK_ORDERS = replace(
    ORDERS,
    key="network_repair_orders",
    title=N_("Repair orders of all stations"),
    statement=_network_statement,
    columns=(
        ORDERS.columns[0],
        Column("dealer_code", N_("Station code"), "code"),
        Column("dealer_name", N_("Station")),
        *(
            c if c.key not in {"presenter_name", "promised_at"} else replace(c, default=False)
            for c in ORDERS.columns[1:]
        ),
    ),
    filters=(Filter("dealer", N_("Station code"), _equals(Dealer.code)), *ORDERS.filters),
    empty=N_("No repair orders yet."),
)


def _overlaps() -> Select[Any]:
    statement = select(
        LabourOverlap.id, LabourOverlap.code.label("code"), LabourOverlap.contained.label("contained"),
        LabourOverlap.hours.label("hours"),
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _either(statement: Select[Any], value: str) -> Select[Any]:
    code = value.strip().upper()
    places = (LabourOverlap.code, LabourOverlap.contained)
    return statement.where(or_(*(place.startswith(code, autoescape=True) for place in places)))


OVERLAPS = ListSpec(
    key="labour_overlaps",
    title=N_("Overlapping labour operations"),
    permission=Permission.CATALOGUE_VIEW,
    statement=_overlaps,
    identity=LabourOverlap.id,
    columns=(
        Column("code", N_("Operation code"), "code"),
        Column("contained", N_("Contained operation"), "code"),
        Column("hours", N_("Hours taken off"), "num"),
    ),
    sorts={"code": LabourOverlap.code, "contained": LabourOverlap.contained},
    default_sort="code",
    endpoint="service.overlaps",
    filters=(Filter("q", N_("Operation code"), _either),),
    empty=N_("No operation contains another one yet. Headquarters imports which do."),
)
