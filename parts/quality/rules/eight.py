"""The eight steps of an 8D report: by when, in which order, and what a report needs to go on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: Step → days after a report was taken up by which it is due, unless its owner agrees on another day.
PLAN: Mapping[int, int] = {1: 1, 2: 2, 3: 3, 4: 14, 5: 21, 6: 45, 7: 60, 8: 90}
#: A step rests on others: what is not known cannot be remedied, what is not remedied cannot be closed.
RESTS_ON: Mapping[int, tuple[int, ...]] = {4: (2,), 5: (4,), 6: (5,), 7: (6,), 8: (1, 2, 3, 4, 5, 6, 7)}
#: Which steps a report needs done for its own step.
NEEDED: Mapping[str, tuple[int, ...]] = {"decide": (1, 2, 3, 4), "enforce": (5, 6), "close": (7, 8)}
INTERIM, PERMANENT = "interim", "permanent"
EFFECTIVE, INSUFFICIENT = "effective", "insufficient"


@dataclass(frozen=True)
class Step:
    """A step of an 8D report as it stands."""

    step: int
    text: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True)
class Measure:
    """A measure: interim (until the cause is remedied) or permanent, and from which day it holds.

    ``failed``: it held already when the report went back to the analysis for want of effect;
    ``lifted``: stations were told that it holds no longer.
    """

    kind: str
    in_force_on: date | None
    failed: bool = False
    lifted: bool = False


@dataclass(frozen=True)
class Standing:
    """What is known of a report when headquarters wants to go on with it."""

    steps: Iterable[Step] = ()
    measures: Iterable[Measure] = ()
    responsible_unit: str | None = None
    effect: str | None = None


@dataclass(frozen=True)
class Hindrance:
    """What is missing: its code, the field it belongs to, and the steps it is about."""

    code: str
    field: str | None = None
    steps: tuple[int, ...] = ()


def has_failed(in_force_on: date | None, resumed_on: date, *, written_before: bool) -> bool:
    """Tell whether a measure held when its effect was found wanting; on that very day by which was written first."""
    if in_force_on is None or in_force_on > resumed_on:
        return False
    return in_force_on < resumed_on or written_before


def plan(begun_on: date) -> dict[int, date]:
    """Return by which day each step is due."""
    return {step: begun_on + timedelta(days=days) for step, days in PLAN.items()}


def overdue(steps: Iterable[Step], today: date) -> list[Step]:
    """Return the steps whose day has passed; a step is in time on its day."""
    return [step for step in steps if step.done_on is None and step.due_on < today]


def step_hindrances(step: Step, done: Collection[int], today: date, begun_on: date) -> list[Hindrance]:
    """Say what keeps a step from being kept as it was typed; ``done`` are the steps that are done."""
    found = []
    if step.due_on < begun_on:
        found.append(Hindrance("due_early", "due_on"))
    if step.done_on is None:
        return found
    if not step.text.strip():
        found.append(Hindrance("text_missing", "text"))
    if not begun_on <= step.done_on <= today:
        found.append(Hindrance("done_day", "done_on"))
    open_before = tuple(number for number in RESTS_ON.get(step.step, ()) if number not in done)
    if open_before:
        found.append(Hindrance("rests_on", "done_on", open_before))
    return found


def undone_after(step: int, done: Collection[int]) -> tuple[int, ...]:
    """Return the done steps that rest on this one, directly or by way of others: it cannot be opened before them."""
    found: set[int] = set()
    fresh = {step}
    while fresh:
        fresh = {after for after, before in RESTS_ON.items() if fresh & set(before)} - found
        found |= fresh
    return tuple(sorted(found & set(done)))


def hindrances(action: str, standing: Standing, today: date) -> list[Hindrance]:
    """Say what a report lacks for ``decide`` (measures), ``enforce`` (put in force) or ``close``."""
    missing = _not_done(standing, NEEDED.get(action, ()))
    found = [Hindrance("steps_open", None, missing)] if missing else []
    kinds = {measure.kind for measure in standing.measures if not measure.lifted}
    if action == "decide":
        if not standing.responsible_unit:
            found.append(Hindrance("unit_missing", "responsible_unit"))
        if not kinds:
            found.append(Hindrance("measure_missing"))
    if action in {"enforce", "close"} and not _in_force(standing, today):  # it may have been lifted since
        failed = any(measure.failed and measure.kind == PERMANENT for measure in standing.measures)
        found.append(Hindrance("permanent_failed" if failed else "permanent_missing"))
    if action == "close" and standing.effect != EFFECTIVE:
        found.append(Hindrance("effect_missing", "effect"))
    return found


def effect_hindrances(effect: str, told: str | None, early: str) -> list[Hindrance]:
    """Say what keeps an effect from being stated; ``told`` is what the figures tell (`Effect.told`).

    It helps: only of what is in force (None: nothing is), and before the figures can tell, only with a reason.
    """
    if effect != EFFECTIVE:
        return []
    if told is None:
        return [Hindrance("permanent_missing", "effect")]
    return [Hindrance("early_missing", "early")] if told == "too_early" and not early.strip() else []


def _not_done(standing: Standing, needed: tuple[int, ...]) -> tuple[int, ...]:
    done = {step.step for step in standing.steps if step.done_on is not None}
    return tuple(number for number in needed if number not in done)


def _in_force(standing: Standing, today: date) -> bool:
    """Tell whether a permanent measure holds that was not found wanting."""
    return any(
        measure.kind == PERMANENT and not measure.failed and not measure.lifted
        and measure.in_force_on is not None and measure.in_force_on <= today
        for measure in standing.measures
    )  # fmt: skip
