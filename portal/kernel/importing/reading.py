"""Read a list in chunks of rows, whatever wrote it: CSV in its kinds, or an Excel workbook.

The file is looked at once as bytes (fingerprint, character set, number of lines), then read as
often as needed without holding it in memory.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, ZipError

from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_

CHUNK = 10_000
#: Rows of a workbook that become text together.
_ROWS = 1_000
_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t"
#: A workbook that unpacks to more than this is no list of ours.
_UNPACKED = 1 << 30
_UNREADABLE = N_("The file cannot be read: it is neither CSV (UTF-8 or GB18030) nor an Excel workbook (.xlsx).")


@dataclass(frozen=True)
class Chunk:
    """Some rows, with their numbers as a spreadsheet shows them (the headings are row 1)."""

    numbers: Sequence[int]
    rows: list[list[str]]


@dataclass
class Source:
    """A list to import: can be read again and again. A workbook is unpacked once, to its first ``sheet``."""

    path: Path
    name: str
    sha256: str
    lines: int
    encoding: str | None  # None for a workbook
    delimiter: str = ","
    notes: list[Fault] = field(default_factory=list)
    quoted: bool = True  # quotation marks around a cell are no part of it
    sheet: CalamineSheet | None = None

    def headings(self) -> list[str]:
        """Return the first row; an empty file is refused."""
        found = next(self._rows(), [])
        if not any(cell.strip() for cell in found):
            raise DomainError(Fault(N_("The file is empty: its first row must hold the headings.")))
        return found

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """Yield the rows below the headings, without empty ones."""
        yield from self.parted(size, headings=True)

    def parted(self, size: int, *, headings: bool) -> Iterator[Chunk]:
        """Yield the rows without empty ones; the first row is left out where it holds the headings."""
        rows, number = self._rows(), 1
        if headings:
            next(rows, None)
            number = 2
        while part := list(islice(rows, size)):
            numbers: Sequence[int] = range(number, number + len(part))
            number += len(part)
            if not all(map(any, part)) or not all(map(str.strip, map("".join, part))):
                kept = [index for index, row in enumerate(part) if "".join(row).strip()]
                numbers, part = [numbers[index] for index in kept], [part[index] for index in kept]
            if part:
                yield Chunk(numbers, part)

    def _rows(self) -> Iterator[list[str]]:
        if self.sheet is not None:
            return _sheet_rows(self.sheet)
        return self._csv_rows(self.encoding or "utf-8")

    def _csv_rows(self, encoding: str) -> Iterator[list[str]]:
        with self.path.open(encoding=encoding, newline="", buffering=_BLOCK) as file:
            reader = csv.reader(
                file, delimiter=self.delimiter, strict=True,
                quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            )  # fmt: skip
            try:
                yield from reader
            except csv.Error as error:
                raise DomainError(
                    Fault(N_("The file cannot be read near line %(line)s: a quotation mark is out of place."),
                          facts={"line": reader.line_num})
                ) from error  # fmt: skip


def open_source(path: Path, name: str | None = None) -> Source:
    """Look at a file and say how it is to be read; `DomainError` when it cannot be."""
    name = name or path.name
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            if head.startswith(b"PK\x03\x04"):
                return _workbook(path, name)
            if not head.strip():
                raise DomainError(Fault(N_("The file is empty: its first row must hold the headings.")))
            return _text(path, name, head)
    except OSError as error:
        raise DomainError(
            Fault(N_("The file %(name)s cannot be opened: %(why)s."), facts={"name": name, "why": error.strerror})
        ) from error


def _workbook(path: Path, name: str) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _UNPACKED:
                raise DomainError(Fault(N_("This workbook is too large. Please save the list as CSV.")))
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (zipfile.BadZipFile, CalamineError, ZipError, IndexError, OSError) as error:
        raise DomainError(Fault(_UNREADABLE)) from error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(path, name, digest, sheet.total_height, None, sheet=sheet)


def _text(path: Path, name: str, head: bytes) -> Source:
    encoding = next((known for mark, known in _MARKS if head.startswith(mark)), None)
    if encoding is None and b"\0" in head:
        raise DomainError(Fault(_UNREADABLE))
    digest, lines, fits = _look_through(path, encoding or "utf-8")
    notes = []
    if not fits and encoding is None:
        encoding = "gb18030"
        digest, lines, fits = _look_through(path, encoding)
        notes.append(Fault(N_("The file is not UTF-8; it was read as GB18030.")))
    if not fits:
        raise DomainError(Fault(_UNREADABLE))
    encoding = encoding or "utf-8"
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    return Source(path, name, digest, lines, encoding, delimiter, notes)


def _look_through(path: Path, encoding: str) -> tuple[str, int, bool]:
    """Return the SHA-256, the number of line ends and whether every byte fits the character set."""
    decoder, digest, lines, fits = codecs.getincrementaldecoder(encoding)(), hashlib.sha256(), 0, True
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            if fits:
                try:
                    fits = "\0" not in decoder.decode(block)
                except UnicodeDecodeError:
                    fits = False
    if fits:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            fits = False
    return digest.hexdigest(), lines, fits


def _sheet_rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    cells = sheet.iter_rows()
    while part := list(islice(cells, _ROWS)):
        yield from map(list, zip(*map(_as_texts, zip(*part, strict=True)), strict=True))


def _as_texts(column: Sequence[Any]) -> Sequence[str]:
    """Return what a column's cells show; most columns hold one kind of cell, and those are many."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    if len(kinds) == 1:
        return list(map(_TEXT.get(kinds.pop(), str), column))
    return [cell if type(cell) is str else _TEXT.get(type(cell), str)(cell) for cell in column]


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() else repr(cell)


#: What a workbook's cell shows, by its kind: whole numbers without ``.0``, days without the time.
_TEXT: Mapping[type, Callable[[Any], str]] = {
    bool: lambda cell: "1" if cell else "0",
    float: _number,
    datetime: lambda cell: cell.date().isoformat(),
    date: date.isoformat,
}
