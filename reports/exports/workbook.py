"""A list becomes an Excel workbook: typed cells, a fixed heading, widths that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from portal.kernel.clock import local
from portal.kernel.i18n import _
from portal.kernel.listing import Column

FORMATS = {
    "money": "#,##0.00",
    "num": "#,##0.##",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
WIDTHS = {"money": 14, "num": 10, "date": 12, "moment": 17, "state": 12, "flag": 8}
TEXT_WIDTH = 24
#: Rows between two reports of progress.
REPORT_EVERY = 1_000
#: Excel's own limit, less the heading.
MAX_ROWS = 1_048_575


def write_workbook(
    path: Path, title: str, columns: Sequence[Column], rows: Iterable[Any], report: Callable[[int], None]
) -> int:
    """Write rows (each with the columns' keys as attributes) and return how many there were.

    The file is written row by row: a million rows need no more memory than a hundred. Rows beyond
    what a sheet can hold go on to the next sheet.
    """
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        return _write_sheets(book, title, columns, rows, report)
    finally:
        book.close()


def _write_sheets(
    book: Any, title: str, columns: Sequence[Column], rows: Iterable[Any], report: Callable[[int], None]
) -> int:
    writers = [_writer(book, column) for column in columns]
    count, line, sheet = 0, 0, _sheet(book, title, columns, 1)
    for row in rows:
        if line == MAX_ROWS:
            line, sheet = 0, _sheet(book, title, columns, count // MAX_ROWS + 1)
        line += 1
        for place, write in enumerate(writers):
            write(sheet, line, place, row)
        count += 1
        if count % REPORT_EVERY == 0:
            report(count)
    return count


def _sheet(book: Any, title: str, columns: Sequence[Column], number: int) -> Any:
    name = "".join(character for character in title if character not in "[]:*?/\\")[:25] or "1"
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    heading = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.kind, TEXT_WIDTH))
        sheet.write_string(0, place, _(column.label), heading)
    return sheet


def _writer(book: Any, column: Column) -> Callable[[Any, int, int, Any], Any]:
    """Return how a cell of this column is written: typed calls, no guessing a cell."""
    shape = book.add_format({"num_format": FORMATS[column.kind]}) if column.kind in FORMATS else None
    key, words = column.key, {value: _(word) for value, word in column.words.items()}

    def write(sheet: Any, line: int, place: int, row: Any) -> Any:
        value = getattr(row, key)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return sheet.write_string(line, place, "✓" if value else "")
        if isinstance(value, datetime):
            return sheet.write_datetime(line, place, local(value).replace(tzinfo=None), shape)
        if isinstance(value, date):
            return sheet.write_datetime(line, place, value, shape)
        if isinstance(value, str):
            return sheet.write_string(line, place, words.get(value, value))
        return sheet.write_number(line, place, value, shape)

    return write
