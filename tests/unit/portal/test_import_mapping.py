"""A foreign list read through a mapping, and mappings that cannot work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portal.imports.kinds import all_kinds, kind_of
from portal.kernel.errors import DomainError
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import ColumnMapping, Mapped, from_plain, is_day, mapped, to_plain
from portal.kernel.importing.reading import open_source
from tests.support.code import ROOT


@pytest.fixture
def kind() -> ImportKind:
    found = kind_of("campaigns")
    assert found is not None
    return found


def read(folder: Path, text: str, mapping: ColumnMapping, kind: ImportKind) -> tuple[list[int], list[list[str]]]:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    source = mapped(open_source(path), mapping, kind)
    assert len(source.headings()) == len(next(source.chunks()).rows[0])
    (chunk,) = source.chunks()
    return list(chunk.numbers), chunk.rows


def test_columns_are_found_by_number_days_turned_and_gaps_filled(tmp_path: Path, kind: ImportKind) -> None:
    fields = {
        "number": Mapped("2"), "kind": Mapped(constant="recall"), "title": Mapped("3", constant="—"),
        "built_from": Mapped("1", "YYYYMMDD"),
    }  # fmt: skip
    mapping = ColumnMapping(fields, headings=False, delimiter="\t", quotes=False)
    numbers, rows = read(tmp_path, '20260131\tA1\tSAID "SO"\n\n2026-1\tA2\t\n', mapping, kind)
    assert numbers == [1, 3]
    assert rows == [["A1", "recall", 'SAID "SO"', "2026-01-31"], ["A2", "recall", "—", "2026-1"]]


def test_columns_are_found_by_heading_wherever_they_stand(tmp_path: Path, kind: ImportKind) -> None:
    fields = {"number": Mapped("No."), "title": Mapped("What"), "filed_on": Mapped("Day", "MM/DD/YYYY")}
    numbers, rows = read(tmp_path, "Day,What,Other,NO\n02/03/2026,x,y,A1\n", ColumnMapping(fields), kind)
    assert numbers == [2]
    assert rows == [["A1", "x", "2026-02-03"]]


def test_a_column_that_is_not_there_is_named(tmp_path: Path, kind: ImportKind) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    for mapping in (ColumnMapping({"number": Mapped("c")}), ColumnMapping({"number": Mapped("3")}, headings=False)):
        with pytest.raises(DomainError, match="no such columns"):
            mapped(open_source(path), mapping, kind).headings()


WHOLE: dict[str, Any] = {"number": {"column": "1"}, "kind": {"constant": "recall"}, "title": {"column": "2"}}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "needs “fields”"),
        ({"fields": {**WHOLE, "dream": {"column": "3"}}}, "nobody knows"),
        ({"fields": {**WHOLE, "note": {"colour": "3"}}}, "nobody knows"),
        ({"fields": {**WHOLE, "note": 7}}, "nobody knows"),
        ({"fields": WHOLE, "more": 1}, "nobody knows"),
        ({"fields": {"number": {"column": "1"}}}, "This is needed"),
        ({"fields": {**WHOLE, "title": {"column": "Titel"}}, "headings": False}, "by its number"),
        ({"fields": {**WHOLE, "filed_on": {"column": "3", "format": "YY"}}}, "choose from the list"),
        ({"fields": WHOLE, "delimiter": "::"}, "parted by"),
    ],
)
def test_what_cannot_work_is_told(body: object, said: str, kind: ImportKind) -> None:
    with pytest.raises(DomainError) as refused:
        from_plain(body, kind)
    assert any(said in fault.message for fault in refused.value.faults)


def test_a_mapping_comes_back_as_it_was_kept(kind: ImportKind) -> None:
    body = json.loads((ROOT / "docs" / "mappings" / "nhtsa-recalls.json").read_text(encoding="utf-8"))
    mapping = from_plain(body, kind)
    assert from_plain(json.loads(json.dumps(to_plain(mapping))), kind) == mapping
    assert to_plain(mapping) == body


def test_days_are_told_by_their_examples() -> None:
    days = {kind.key: {item.key for item in kind.fields if is_day(item)} for kind in all_kinds()}
    assert days["vehicles"] == {"produced_on", "invoiced_on", "delivered_on"}
    assert days["holidays"] == {"day"}
    assert {"built_from", "filed_on", "ends_on"} <= days["campaigns"]
    assert days["dealers"] == set()
