from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import MoneyError, from_fen, line_amount, round_fen, share, to_fen, total, yuan

fen = st.integers(-(10**11), 10**11)


@pytest.mark.parametrize(
    ("given_", "rounded"), [("0.005", "0.01"), ("0.004", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1", "1.00")]
)
def test_half_a_fen_goes_away_from_zero(given_: str, rounded: str) -> None:
    assert str(round_fen(given_)) == rounded


@given(fen)
def test_fen_and_yuan_are_the_same_amount(value: int) -> None:
    assert to_fen(from_fen(value)) == value


@given(st.lists(fen))
def test_a_total_is_the_sum_of_its_fen(values: list[int]) -> None:
    assert to_fen(total(map(from_fen, values))) == sum(values)


@given(fen, st.integers(0, 10_000))
def test_a_share_is_never_half_a_fen_off(value: int, rate: int) -> None:
    amount = from_fen(value)
    exact = amount * Decimal(rate) / 10_000
    assert abs(share(amount, Decimal(rate) / 10_000) - exact) <= Decimal("0.005")


def test_floats_are_refused() -> None:
    with pytest.raises(MoneyError):
        round_fen(0.1)  # type: ignore[arg-type]


def test_a_typed_amount_with_three_places_is_told_not_rounded() -> None:
    with pytest.raises(MoneyError):
        yuan("1.234")
    assert yuan(" ￥1,234.50 ") == Decimal("1234.50")


def test_unrounded_amounts_are_not_added() -> None:
    with pytest.raises(MoneyError):
        total([Decimal("0.001")])


def test_a_line_is_rounded_once() -> None:
    assert line_amount(Decimal("1.5"), Decimal("99.99")) == Decimal("149.99")


@pytest.mark.parametrize("text", ["9e9999999", "1e41", "-1e999999", "1e-9999999"])
def test_a_number_beyond_all_reckoning_is_no_amount(text: str) -> None:
    with pytest.raises(MoneyError):
        yuan(text)
