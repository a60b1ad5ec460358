from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.quality.rules.terms import LONGEST, Wanted, terms, wanted

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


def found_by(asked: str, text: str) -> bool:
    """Search as the database does: a whole term is there, or some term begins so."""
    known = terms(text)
    return all(term in known if whole else any(one.startswith(term) for one in known) for term, whole in wanted(asked))


def test_chinese_is_cut_into_pairs_and_the_last_character_stands_alone() -> None:
    assert terms("前减振器漏油") == {"前减", "减振", "振器", "器漏", "漏油", "油"}


def test_words_and_part_numbers_are_found_whole_and_by_their_pieces() -> None:
    assert terms("ABS故障, 3550-01330") == {"abs", "故障", "障", "3550-01330", "3550", "01330"}


def test_full_width_is_the_same_as_half_width() -> None:
    assert terms("ＡＢＳ") == {"abs"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [("漏油", True), ("油", True), ("振", True), ("减振器", True), ("油漏", False), ("3550", True), ("01330", True),
     ("3550-01330", True), ("3550-0", True), ("355", True), ("550", False), ("abs 漏油", True), ("abs 异响", False)],
)  # fmt: skip
def test_what_a_search_finds(asked: str, found: bool) -> None:  # noqa: FBT001  (a column of the table)
    assert found_by(asked, "前减振器漏油，ABS故障 3550-01330") is found


def test_a_search_for_nothing_that_can_be_found_asks_for_no_term() -> None:
    assert wanted("，。!") == ()
    assert wanted("漏油 漏油") == (Wanted("漏油", whole=True),)


@given(HAN, st.data())
def test_every_piece_of_a_run_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found_by(text[start:end], f"说明{text}。")


@given(st.text(max_size=80))
def test_terms_fit_their_column(text: str) -> None:
    assert all(0 < len(term) <= LONGEST for term in terms(text))
