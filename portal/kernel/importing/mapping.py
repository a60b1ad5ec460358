"""Column mappings: a foreign list read as if it had an import's own columns.

A mapping says for each field which column it stands in (by heading, or by number where the list has
no headings), how the list writes days, and what to take where a cell is empty. Its plain form is
what the database keeps and what a JSON file on the command line says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, locale_key
from portal.kernel.importing.binding import plain
from portal.kernel.importing.fields import Field
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.reading import CHUNK, Chunk, Source

#: How foreign lists write days; what is not written so stays as it is and is judged by the field.
FORMATS = {
    "YYYYMMDD": "%Y%m%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "YYMMDD": "%y%m%d",
}
DELIMITERS = ("", ",", ";", "\t", "|")
#: A column's number, where there are no headings.
_NUMBER = re.compile(r"[1-9]\d{0,3}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Mapped:
    """Where one field comes from; ``constant`` stands for every empty cell, or for a column that is not there."""

    column: str = ""
    format: str = ""
    constant: str = ""


@dataclass(frozen=True)
class ColumnMapping:
    """A whole mapping.

    ``delimiter`` empty: as the list's first line tells. ``quotes``: quotation marks around a cell are no
    part of it.
    """

    fields: Mapping[str, Mapped] = field(default_factory=dict)
    headings: bool = True
    delimiter: str = ""
    quotes: bool = True


def is_day(item: Field) -> bool:
    """Tell whether a field holds days: its example is one."""
    return _ISO.fullmatch(item.example) is not None


def to_plain(mapping: ColumnMapping) -> dict[str, Any]:
    """Return a mapping as JSON can hold it; what says nothing is left out."""
    said = {key: {name: text for name, text in asdict(one).items() if text} for key, one in mapping.fields.items()}
    return {**asdict(mapping), "fields": {key: one for key, one in said.items() if one}}


def loose(body: Mapping[str, Any]) -> ColumnMapping:
    """Read the plain form of a kept mapping that need not be whole yet."""
    said = {key: Mapped(**one) for key, one in body["fields"].items()}
    return ColumnMapping(said, body["headings"], body["delimiter"], body["quotes"])


def from_plain(body: object, kind: ImportKind) -> ColumnMapping:
    """Read a mapping's plain form; `DomainError` says what in it makes no sense."""
    if not isinstance(body, dict) or not isinstance(body.get("fields"), dict):
        raise DomainError(Fault(N_("This is no column mapping: it needs “fields”.")))
    unknown = [name for name in body if name not in {one.name for one in fields(ColumnMapping)}]
    known = {item.key for item in kind.fields}
    unknown += [key for key in body["fields"] if key not in known]
    said: dict[str, Mapped] = {}
    for key, one in body["fields"].items():
        if not isinstance(one, dict) or not all(isinstance(text, str) for text in one.values()):
            unknown.append(str(key))
            continue
        unknown += [f"{key}.{name}" for name in one if name not in {part.name for part in fields(Mapped)}]
        said[key] = Mapped(*(str(one.get(part.name, "")) for part in fields(Mapped)))
    if unknown:
        raise DomainError(Fault(N_("The mapping says what nobody knows here: %(names)s."),
                                facts={"names": ", ".join(map(str, unknown[:10]))}))  # fmt: skip
    mapping = ColumnMapping(
        said, bool(body.get("headings", True)), str(body.get("delimiter", "")), bool(body.get("quotes", True))
    )
    check(mapping, kind)
    return mapping


def check(mapping: ColumnMapping, kind: ImportKind) -> None:
    """Refuse a mapping that cannot work, each fault at its field of the page."""
    faults = []
    for item in kind.fields:
        one = mapping.fields.get(item.key, Mapped())
        if item.required and not (one.column or one.constant):
            faults.append(Fault(N_("This is needed: choose a column, or write a value for all rows."),
                                f"column-{item.key}"))  # fmt: skip
        if one.column and not mapping.headings and not _NUMBER.fullmatch(one.column):
            faults.append(Fault(N_("Without headings a column is named by its number."), f"column-{item.key}"))
        if one.format and one.format not in FORMATS:
            faults.append(Fault(N_("Please choose from the list."), f"format-{item.key}"))
    if mapping.delimiter not in DELIMITERS:
        faults.append(Fault(N_("Columns are parted by a comma, a semicolon, a tab or an upright line.")))
    if faults:
        raise DomainError(*faults)


@dataclass
class MappedSource(Source):
    """A foreign list that answers as one of our own: our headings, its rows in their order."""

    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    own: tuple[Field, ...] = ()

    def headings(self) -> list[str]:
        """Return our headings of the mapped fields; a column that is not there is refused."""
        self._readers()
        return [item.heading(locale_key()) for item in self.own]

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """Yield the rows, taken apart and put together anew."""
        readers = self._readers()
        for chunk in self.parted(size, headings=self.mapping.headings):
            yield Chunk(chunk.numbers, [[read(row) for read in readers] for row in chunk.rows])

    def _readers(self) -> list[Callable[[Sequence[str]], str]]:
        first = super().headings()
        places = {plain(heading): place for place, heading in reversed(list(enumerate(first)))}
        missing, readers = [], []
        for item in self.own:
            one = self.mapping.fields[item.key]
            place: int | None = None
            if one.column and self.mapping.headings:
                place = places.get(plain(one.column))
            elif one.column:
                place = int(one.column) - 1 if int(one.column) <= len(first) else None
            if one.column and place is None:
                missing.append(one.column)
            readers.append(_reader(place, one))
        if missing:
            raise DomainError(Fault(N_("The list has no such columns as the mapping reads: %(columns)s."),
                                    facts={"columns": ", ".join(missing)}))  # fmt: skip
        return readers


def _reader(place: int | None, one: Mapped) -> Callable[[Sequence[str]], str]:
    form = FORMATS.get(one.format)

    def read(row: Sequence[str]) -> str:
        text = row[place].strip() if place is not None and place < len(row) else ""
        if not text:
            return one.constant
        return _day(text, form) if form else text

    return read


def _day(text: str, form: str) -> str:
    try:
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  (a day has no time zone)
    except ValueError:
        return text


def mapped(source: Source, mapping: ColumnMapping | None, kind: ImportKind) -> Source:
    """Return a list as its mapping reads it; without one, as it is."""
    if mapping is None:
        return source
    if mapping.delimiter and source.encoding is not None:
        source = replace(source, delimiter=mapping.delimiter)
    source = replace(source, quoted=mapping.quotes)
    own = tuple(item for item in kind.fields if mapping.fields.get(item.key, Mapped()) != Mapped())
    values = {one.name: getattr(source, one.name) for one in fields(Source)}
    return MappedSource(**values, mapping=mapping, own=own)


def guess(kind: ImportKind, first: Sequence[str]) -> dict[str, int]:
    """Return the places of columns whose headings we know, by field."""
    names = {plain(name): item.key for item in kind.fields for name in (item.key, item.zh, item.en, *item.aliases)}
    return {names[plain(heading)]: place for place, heading in enumerate(first) if plain(heading) in names}
