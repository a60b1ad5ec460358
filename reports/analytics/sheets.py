"""The room's tables as workbooks: what a page reckoned, whole, for the download centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column
from reports.analytics.failure_forms import read_choice, with_recorded
from reports.analytics.forms import choice, read_asked, read_least, read_period
from reports.analytics.queries.claims import MEASURES, read_peers
from reports.analytics.queries.decisions import read_cube
from reports.analytics.queries.failures import Cell, recorded_since
from reports.analytics.queries.odometer import read_off_curve
from reports.analytics.queries.photos import read_alike
from reports.analytics.tables import aged_table, failure_table, label_of
from reports.analytics.words import BASES, CARS, LEVELS
from warranty.claims.words import TYPES

#: Days that a page shows where nobody chose.
CLOCK_DAYS, LOOK_DAYS, PEER_DAYS = 30, 30, 90


@dataclass(frozen=True)
class Sheet:
    """A table: who may have it, its columns, and its rows for an address' arguments and a day."""

    title: str
    permission: Permission
    columns: tuple[Column, ...]
    rows: Callable[[Session, Mapping[str, str], date], Iterable[Any]]


def _cube(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    return read_cube(session, read_asked(args, read_period(args, today, CLOCK_DAYS)))


def _peers(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    period = read_period(args, today, PEER_DAYS)
    return read_peers(session, choice(args, "measure", MEASURES, MEASURES[0]), period.first, period.last)


def _odometer(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    period = read_period(args, today, LOOK_DAYS)
    return read_off_curve(session, period.first, period.last, read_least(args))


def _photos(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    period = read_period(args, today, LOOK_DAYS)
    return read_alike(session, period.first, period.last)[0]


@dataclass(frozen=True)
class CellRow:
    """A cell of a table across, for a workbook: one row each, so that Excel can turn it as it likes."""

    label: str
    name: str
    across: str
    cell: Cell


def _failures(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    return failure_table(session, replace(read_choice(args, today), across="")).lines


def _failure_cells(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    chosen = replace(read_choice(args, today), measure="cars")  # so that cars are counted, too
    table = failure_table(session, chosen)
    columns = [(key, label_of(chosen.across, key)) for key in table.sums]
    return [
        CellRow(line.label, line.name, label, table.cells[line.key, key])
        for line in table.lines
        for key, label in columns
        if (line.key, key) in table.cells
    ]


def _aged(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    return aged_table(session, with_recorded(read_choice(args, today, lifelong=True), recorded_since(session)))[0]


_AGED = tuple(
    Column(f"at{months}.{name}", label, kind)
    for months, labels in (
        (3, (N_("Cars of 3 months"), N_("Claims in 3 months"), N_("R1000 at 3 months"),
             N_("Cost per car at 3 months"))),
        (12, (N_("Cars of 12 months"), N_("Claims in 12 months"), N_("R1000 at 12 months"),
              N_("Cost per car at 12 months"))),
        (36, (N_("Cars of 36 months"), N_("Claims in 36 months"), N_("R1000 at 36 months"),
              N_("Cost per car at 36 months"))),
    )
    for (name, kind), label in zip(
        (("cars", "num"), ("claims", "num"), ("rate", "num"), ("per_car", "money")), labels, strict=True
    )
)  # fmt: skip

SHEETS: dict[str, Sheet] = {
    "clocks": Sheet(
        N_("Time to decision"), Permission.CLAIM_VIEW,
        (
            Column("code", N_("Station")), Column("name", N_("Name of the station")),
            Column("type", N_("Claim type"), words=TYPES), Column("level", N_("Decision level"), words=LEVELS),
            Column("clock.count", N_("Decisions"), "num"),
            Column("clock.alone", N_("Without a person, %"), "num"),
            Column("clock.median", N_("Median, h"), "num"),
            Column("clock.ninetieth", N_("90 of 100 within, h"), "num"),
            Column("clock.within_day", N_("Within a day, %"), "num"),
            Column("clock.returned", N_("Returned, %"), "num"),
            Column("clock.refused", N_("Refused, %"), "num"),
        ),
        _cube,
    ),
    "peers": Sheet(
        N_("Stations beside their peers"), Permission.ANALYTICS_VIEW,
        (
            Column("code", N_("Station")), Column("name", N_("Name of the station")),
            Column("grade", N_("Grade"), "num"),
            Column("claims", N_("Claims"), "num"), Column("value", N_("Figure of the station"), "num"),
            Column("basis", N_("Compared with"), words=BASES),
            Column("found.median", N_("Median of them"), "num"), Column("found.z", N_("Robust score"), "num"),
        ),
        _peers,
    ),
    "odometer": Sheet(
        N_("Odometer off the curve"), Permission.ANALYTICS_VIEW,
        (
            Column("vin", N_("VIN")), Column("order", N_("Repair order")), Column("day", N_("Day"), "date"),
            Column("found.point.km", N_("Odometer"), "num"), Column("found.expected", N_("By the curve"), "num"),
            Column("found.off", N_("Difference, km"), "num"), Column("found.per_day", N_("Km a day off"), "num"),
            Column("found.pace", N_("Car's own pace, km a day"), "num"),
        ),
        _odometer,
    ),
    "photos": Sheet(
        N_("Photos that look alike"), Permission.ANALYTICS_VIEW,
        (
            Column("distance", N_("Bits that differ"), "num"),
            Column("later.order", N_("Repair order")), Column("later.station", N_("Station")),
            Column("later.vin", N_("VIN")), Column("later.added_at", N_("Added at"), "moment"),
            Column("earlier.order", N_("Earlier repair order")), Column("earlier.station", N_("Earlier station")),
            Column("earlier.vin", N_("Earlier VIN")), Column("earlier.added_at", N_("Added then"), "moment"),
        ),
        _photos,
    ),
    "failures": Sheet(
        N_("Failure tracking"), Permission.ANALYTICS_VIEW,
        (
            Column("label", N_("Value")), Column("name", N_("Name")), Column("cell.claims", N_("Claims"), "num"),
            Column("share", N_("Share, %"), "num"), Column("cell.cars", N_("Cars affected"), "num"),
            Column("cell.cost", N_("Cost (yuan)"), "money"), Column("cars", N_("Cars held against"), "num"),
            Column("basis", N_("Which cars"), words=CARS),
            Column("rate", N_("Claims for 1,000 cars"), "num"), Column("per_car", N_("Cost per car"), "money"),
        ),
        _failures,
    ),
    "failure_cells": Sheet(
        N_("Failures by two dimensions"), Permission.ANALYTICS_VIEW,
        (
            Column("label", N_("Value")), Column("name", N_("Name")), Column("across", N_("Across")),
            Column("cell.claims", N_("Claims"), "num"), Column("cell.cars", N_("Cars affected"), "num"),
            Column("cell.cost", N_("Cost (yuan)"), "money"),
        ),
        _failure_cells,
    ),
    "r1000": Sheet(
        N_("R1000 by months in service"), Permission.ANALYTICS_VIEW,
        (Column("label", N_("Value")), Column("name", N_("Name")), *_AGED), _aged,
    ),
}  # fmt: skip
