from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import Fault
from portal.kernel.importing.fields import CellError, Memo, Text, hundredths, parse_amount, parse_day, whole
from portal.kernel.importing.store import copy_text


@pytest.mark.parametrize(
    "written",
    ["2026-01-31", "2026/1/31", "2026.01.31", "20260131", "2026年1月31日", "2026-01-31 08:30:00", "46053"],
)
def test_a_day_is_read_as_lists_write_it(written: str) -> None:
    assert parse_day(written) == "2026-01-31"


@pytest.mark.parametrize(
    "written", ["2026-02-30", "31/01/2026", "1/2/26", "soon", "20261301", "2026-1", "--", "²0260131"]
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        parse_day(written)


@pytest.mark.parametrize(
    ("written", "fen"), [("129800", 12_980_000), ("129,800.5", 12_980_050), ("￥0.01", 1), ("0", 0), ("1e3", 100_000)]
)
def test_an_amount_is_exact_fen(written: str, fen: int) -> None:
    assert parse_amount(written) == fen


@pytest.mark.parametrize("written", ["-1", "1.005", "abc", "NaN", "Infinity", "99999999999999"])
def test_an_amount_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        parse_amount(written)


@given(st.decimals(0, 9_999_999, places=2))
def test_every_amount_with_two_places_is_read_exactly(amount: Decimal) -> None:
    assert Decimal(parse_amount(str(amount))) == amount * 100


def test_hours_have_two_places_at_most() -> None:
    parse = hundredths(Decimal("0.01"), Decimal(999))
    assert parse("1.25") == 125
    for wrong in ("0", "1.255", "1000", "two"):
        with pytest.raises(CellError):
            parse(wrong)


def test_a_whole_number_keeps_its_bounds() -> None:
    assert whole(1, 5)("5") == 5
    for wrong in ("0", "6", "2.0", "-1", "五", "³"):
        with pytest.raises(CellError):
            whole(1, 5)(wrong)


def test_every_cell_with_a_wrong_text_is_told_not_only_the_first() -> None:
    told: list[tuple[int, str]] = []
    values = Memo(parse_day).column(
        ["x", "2026-01-31", "x", ""], lambda index, fault: told.append((index, fault.message))
    )  # fmt: skip
    assert values == [None, "2026-01-31", None, None]
    assert [index for index, _message in told] == [0, 2]


def test_text_is_trimmed_and_made_one_line() -> None:
    told: list[Fault] = []
    values = Text(5).column([" a ", "b\nc", "\u3000d", "", "toolong"], lambda _index, fault: told.append(fault))
    assert values == ["a", "b c", "d", None, "toolong"]
    assert [fault.facts for fault in told] == [{"limit": 5}]


def test_an_invisible_character_is_told() -> None:
    told: list[int] = []
    Text(20).column(["a\x07b", "ok"], lambda index, _fault: told.append(index))
    assert told == [0]


def test_copy_text_keeps_backslashes_and_nulls_apart() -> None:
    assert copy_text([["\\N", None, "a\\b"], [1, 2, 3]]) == "\\\\N\t1\n\\N\t2\na\\\\b\t3\n"
