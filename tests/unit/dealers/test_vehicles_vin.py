from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealers.vehicles.rules import VIN_VALUES, check_digit, clean_vin, vin_fault, vin_faults, wrong_characters
from dealers.vehicles.words import vin_fault_in_words

REAL = Path(__file__).parents[2] / "data" / "vins-real.csv"

letters = st.sampled_from(sorted(VIN_VALUES))
valid_vins = st.text(letters, min_size=17, max_size=17).map(lambda vin: vin[:8] + check_digit(vin) + vin[9:])


def real_vins() -> list[tuple[str, bool]]:
    with REAL.open() as file:
        return [(row["vin"], row["check_digit_valid"] == "true") for row in csv.DictReader(file)]


@pytest.mark.parametrize(("vin", "valid"), real_vins())
def test_real_numbers(vin: str, valid: bool) -> None:  # noqa: FBT001  (a column of the table)
    assert vin_fault(vin) == (None if valid else "check_digit")


def test_the_standard_example_has_remainder_ten() -> None:
    assert check_digit("1M8GDM9A_KP042788".replace("_", "0")) == "X"


@pytest.mark.parametrize(
    ("vin", "fault"),
    [
        ("", "length"),
        ("1M8GDM9AXKP04278", "length"),
        ("1M8GDM9AXKP0427888", "length"),
        ("IM8GDM9AXKP042788", "character"),
        ("1M8GDM9AXKP04278O", "character"),
        ("1M8GDMQAXKP042788", "character"),
        ("1m8GDM9AXKP042788", "character"),
        ("1M8GDM9A鲁KP042788", "character"),
        ("1M8GDM9A1KP042788", "check_digit"),
        ("11111111111111111", None),
    ],
)
def test_each_fault_has_its_name(vin: str, fault: str | None) -> None:
    assert vin_fault(vin) == fault
    assert list(vin_faults([vin])) == [fault]


def test_wrong_characters_are_named_once_each() -> None:
    assert wrong_characters("IO1Q2OI") == "IOQ"
    assert wrong_characters("1M8GDM9AXKP042788") == ""


@pytest.mark.parametrize("typed", [" 1m8gdm9axkp042788\n", "1M8-GDM9AX-KP042788", "1M8 GDM9AX KP042788", "１M8GDM9AXKP04278８"])  # fmt: skip  # noqa: E501
def test_typing_is_cleaned(typed: str) -> None:
    assert clean_vin(typed) == "1M8GDM9AXKP042788"


@given(valid_vins)
def test_the_check_digit_is_the_one_that_is_accepted(vin: str) -> None:
    assert vin_fault(vin) is None


@given(valid_vins, st.integers(0, 16), letters)
def test_one_wrong_character_is_caught_unless_it_counts_the_same(vin: str, place: int, letter: str) -> None:
    """Values differ by 1 to 9 and weights are 2 to 10, so modulo 11 the sum always moves.

    The ninth place has no weight but must be the check digit itself, so there every change shows.
    Everywhere else a change shows exactly when the transliteration gives another value (A = J = 1).
    """
    changed = vin[:place] + letter + vin[place + 1 :]
    same = vin[place] == letter if place == 8 else VIN_VALUES[vin[place]] == VIN_VALUES[letter]
    assert (vin_fault(changed) is None) == same


@given(valid_vins, st.sampled_from("IOQ"), st.integers(0, 16))
def test_a_forbidden_letter_is_told_as_such(vin: str, letter: str, place: int) -> None:
    changed = vin[:place] + letter + vin[place + 1 :]
    assert vin_fault(changed) == "character"
    assert wrong_characters(changed) == letter


def test_faults_are_told_with_their_facts() -> None:
    told = [vin_fault_in_words(vin) for vin in ("1M8", "IM8GDM9AXKPO42788", "1M8GDM9A1KP042788", "1M8GDM9AXKP042788")]
    assert [fault and (fault.facts["count"], fault.facts["letters"]) for fault in told] == [
        (3, ""), (17, "I O"), (17, ""), None,
    ]  # fmt: skip
    assert len({fault.message for fault in told if fault}) == 3
