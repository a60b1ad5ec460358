from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from dealers.network.rules import USCC_ALPHABET, Rate, clean_uscc, rate_on, uscc_check_character, uscc_fault

letters = st.sampled_from(USCC_ALPHABET)
figures = st.text("0123456789", min_size=6, max_size=6)
bodies = st.builds(
    lambda head, area, tail: head + area + tail,
    st.text(letters, min_size=2, max_size=2), figures, st.text(letters, min_size=9, max_size=9),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91110000600037341L", None),  # the example of python-stdnum
        ("91110000600037341N", "check"),
        ("9111000060003734L", "length"),
        ("", "length"),
        ("91110000600O37341L", "character"),
        ("91A10000600037341L", "character"),
        ("91110000600037341Z", "character"),
        ("911１0000600037341L", "character"),
    ],
)
def test_each_fault_of_a_credit_code(code: str, fault: str | None) -> None:
    assert uscc_fault(code) == fault


@given(bodies)
def test_the_check_character_agrees_with_a_second_reckoning(body: str) -> None:
    code = body + uscc_check_character(body)
    assert uscc_fault(code) is None
    assert uscc.calc_check_digit(body) == code[-1]


@given(bodies, st.integers(0, 17), letters)
def test_one_wrong_character_is_always_caught(body: str, place: int, letter: str) -> None:
    """31 is prime, weights are never 0 and values differ by less than 31."""
    code = body + uscc_check_character(body)
    changed = code[:place] + letter + code[place + 1 :]
    assert (uscc_fault(changed) is None) == (changed == code)


def test_a_typed_code_is_cleaned() -> None:
    assert clean_uscc(" 9111 0000-6000 37341l ") == "91110000600037341L"


RATES = [
    Rate(3, date(2025, 1, 1), Decimal("120.00")),
    Rate(3, date(2026, 7, 1), Decimal("130.00")),
    Rate(0, date(2025, 1, 1), Decimal("80.00")),
]


@pytest.mark.parametrize(
    ("grade", "day", "rate"),
    [
        (3, date(2024, 12, 31), None),
        (3, date(2025, 1, 1), "120.00"),
        (3, date(2026, 6, 30), "120.00"),
        (3, date(2026, 7, 1), "130.00"),
        (None, date(2026, 7, 1), "80.00"),
        (4, date(2026, 7, 1), None),
    ],
)
def test_the_rate_is_the_latest_that_began(grade: int | None, day: date, rate: str | None) -> None:
    found = rate_on(RATES, grade, day)
    assert (str(found.rate) if found else None) == rate
