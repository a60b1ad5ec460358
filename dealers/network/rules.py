"""What can be said of a station without a database: its credit code and its rate of the day.

统一社会信用代码, GB 32100-2015: 18 characters, the last one checks the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

USCC_LENGTH = 18
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
_USCC_VALUES = {letter: value for value, letter in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(USCC_LENGTH - 1))
_AREA = slice(2, 8)  # the registering area, GB/T 2260: figures only

GRADES = (1, 2, 3, 4, 5)
UNGRADED = 0
POSTCODE_LENGTH = 6
KINDS = ("4s", "station")


def clean_uscc(typed: str) -> str:
    """Return a typed code in upper case without spaces and hyphens."""
    return "".join(letter for letter in typed.upper() if letter not in " -\t\u3000")


def uscc_check_character(body: str) -> str:
    """Return the 18th character for the first seventeen."""
    total = sum(_USCC_VALUES[letter] * weight for letter, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_fault(code: str) -> str | None:
    """Return what is wrong with a cleaned code: ``length``, ``character``, ``check``; else None."""
    if len(code) != USCC_LENGTH:
        return "length"
    if any(letter not in _USCC_VALUES for letter in code) or not code[_AREA].isdigit():
        return "character"
    return None if uscc_check_character(code[:-1]) == code[-1] else "check"


@dataclass(frozen=True)
class Rate:
    """Yuan for one quota hour of a grade from a day on."""

    grade: int
    valid_from: date
    rate: Decimal


def rate_on(rates: Iterable[Rate], grade: int | None, day: date) -> Rate | None:
    """Return the rate in force for a grade on a day: the latest that began; None where none did.

    A station without a grade has the rates of grade 0. No rate is invented from another grade's.
    """
    begun = [rate for rate in rates if rate.grade == (grade or UNGRADED) and rate.valid_from <= day]
    return max(begun, key=lambda rate: rate.valid_from, default=None)


def is_postcode(code: str) -> bool:
    """Tell whether a text is a postcode: six figures."""
    return len(code) == POSTCODE_LENGTH and code.isascii() and code.isdigit()
