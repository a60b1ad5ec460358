"""The official notice of a year's holidays (国务院办公厅通知): what it has to hold to be whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

_SATURDAY = 5
#: Days off in every year, by the State Council's regulation on holidays: New Year, Labour Day, National Day.
FIXED = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
#: Spring Festival, Qingming, Dragon Boat and Mid-Autumn go by the moon or the sun: at least this many days off in all.
LEAST_DAYS_OFF = 11


def is_weekday(day: date) -> bool:
    """Tell whether a day is Monday to Friday, so that nobody has to make up work on it."""
    return day.weekday() < _SATURDAY


def lacking(year: int, days_off: Collection[date]) -> list[date]:
    """Return the fixed days off that a year's list does not hold."""
    return [day for month, number in FIXED if (day := date(year, month, number)) not in days_off]


def is_whole(year: int, days_off: Collection[date]) -> bool:
    """Tell whether a list can be a year's whole notice."""
    return not lacking(year, days_off) and len(days_off) >= LEAST_DAYS_OFF
