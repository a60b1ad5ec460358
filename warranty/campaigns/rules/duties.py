"""What the Recall Regulation asks of the maker, and until when.

The duties are the regulation's (State Council Order 626 of 2012 as amended in 2019); it leaves the
days of all but one to the ministry's rules (Arts. 16 and 20), which are the Implementing Measures
(实施办法, AQSIQ Order 176 of 2015 as amended in 2020). Working days are counted by the official calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dealers.vehicles.rules import period_end
from warranty.guarantee.rules.working_days import Calendar, deadline

OBJECTION, PLAN, SELLERS, PUBLISH, OWNERS, PHASE, FINAL = (
    "objection", "plan", "sellers", "publish", "owners", "phase", "final",
)  # fmt: skip
#: Working days, by duty; by the Measures, but the objection's, which are the regulation's own (Art. 15).
WORKING_DAYS = {OBJECTION: 15, PLAN: 5, SELLERS: 0, PUBLISH: 5, OWNERS: 30, FINAL: 15}
#: A phase report every so many months of the recall.
PHASE_MONTHS = 3
#: The article of the regulation that asks for it.
ARTICLES = {OBJECTION: 15, PLAN: 16, SELLERS: 17, PUBLISH: 18, OWNERS: 18, PHASE: 20, FINAL: 20}


@dataclass(frozen=True)
class Recall:
    """The days of a recall that the duties are counted from, and on which they were done.

    ``reports``: the phase reports that were made, by number.
    """

    notice_on: date | None = None  # the authority's notice that the maker may object to
    confirmed_on: date | None = None  # the defect was confirmed, or the recall ordered
    filed_on: date | None = None
    opened_on: date | None = None
    published_on: date | None = None
    owners_told_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    reports: dict[int, date] = field(default_factory=dict)
    final_on: date | None = None


@dataclass(frozen=True)
class Duty:
    """One duty with its last day. ``provisional``: a year it needed has no published calendar yet."""

    key: str
    due: date
    provisional: bool = False
    done_on: date | None = None
    number: int = 0

    @property
    def article(self) -> int:
        """The article of the regulation."""
        return ARTICLES[self.key]

    def state(self, today: date) -> str:
        """Return ``done``, ``late`` (done after its day), ``overdue`` or ``due``."""
        if self.done_on is not None:
            return "late" if self.done_on > self.due else "done"
        return "overdue" if today > self.due else "due"


def duties(recall: Recall, calendar: Calendar, today: date) -> tuple[Duty, ...]:
    """List the duties whose beginning is known, in the order of their days."""
    counted = (
        (OBJECTION, recall.notice_on, recall.confirmed_on),
        (PLAN, recall.confirmed_on, recall.filed_on),
        (SELLERS, recall.filed_on, recall.opened_on),
        (PUBLISH, recall.filed_on, recall.published_on),
        (OWNERS, recall.filed_on, recall.owners_told_on),
        (FINAL, recall.ends_on, recall.final_on),
    )
    found = []
    for key, begin, done_on in counted:
        if begin is not None:
            last = deadline(calendar, begin, WORKING_DAYS[key])
            found.append(Duty(key, last.day, last.provisional, done_on))
    return tuple(sorted([*found, *_phases(recall, today)], key=lambda duty: duty.due))


def _phases(recall: Recall, today: date) -> Iterator[Duty]:
    """Yield every phase report up to the next one; none is asked for after the recall's last day."""
    if recall.starts_on is None:
        return
    number = 1
    while True:
        due = period_end(recall.starts_on, PHASE_MONTHS * number)
        over = recall.ends_on is not None and due > recall.ends_on
        if number not in recall.reports and (over or recall.final_on is not None):
            return
        yield Duty(PHASE, due, done_on=recall.reports.get(number), number=number)
        if due > today and number not in recall.reports:
            return
        number += 1


def days_problems(recall: Recall) -> Iterator[tuple[str, str]]:
    """Yield (field, earlier field) where a day is before the one that it must follow."""
    chain = (
        ("filed_on", "confirmed_on"), ("published_on", "filed_on"), ("owners_told_on", "filed_on"),
        ("ends_on", "starts_on"),
    )  # fmt: skip
    for later, earlier in chain:
        first, second = getattr(recall, earlier), getattr(recall, later)
        if first is not None and second is not None and second < first:
            yield later, earlier
