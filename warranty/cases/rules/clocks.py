"""The clocks of a case: the days to reply and to complete, and when they are escalated (Art. 28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from warranty.guarantee.rules.working_days import Calendar, working_days_between

REPLY, COMPLETION = "reply", "completion"
#: Per cent of a clock at which it is told to more people.
ESCALATED_AT = (50, 80, 100)
#: The mark of a clock whose last day is over.
OVERDUE = 101
MARKS = (*ESCALATED_AT, OVERDUE)
#: Who is told at which mark: the dealer, its region, and headquarters' people who decide cases.
TOLD = {"dealer": MARKS, "region": (80, 100, OVERDUE), "decider": (100, OVERDUE)}


@dataclass(frozen=True, slots=True)
class Clock:
    """Working days of one duty: ``total`` granted by the order, ``used`` up to and including today.

    ``done_on`` stops it; ``last`` is the last lawful day.
    """

    name: str
    last: date
    total: int
    used: int
    today: date
    done_on: date | None = None

    @property
    def percent(self) -> int:
        """Return the share that is used up, in whole per cent; 100 on the last day, never more."""
        return min(100, self.used * 100 // self.total)

    @property
    def left(self) -> int:
        """Return the working days after today that are left."""
        return max(0, self.total - self.used)

    @property
    def runs(self) -> bool:
        """Tell whether the duty is not done yet."""
        return self.done_on is None

    @property
    def late(self) -> bool:
        """Tell whether the last day went by, or was over when the duty was done."""
        return (self.done_on or self.today) > self.last

    @property
    def reached(self) -> tuple[int, ...]:
        """Return the marks that a running clock has passed; `OVERDUE` beyond its last day."""
        if not self.runs:
            return ()
        return tuple(mark for mark in MARKS if (self.late if mark == OVERDUE else self.percent >= mark))

    @property
    def mark(self) -> int:
        """Return the highest mark passed, nought before the first."""
        return max(self.reached, default=0)


def clock(
    calendar: Calendar, name: str, received_on: date, last: date, today: date, done_on: date | None = None
) -> Clock:
    """Read a clock: working days after the day of receipt, by the official calendar."""
    total = max(1, working_days_between(calendar, received_on, last))
    used = working_days_between(calendar, received_on, min(done_on or today, last))
    return Clock(name, last, total, used, today, done_on)
