"""Working days by the official calendar, with its make-up working days.

A year's calendar is published in the November before it. In a year that is not published yet
Monday to Friday are taken for working days, and what was reckoned with it is provisional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Days off and make-up working days of the years whose notice is known."""

    years: frozenset[int]
    days_off: frozenset[date]
    working_weekends: frozenset[date]

    def works(self, day: date) -> bool:
        """Tell whether a day is a working day; in an unpublished year its weekday decides."""
        if day.year in self.years:
            if day in self.working_weekends:
                return True
            if day in self.days_off:
                return False
        return day.weekday() < _SATURDAY


@dataclass(frozen=True)
class Deadline:
    """The last day of a number of working days. ``provisional``: a year it needed is not published."""

    day: date
    provisional: bool


def deadline(calendar: Calendar, received_on: date, working_days: int) -> Deadline:
    """Count working days after the day of receipt; the day itself does not count."""
    day, left, years = received_on, working_days, set[int]()
    while left:
        day += _DAY
        years.add(day.year)
        left -= calendar.works(day)
    return Deadline(day, not years <= calendar.years)


def working_days_between(calendar: Calendar, after: date, last: date) -> int:
    """Count the working days after a day up to another one, included; nought when it is not later."""
    return sum(calendar.works(after + timedelta(days=n)) for n in range(1, (last - after).days + 1))
