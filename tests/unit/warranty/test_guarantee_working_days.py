"""Working days by the official calendar: days off, make-up days, years that are not published."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.guarantee.rules.working_days import Calendar, Deadline, deadline, working_days_between
from warranty.guarantee.seeds import published_calendar

NONE = Calendar(frozenset(), frozenset(), frozenset())
#: Of a made-up year only: 1 January (a Thursday) is off, Saturday 3 January is worked.
YEAR = Calendar(frozenset({2026}), frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 3)}))


@pytest.mark.parametrize(
    ("received_on", "number", "last", "provisional"),
    [
        # 2024-05: 1-5 off, Saturday the 11th worked (State Council's notice for 2024).
        (date(2024, 4, 30), 1, date(2024, 5, 6), False),
        (date(2024, 5, 10), 1, date(2024, 5, 11), False),
        (date(2024, 5, 11), 1, date(2024, 5, 13), False),
        # 2023-10-07 and 08, a weekend, were worked after the National Day week.
        (date(2023, 9, 28), 2, date(2023, 10, 8), False),
        # Over a new year: 2023-12-30 to 2024-01-01 off.
        (date(2023, 12, 29), 1, date(2024, 1, 2), False),
        (date(2023, 12, 28), 10, date(2024, 1, 12), False),
    ],
)
def test_deadlines_by_the_published_calendar(received_on: date, number: int, last: date, *, provisional: bool) -> None:
    assert deadline(published_calendar(), received_on, number) == Deadline(last, provisional)


def test_a_deadline_that_steps_into_an_unpublished_year_is_provisional() -> None:
    assert deadline(YEAR, date(2026, 12, 30), 1) == Deadline(date(2026, 12, 31), provisional=False)
    assert deadline(YEAR, date(2026, 12, 30), 2) == Deadline(date(2027, 1, 1), provisional=True)
    assert deadline(YEAR, date(2025, 12, 31), 1) == Deadline(date(2026, 1, 2), provisional=False)
    assert deadline(YEAR, date(2025, 12, 30), 1) == Deadline(date(2025, 12, 31), provisional=True)


def test_days_off_and_make_up_days_hold_in_their_own_year_only() -> None:
    assert not YEAR.works(date(2026, 1, 1))
    assert YEAR.works(date(2026, 1, 3))
    assert not YEAR.works(date(2026, 1, 4))
    stray = Calendar(frozenset(), frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 3)}))
    assert stray.works(date(2026, 1, 1))
    assert not stray.works(date(2026, 1, 3))


def test_without_a_calendar_monday_to_friday_are_worked() -> None:
    assert [NONE.works(date(2030, 7, day)) for day in range(1, 8)] == [True] * 5 + [False] * 2
    assert deadline(NONE, date(2030, 7, 5), 1) == Deadline(date(2030, 7, 8), provisional=True)


def test_no_days_end_on_the_day_itself() -> None:
    assert deadline(NONE, date(2030, 7, 6), 0) == Deadline(date(2030, 7, 6), provisional=False)


@given(st.dates(date(2013, 10, 1), date(2025, 6, 30)), st.integers(1, 40))
def test_a_deadline_has_its_number_of_working_days_and_ends_on_one(received_on: date, number: int) -> None:
    found = deadline(published_calendar(), received_on, number)
    days = [received_on + timedelta(days=n) for n in range(1, (found.day - received_on).days + 1)]
    assert sum(chinese_calendar.is_workday(day) for day in days) == number
    assert chinese_calendar.is_workday(found.day)
    assert working_days_between(published_calendar(), received_on, found.day) == number
    assert working_days_between(published_calendar(), received_on, found.day - timedelta(days=1)) == number - 1


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert working_days_between(NONE, date(2030, 7, 5), date(2030, 7, 5)) == 0
    assert working_days_between(NONE, date(2030, 7, 5), date(2030, 7, 1)) == 0


def test_the_published_calendar_knows_each_year_since_the_first_order() -> None:
    assert published_calendar().years >= set(range(2013, 2027))
    assert all(day.weekday() >= 5 for day in published_calendar().working_weekends)
