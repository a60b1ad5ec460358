"""The clocks of a case run in working days and mark 50, 80 and 100 per cent (Art. 28)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.cases.rules.clocks import MARKS, OVERDUE, REPLY, TOLD, clock
from warranty.guarantee.rules.working_days import Calendar, deadline

#: A calendar without holidays, so that a working day is a weekday; one week off in October 2026.
WEEK_OFF = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = Calendar(frozenset({2026}), WEEK_OFF, frozenset({date(2026, 10, 10)}))
MONDAY = date(2026, 11, 2)
LAST = date(2026, 11, 16)  # ten working days later


@pytest.mark.parametrize(
    ("today", "used", "left", "marks"),
    [
        ("2026-11-02", 0, 10, ()),
        ("2026-11-03", 1, 9, ()),
        ("2026-11-06", 4, 6, ()),
        ("2026-11-08", 4, 6, ()),  # a Sunday uses nothing
        ("2026-11-09", 5, 5, (50,)),
        ("2026-11-11", 7, 3, (50,)),
        ("2026-11-12", 8, 2, (50, 80)),
        ("2026-11-13", 9, 1, (50, 80)),
        ("2026-11-16", 10, 0, (50, 80, 100)),
        ("2026-11-17", 10, 0, (50, 80, 100, 101)),  # the day after the last one
        ("2026-12-24", 10, 0, (50, 80, 100, 101)),
    ],
)
def test_marks_are_passed_as_working_days_go_by(today: str, used: int, left: int, marks: tuple[int, ...]) -> None:
    read = clock(CALENDAR, REPLY, MONDAY, LAST, date.fromisoformat(today))
    assert (read.total, read.used, read.left, read.reached, read.mark) == (10, used, left, marks, max(marks, default=0))


def test_the_last_day_is_in_time_and_the_next_is_not() -> None:
    assert not clock(CALENDAR, REPLY, MONDAY, LAST, LAST).late
    assert clock(CALENDAR, REPLY, MONDAY, LAST, LAST + timedelta(days=1)).late


@pytest.mark.parametrize(("done_on", "late"), [(LAST, False), (LAST + timedelta(days=1), True)])
def test_what_is_done_stops_the_clock_and_reaches_no_mark(done_on: date, late: bool) -> None:  # noqa: FBT001
    read = clock(CALENDAR, REPLY, MONDAY, LAST, date(2026, 12, 31), done_on)
    assert (read.runs, read.reached, read.late) == (False, (), late)


def test_holidays_and_make_up_days_are_the_calendars() -> None:
    received = date(2026, 9, 29)
    last = deadline(CALENDAR, received, 4).day
    assert last == date(2026, 10, 10)  # 30 September, 8, 9, and the Saturday that is worked
    read = clock(CALENDAR, REPLY, received, last, date(2026, 10, 7))
    assert (read.total, read.used) == (4, 1)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 30), st.integers(0, 90))
def test_a_clock_never_runs_backwards_nor_beyond_its_end(received: date, days: int, passed: int) -> None:
    last = deadline(CALENDAR, received, days).day
    reads = [clock(CALENDAR, REPLY, received, last, received + timedelta(days=n)) for n in (passed, passed + 1)]
    assert reads[0].total == days
    assert reads[0].percent <= reads[1].percent <= 100
    assert set(reads[0].reached) <= set(reads[1].reached) <= set(MARKS)
    assert (OVERDUE in reads[0].reached) == (received + timedelta(days=passed) > last)
    assert (100 in reads[0].reached) == (received + timedelta(days=passed) >= last)


def test_more_people_are_told_the_later_it_is() -> None:
    told = {mark: {who for who, marks in TOLD.items() if mark in marks} for mark in MARKS}
    assert told[50] == {"dealer"}
    assert told[80] == {"dealer", "region"}
    assert told[100] == told[OVERDUE] == {"dealer", "region", "decider"}
