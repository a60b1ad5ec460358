from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from portal.kernel.errors import DomainError
from portal.kernel.importing.reading import open_source

LIST = '车型代码,车系\nM001,远行\n\nM002,"远\n行"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_its_character_set_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.replace(",", delimiter).encode(encoding))
    source = open_source(path)
    assert source.headings() == ["车型代码", "车系"]
    (chunk,) = source.chunks()
    assert list(chunk.numbers) == [2, 4]  # the empty third row is counted, not read
    assert chunk.rows == [["M001", "远行"], ["M002", "远\n行"]]
    assert len(source.notes) == (encoding == "gb18030")


def test_a_workbook_is_read_as_its_cells_show(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["code", "day", "price", "hours", "flag"])
    book.active.append([12345, datetime(2026, 1, 31), 99.5, 0.1, True])  # noqa: DTZ001  (a workbook knows no zone)
    book.save(tmp_path / "list.xlsx")
    (chunk,) = open_source(tmp_path / "list.xlsx").chunks()
    assert chunk.rows == [["12345", "2026-01-31", "99.5", "0.1", "1"]]


def _read_all(path: Path) -> None:
    source = open_source(path)
    source.headings()
    list(source.chunks())


def _write(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


@pytest.mark.parametrize(
    "make",
    [
        _write(b""), _write(b"\n\n"), _write(b"\x00\x01\x02"), _write(b"\xff\xff\xff"), _write(b"PK\x03\x04broken"),
        _write(b'a,b\n"open,1\n2,3\n'), _write(b'a,b\n"x"y,1\n'), Path.mkdir,
    ],
    ids=["empty", "blank", "binary", "no character set", "broken zip", "open quote", "stray quote", "folder"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_message(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "list"
    make(path)
    with pytest.raises(DomainError) as refused:
        _read_all(path)
    assert len(refused.value.faults) == 1
