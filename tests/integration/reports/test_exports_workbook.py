from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from portal.kernel.i18n import force_locale
from portal.kernel.listing import Column
from reports.exports import workbook


@dataclass(frozen=True)
class Row:
    name: str
    amount: Decimal
    day: date | None
    at: datetime
    state: str


COLUMNS = (
    Column("name", "Name"),
    Column("amount", "Amount", "money"),
    Column("day", "Day", "date"),
    Column("at", "At", "moment"),
    Column("state", "State", "state", words={"open": "Opened up"}),
)
ROW = Row("=1+1 张三", Decimal("1234567890.12"), date(2026, 2, 28), datetime(2026, 11, 20, 17, 5, tzinfo=UTC), "open")


def sheets(path: Path) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_cells_keep_their_types_and_a_formula_stays_a_text(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with app.test_request_context(), force_locale("en"):
        count = workbook.write_workbook(
            path, "维修:工单", COLUMNS, [ROW, Row("", Decimal(0), None, ROW.at, "x")], print
        )
    (rows,) = sheets(path)
    assert count == 2
    assert rows[0] == ["Name", "Amount", "Day", "At", "State"]
    assert rows[1] == ["=1+1 张三", 1234567890.12, date(2026, 2, 28), datetime(2026, 11, 21, 1, 5), "Opened up"]  # noqa: DTZ001
    assert rows[2][2] == ""


def test_a_number_without_a_number_s_kind_is_written_in_words_or_as_text(app: Flask, tmp_path: Path) -> None:
    """Grades are numbers with words, numbers of rows are text: both are lists' columns."""
    columns = (Column("name", "Grade", words={"3": "three stars"}),)
    path = tmp_path / "c.xlsx"
    with app.test_request_context(), force_locale("en"):
        workbook.write_workbook(path, "x", columns, [SimpleNamespace(name=3), SimpleNamespace(name=4)], print)
    assert sheets(path)[0][1:] == [["three stars"], ["4"]]


def test_rows_beyond_a_sheet_go_on_to_the_next(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    path = tmp_path / "b.xlsx"
    with app.test_request_context():
        workbook.write_workbook(path, "x", COLUMNS, [ROW] * 7, lambda _done: None)
    assert [len(rows) - 1 for rows in sheets(path)] == [3, 3, 1]
