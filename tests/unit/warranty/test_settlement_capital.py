"""Capital figures are read back by a reader that knows nothing of the writer."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.kernel.money import MoneyError, from_fen
from warranty.settlement.documents import capital_figures

FIGURES = {figure: value for value, figure in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_fen(words: str) -> int:
    """Read capital figures as integer fen; nonsense raises."""
    found = re.fullmatch(r"(?:(?P<yuan>[^元角分整]+)元)?零?(?:(?P<jiao>.)角)?零?(?:(?P<fen>.)分)?整?", words)
    assert found, words
    fen = 100 * read_whole(found["yuan"] or "")
    return fen + 10 * FIGURES[found["jiao"] or "零"] + FIGURES[found["fen"] or "零"]


def read_whole(words: str) -> int:
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        if mark in words:
            high, low = words.split(mark, 1)
            return read_whole(high) * size + read_whole(low)
    value = figure = 0
    for sign in words:
        if sign in PLACES:
            assert figure, f"{sign} without a figure in {words}"
            value, figure = value + figure * PLACES[sign], 0
        else:
            assert not figure, f"two figures together in {words}"
            figure = FIGURES[sign]
    return value + figure


@given(st.integers(0, 99_999_999_999))
@example(0)
@example(5)
@example(99_999_999_999)
@example(10_000_000_001)
@example(10_700_053)
def test_what_is_written_reads_back_to_the_fen(fen: int) -> None:
    assert read_fen(capital_figures(from_fen(fen))) == fen


@given(st.integers(0, 99_999_999_999))
def test_the_rules_of_writing_hold(fen: int) -> None:
    words = capital_figures(from_fen(fen))
    assert "零零" not in words
    assert not re.search(r"零[拾佰仟万亿角分]", words)
    assert words == "零元整" or not words.startswith("零")
    assert not re.search(r".零元", words)
    if fen % 100 == 0:
        assert words.endswith("元整")
    if fen % 10:
        assert words.endswith("分")
    if fen >= 100 and 0 < fen % 100 < 10:
        assert "元零" in words  # no jiao but fen: the nought between is written


@pytest.mark.parametrize(
    ("amount", "words"),
    [  # the first five are the examples of 正确填写票据和结算凭证的基本规定 (1997)
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.00", "零元整"),
        ("0.06", "陆分"),
        ("10.00", "壹拾元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("20000000.10", "贰仟万元零壹角"),
    ],
)
def test_known_amounts(amount: str, words: str) -> None:
    assert capital_figures(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1.00", "0.005"])
def test_what_no_paper_can_say_is_refused(amount: str) -> None:
    with pytest.raises(MoneyError):
        capital_figures(Decimal(amount))
