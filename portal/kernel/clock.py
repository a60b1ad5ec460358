"""Time: moments come in as ``now``, are kept in UTC and shown and reckoned in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Return the present moment. Only the edges (views, jobs, command line) ask for it."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return the moment as the wall clock in China shows it; a naive one is an error."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(ZONE)


def local_date(moment: datetime) -> date:
    """Return the calendar day of the moment in China."""
    return local(moment).date()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the UTC moment of a wall-clock time in China."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def day_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return [start, end) in UTC for the days ``first`` to ``last``, both included."""
    return at(first), at(last + timedelta(days=1))


def within(typed: datetime, earliest: datetime, now: datetime) -> datetime | None:
    """Return a typed moment as it is kept, None if it lies before ``earliest`` or after ``now``.

    Forms give minutes, events have seconds: what is typed for the minute of ``earliest`` is kept as ``earliest``.
    """
    if typed.replace(second=0, microsecond=0) < earliest.replace(second=0, microsecond=0):
        return None
    kept = max(typed, earliest)
    return kept if kept <= now else None


def known_day(day: date) -> bool:
    """Tell whether a day that was typed can be meant: nothing here is older than 1900 or later than 2199."""
    return 1900 <= day.year < 2200  # noqa: PLR2004  (the centuries in which cars are repaired)


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return [start, end) in UTC of a month written ``2026-11``."""
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return at(date(year, number, 1)), at(following)


def month_of(moment: datetime) -> str:
    """Return the month of the moment in China, written ``2026-11``."""
    return local(moment).strftime("%Y-%m")
