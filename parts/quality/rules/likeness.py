"""Which reports are about the same thing: by part and what replaced it, failure, model, batch and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

#: What each likeness is worth; from `LEAST` on a report is shown.
PART, FAMILY, MODE, MODEL, BATCH, WORDS = 40, 32, 15, 10, 15, 40
LEAST = 30
#: A batch of parts is fitted over some weeks: cars built so many weeks apart may have the same one.
NEAR_WEEKS = 2


@dataclass(frozen=True)
class Traits:
    """What a report is about. ``week`` is the production week of its cars, ``2026-W18``."""

    part: str | None = None
    failure_mode: str | None = None
    model_id: int | None = None
    week: str | None = None


@dataclass(frozen=True)
class Likeness:
    """How alike a report is: points, and by what (``part``, ``family``, ``mode``, ``model``, ``batch``, ``words``)."""

    points: int
    reasons: tuple[str, ...]


def week_of(day: date) -> str:
    """Return a day's ISO week as ``2026-W18``: how a batch (生产周) is written."""
    year, week, _weekday = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def known_week(text: str) -> date | None:
    """Return the Monday of a week written as ``2026-W18``; None of anything else."""
    year, mark, week = text.partition("-W")
    if not (mark and len(year) == 4 and len(week) == 2 and (year + week).isascii() and (year + week).isdigit()):  # noqa: PLR2004
        return None
    try:
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None


def weigh_terms(counts: Mapping[str, int], reports: int) -> dict[str, int]:
    """Weigh terms by how rare they are: one that stands in every report is worth 1, each halving one more.

    ``counts`` says in how many of the ``reports`` each term stands; single characters say nothing.
    """
    return {
        term: max((2 * reports // count).bit_length() - 1, 1)
        for term, count in counts.items()
        if count and len(term) > 1
    }


def likeness(mine: Traits, other: Traits, family: Iterable[str], shared: int, whole: int) -> Likeness:
    """Compare a report with another one.

    ``family`` are the numbers that replace, or were replaced by, this report's part; ``shared`` is the
    weight of the terms that both have, ``whole`` that of all terms of this report.
    """
    words = WORDS * min(shared, whole) // whole if whole > 0 else 0
    points = {
        "part": PART * (mine.part is not None and mine.part == other.part),
        "family": FAMILY * (mine.part != other.part and other.part in set(family)),
        "mode": MODE * (mine.failure_mode is not None and mine.failure_mode == other.failure_mode),
        "model": MODEL * (mine.model_id is not None and mine.model_id == other.model_id),
        "batch": BATCH * _near(mine.week, other.week),
        "words": words,
    }
    told = tuple(name for name, value in points.items() if value > (WORDS // 4 if name == "words" else 0))
    return Likeness(sum(points.values()), told)


def _near(one: str | None, other: str | None) -> bool:
    first, second = known_week(one or ""), known_week(other or "")
    return first is not None and second is not None and abs((first - second).days) <= 7 * NEAR_WEEKS
