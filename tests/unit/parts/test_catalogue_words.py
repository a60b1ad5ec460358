from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.facts import clean_number, is_code, is_number, quantity_problems
from parts.catalogue.rules.words import plain, terms, wanted

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)


def test_a_name_has_its_pieces_its_words_and_the_pieces_of_its_initials() -> None:
    assert terms("ABS控制单元", "ABS control unit", "abskzdy") == {
        "控制", "制单", "单元", "控制单", "制单元", "控制单元", "abs", "con", "cont", "uni", "unit",
        "~ab", "~bs", "~sk", "~kz", "~zd", "~dy", "~abs", "~bsk", "~skz", "~kzd", "~zdy",
        "~absk", "~bskz", "~skzd", "~kzdy",
    }  # fmt: skip


def test_a_word_shorter_than_a_term_is_none() -> None:
    assert terms("", "AB ABS pump", "") == {"abs", "pum", "pump"}


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("brake pads", ("brak", "pads")), ("wat", ("wat",)), ("ab", ()), ("ab pump", ("pump",)),
        ("水泵总成", ("水泵总成",)), ("前制动片", ("前制动片",)), ("制动 abs", ("制动", "abs")), ("泵", ()),
        ("发动机机油", ("发动机机", "动机机油")),
    ],
)  # fmt: skip
def test_a_name_is_looked_up_by_its_longest_terms(typed: str, keys: tuple[str, ...]) -> None:
    assert wanted(typed).keys == keys


def test_words_do_not_run_into_each_other() -> None:
    assert "片左" not in terms("制动片 左", "", "")


@given(HAN, st.data())
def test_any_piece_of_a_chinese_name_has_only_terms_of_that_name(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    keys = set(wanted(name[start:end]).keys)
    assert keys
    assert keys <= terms(name, "", "")


@given(st.text(st.sampled_from("abcdefgh"), min_size=2, max_size=10), st.data())
def test_any_piece_of_initials_has_only_terms_of_them(initials: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(initials) - 2))
    end = data.draw(st.integers(start + 2, len(initials)))
    assert set(wanted(initials[start:end].upper()).initial_keys) <= terms("", "", initials)


@pytest.mark.parametrize(
    ("typed", "number", "initials", "pieces"),
    [
        ("3501-004", "3501-004", "", ("3501", "004")),
        ("qzd", "QZD", "qzd", ("qzd",)),
        ("前 制动", "", "", ("前", "制动")),
        ("ABS控制", "", "", ("控制", "abs")),
        ("  brake  pads ", "BRAKE PADS", "", ("brake", "pads")),
        ("%", "%", "", ()),
    ],
)
def test_what_is_typed_is_taken_apart(typed: str, number: str, initials: str, pieces: tuple[str, ...]) -> None:
    found = wanted(typed)
    assert (found.number, found.initials, found.pieces) == (number, initials, pieces)


def test_numbers_are_kept_as_people_write_them_and_found_without_hyphens() -> None:
    assert clean_number("  4l0 698  151 a ") == "4L0 698 151 A"
    assert plain("4l0 698-151.a") == "4L0698151A"
    assert is_number("4L0 698 151 A")
    assert not is_number("A/B")
    assert not is_number("-A")
    assert is_code("G1001")
    assert is_code("G" * 16)
    assert not is_code("G" * 17)
    assert is_number("G" * 32)
    assert not is_number("G" * 33)


@pytest.mark.parametrize(
    ("quantity", "possible"),
    [("0.01", True), ("4.5", True), ("9999", True), ("0", False), ("9999.01", False), ("4.505", False), (None, False)],
)
def test_a_car_takes_hundredths_of_a_litre_and_no_less(quantity: str | None, possible: bool) -> None:  # noqa: FBT001
    found = list(quantity_problems(None if quantity is None else Decimal(quantity)))
    assert found == ([] if possible else ["quantity"])
