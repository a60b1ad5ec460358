"""Excel of 100,000 rows: read beside openpyxl, written beside plain XlsxWriter."""

from __future__ import annotations

import gc
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.support import Result, in_turn, ratio, result, seconds
from portal.app import create_app
from portal.config import from_environment
from portal.kernel.importing.reading import open_source
from portal.kernel.listing import Column
from reports.exports.workbook import write_workbook

ROWS, ROUNDS = 100_000, 3
COLUMNS = (
    Column("number", "Number"), Column("vin", "VIN"), Column("dealer", "Dealer"), Column("km", "km", "num"),
    Column("labour", "Labour", "money"), Column("parts", "Parts", "money"), Column("day", "Day", "date"),
    Column("at", "At", "moment"),
)  # fmt: skip


class Row(NamedTuple):
    """A row as a list hands it to the export."""

    number: str
    vin: str
    dealer: str
    km: int
    labour: Decimal
    parts: Decimal
    day: date
    at: datetime


def rows() -> list[Any]:
    """Return rows as a list of repair orders has them."""
    start = datetime(2026, 1, 1, 1, tzinfo=UTC)
    return [
        Row(f"RO-JY{n % 316:04d}-202601-{n:06d}", f"LJYBA1A35TA{n:06d}", f"上海华安汽车销售服务有限公司{n % 316}",
            n % 90_000, Decimal(n) / 100, Decimal(n * 7) / 100, date(2026, 1, 1) + timedelta(n % 300),
            start + timedelta(minutes=n))
        for n in range(ROWS)
    ]  # fmt: skip


def plain(path: Path, data: list[Any], *, constant_memory: bool = True) -> None:
    """Write the rows as XlsxWriter's documentation shows it: same cells, same formats."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": constant_memory, "remove_timezone": True}) as book:
        sheet = book.add_worksheet()
        money, day, moment = (
            book.add_format({"num_format": f}) for f in ("#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm")
        )
        shapes = (None, None, None, None, money, money, day, moment)
        sheet.write_row(0, 0, [column.label for column in COLUMNS])
        for line, row in enumerate(data, start=1):
            for place, value in enumerate(row):
                sheet.write(line, place, value, shapes[place])


def run() -> list[Result]:
    """Write and read the same workbook with both."""
    data = rows()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"SANBAO_ENV": "development", "DATABASE_URL": "sqlite://", "SANBAO_VAR": folder}
        with create_app(from_environment(settings)).test_request_context():
            return _measure(Path(folder), data)


def _measure(folder: Path, data: list[Any]) -> list[Result]:
    ours, theirs = folder / "ours.xlsx", folder / "theirs.xlsx"
    written = in_turn(
        ROUNDS,
        ours=lambda: seconds(lambda: write_workbook(ours, "x", COLUMNS, data, lambda _done: None)),
        theirs=lambda: seconds(lambda: plain(theirs, data)),
    )
    shared = folder / "shared.xlsx"  # shared strings, as Excel itself writes what people send
    plain(shared, data, constant_memory=False)
    gc.collect()
    gc.freeze()  # the rows above would be searched through at every collection; the server's workers do it too
    read = in_turn(
        ROUNDS, ours=lambda: seconds(lambda: _ours(shared)), alone=lambda: seconds(lambda: _calamine(shared)),
        theirs=lambda: seconds(lambda: _openpyxl(shared)),
    )  # fmt: skip
    reading, writing = ratio(read["theirs"], read["ours"]), ratio(written["theirs"], written["ours"])
    return [
        result("Excel: rows a second read", ROWS / min(read["ours"]), "rows/s"),
        result("Excel: our rate of reading : openpyxl's", reading, "ratio", "≥ 8", met=reading >= 8),
        result("Excel: of that the reader alone : openpyxl", ratio(read["theirs"], read["alone"]), "ratio"),
        result("Excel: rows a second written", ROWS / min(written["ours"]), "rows/s"),
        result("Excel: our rate of writing : plain XlsxWriter's", writing, "ratio", "≥ 1", met=writing >= 1),
    ]


def _ours(path: Path) -> None:
    """Read it as an import does: fingerprint, headings, every cell as text, empty rows left out."""
    source = open_source(path)
    _all(len(source.headings()) and 1 + sum(len(chunk.rows) for chunk in source.chunks()))


def _calamine(path: Path) -> None:
    _all(sum(1 for _row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()))


def _all(count: int) -> None:
    if count != ROWS + 1:
        raise RuntimeError(f"read {count} rows")


def _openpyxl(path: Path) -> None:
    """Read it in openpyxl's fastest way, which makes values only and no text of them."""
    book = openpyxl.load_workbook(path, read_only=True)
    _all(sum(1 for _row in book.worksheets[0].iter_rows(values_only=True)))
    book.close()


if __name__ == "__main__":
    for line in run():
        print(line)
