"""What is left of a claim's lines after what was taken back from the station; to the fen, whatever was booked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, from_fen, total
from warranty.recovery.rules.net import Charge, borne, borne_lines, spread

LABOUR, PART, FEE = 1, 2, 3
CLAIM = {LABOUR: Decimal("300.00"), PART: Decimal("411.00"), FEE: Decimal("41.10")}

amounts = st.integers(0, 10_000_00).map(from_fen)
claims = st.dictionaries(st.integers(1, 9), amounts, min_size=1, max_size=6)
charges = st.lists(
    st.builds(Charge, st.integers(-5_000_00, 5_000_00).map(from_fen), st.none() | st.integers(1, 10)), max_size=6
)


def left(*given: Charge) -> list[str]:
    return [str(amount) for amount in borne_lines(CLAIM, given).values()]


def took(amount: str, line: int | None = None) -> Charge:
    return Charge(-Decimal(amount), line)


def gave(amount: str, line: int | None = None) -> Charge:
    return Charge(Decimal(amount), line)


def test_what_nobody_took_is_borne_whole() -> None:
    assert left() == ["300.00", "411.00", "41.10"]


def test_an_old_part_comes_off_its_own_line() -> None:
    assert left(took("411.00", PART)) == ["300.00", "0.00", "41.10"]
    assert left(took("100.00", PART)) == ["300.00", "311.00", "41.10"]


def test_a_waived_deduction_is_borne_again() -> None:
    assert left(took("411.00", PART), gave("411.00", PART)) == ["300.00", "411.00", "41.10"]


def test_a_debit_is_spread_over_the_lines_and_no_fen_is_lost() -> None:
    # 75.21 is a tenth of 752.10: 30.00, 41.10 and 4.11
    assert left(took("75.21")) == ["270.00", "369.90", "36.99"]
    # 1.00 over 300.00 : 411.00 : 41.10 is 0.398…, 0.546…, 0.054…: two fen are left over, for 0.8 and 0.6 of a fen
    assert left(took("1.00")) == ["299.60", "410.45", "41.05"]


def test_a_debit_takes_of_what_the_old_part_left() -> None:
    # 341.10 are left: half of it
    assert left(took("411.00", PART), took("170.55")) == ["150.00", "0.00", "20.55"]


def test_more_than_its_line_holds_comes_off_the_other_lines() -> None:
    # 41.10 over 300.00 and 41.10: 36.1478… and 4.9521…
    assert left(took("452.10", PART)) == ["263.85", "0.00", "36.15"]


def test_a_credit_by_hand_gives_again_what_an_old_part_took_and_no_more_than_was_approved() -> None:
    assert left(took("411.00", PART), gave("200.00")) == ["300.00", "200.00", "41.10"]
    assert left(gave("500.00")) == ["300.00", "411.00", "41.10"]


def test_more_than_the_claim_leaves_nothing() -> None:
    assert left(took("800.00")) == ["0.00", "0.00", "0.00"]
    assert borne(Decimal("752.10"), Decimal("-752.11")) == ZERO


def test_a_charge_about_a_line_that_is_not_there_is_about_the_claim() -> None:
    assert left(took("75.21", 7)) == left(took("75.21"))


@given(claims, charges)
def test_the_lines_add_up_to_what_is_borne_of_the_claim(claim: dict[int, Decimal], given: list[Charge]) -> None:
    found = borne_lines(claim, given)
    whole = total(claim.values())
    assert total(found.values()) == borne(whole, total(one.amount for one in given))
    assert found.keys() == claim.keys()
    assert all(ZERO <= found[position] <= approved for position, approved in claim.items())


@given(claims, charges)
def test_the_order_in_which_they_were_booked_does_not_matter(claim: dict[int, Decimal], given: list[Charge]) -> None:
    assert borne_lines(claim, given) == borne_lines(claim, reversed(given))


@given(claims, charges, st.integers(0, 1_000_00).map(from_fen))
def test_more_taken_is_never_more_borne(claim: dict[int, Decimal], given: list[Charge], more: Decimal) -> None:
    assert total(borne_lines(claim, [*given, Charge(-more)]).values()) <= total(borne_lines(claim, given).values())


@given(st.dictionaries(st.integers(1, 20), amounts, min_size=1, max_size=8), st.data())
def test_what_is_spread_arrives_and_nobody_gets_more_than_there_is(
    over: dict[int, Decimal], data: st.DataObject
) -> None:
    whole = total(over.values())
    amount = data.draw(st.integers(0, int(whole * 100)).map(from_fen))
    found = spread(amount, over)
    assert total(found.values()) == amount
    assert all(ZERO <= found[key] <= weight for key, weight in over.items())
    exactly = {key: amount * weight / whole if whole else ZERO for key, weight in over.items()}
    assert all(abs(found[key] - exactly[key]) < Decimal("0.01") for key in over)


def test_nothing_holds_more_than_there_is() -> None:
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(Decimal("0.01"), {1: ZERO})
