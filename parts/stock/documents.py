"""The stock-take sheet (盘点单) as it is printed: blind, for whoever knows the number finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from parts.stock.queries.takes import take_page


@dataclass(frozen=True)
class SheetLine:
    """A place to count: bin, part, unit."""

    position: int
    bin: str
    number: str
    name: str
    unit: str


@dataclass(frozen=True)
class Sheet:
    """All that stands on a stock-take sheet; the quantities of the books do not."""

    number: str
    station_code: str
    station_name: str
    bins: str
    created_at: datetime
    created_by: str
    lines: tuple[SheetLine, ...]


def stock_take_sheet(session: Session, number: str) -> Sheet:
    """Load a sheet in the caller's scope."""
    found = take_page(session, number)
    return Sheet(
        found.take.number, found.dealer.code, found.dealer.name, found.take.bins, found.take.created_at,
        found.take.created_by,
        tuple(SheetLine(line.position, line.bin, line.number, line.name_zh, line.unit) for line in found.lines),
    )  # fmt: skip


def file_name(sheet: Sheet) -> str:
    """Name the file after the sheet."""
    return sheet.number
