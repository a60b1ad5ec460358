"""The room's tables as workbooks: what a page reckoned, whole, for the download centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column
from reports.analytics.forms import read_asked, read_period
from reports.analytics.queries.decisions import read_cube
from reports.analytics.words import LEVELS
from warranty.claims.words import TYPES

#: Days that a page shows where nobody chose.
CLOCK_DAYS = 30


@dataclass(frozen=True)
class Sheet:
    """A table: who may have it, its columns, and its rows for an address' arguments and a day."""

    title: str
    permission: Permission
    columns: tuple[Column, ...]
    rows: Callable[[Session, Mapping[str, str], date], Iterable[Any]]


def _cube(session: Session, args: Mapping[str, str], today: date) -> Iterable[Any]:
    return read_cube(session, read_asked(args, read_period(args, today, CLOCK_DAYS)))


SHEETS: dict[str, Sheet] = {
    "clocks": Sheet(
        N_("Time to decision"), Permission.CLAIM_VIEW,
        (
            Column("code", N_("Station")), Column("name", N_("Name of the station")),
            Column("type", N_("Claim type"), words=TYPES), Column("level", N_("Level"), words=LEVELS),
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
}  # fmt: skip
