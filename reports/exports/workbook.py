"""A list becomes an Excel workbook: typed cells, a fixed heading, widths that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import xlsxwriter

from portal.kernel.i18n import _, unit_name
from portal.kernel.listing import Column

FORMATS = {
    "money": "#,##0.00",
    "num": "#,##0.##",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
WIDTHS = {"money": 14, "num": 10, "date": 12, "moment": 17, "state": 12, "flag": 8}
TEXT_WIDTH = 24
#: Excel counts days from here, and a moment is a day and its part, on the wall clock in China.
EPOCH = date(1899, 12, 30).toordinal()
ZERO_HOUR = datetime(1899, 12, 29, 16, tzinfo=UTC)  # midnight in China, at today's offset
DAY = timedelta(days=1)
SERIALS: dict[str, Callable[[Any], Any]] = {
    "date": lambda day: day.toordinal() - EPOCH,
    "moment": lambda moment: (moment - ZERO_HOUR) / DAY,
}
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
    words = {str(value): _(word) for value, word in column.words.items()}
    read, turn = attrgetter(column.key), SERIALS.get(column.kind)

    def write_number(sheet: Any, line: int, place: int, row: Any) -> None:
        value = read(row)
        if value is not None:
            sheet.write_number(line, place, turn(value) if turn else value, shape)

    def write_text(sheet: Any, line: int, place: int, row: Any) -> None:
        value = read(row)
        if value is True or value is False:
            value = "✓" if value else ""
        if value is not None and value != "":
            text = str(value)  # a grade or a row's key is a number in the database
            sheet.write_string(line, place, unit_name(text) if column.kind == "unit" else words.get(text, text))

    return write_number if shape is not None else write_text
