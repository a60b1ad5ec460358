"""Which lines a car has crossed: one function a kind of line, none of which knows an order.

Each returns `Crossed` rows: the line, what it is about (a problem, an assembly, a part), and the
visits that make it true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from warranty.guarantee.rules.counting import Periods, Tally, early, is_main_part, replaces_assembly
from warranty.guarantee.rules.facts import Certificate, Job
from warranty.guarantee.rules.regimes import Ground, Regime


@dataclass(frozen=True, slots=True)
class Crossed:
    """A line that is crossed. ``key`` names the problem, assembly or ``component/part``; None: the car."""

    ground: Ground
    key: str | None
    value: int  # the counter's value; visits for early lines
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the kinds look at."""

    regime: Regime
    certificate: Certificate
    when: Periods
    tally: Tally


def crossings(seen: Seen) -> list[Crossed]:
    """Return every line crossed, in the order's own sequence, then by key."""
    return [crossed for ground in seen.regime.grounds for crossed in _KINDS[ground.kind](ground, seen)]


def _early(ground: Ground, seen: Seen, meant: Callable[[Job], bool]) -> Iterator[Crossed]:
    places = tuple(
        place
        for place, counted in early(ground, seen.when, seen.tally.visits)
        if any(meant(job) for job in counted.jobs)
    )
    if places:
        yield Crossed(ground, None, len(places), places)


def _early_main_part(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    def meant(job: Job) -> bool:
        return job.component in ground.components and is_main_part(job, seen.regime, seen.certificate)

    return _early(ground, seen, meant)


def _early_replacement(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    def meant(job: Job) -> bool:
        if job.component not in ground.components:
            return False
        part = job.action == "replace_part" and is_main_part(job, seen.regime, seen.certificate)
        return part or replaces_assembly(job, seen.regime)

    return _early(ground, seen, meant)


def _early_effect(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    return _early(ground, seen, lambda job: job.effect in ground.effects)


def _serious_safety(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    places = seen.tally.serious
    after = _still_wrong(ground, seen.tally, places, places, lambda job: job.serious_safety)
    if after is not None:
        yield Crossed(ground, None, len(places), after)


def _assembly(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    for assembly, places in sorted(seen.tally.assemblies.items()):
        if assembly not in ground.components:
            continue

        def replaced(job: Job, assembly: str = assembly) -> bool:
            return job.component == assembly and replaces_assembly(job, seen.regime)

        after = _still_wrong(ground, seen.tally, places, seen.tally.component_jobs[assembly], replaced)
        if after is not None:
            yield Crossed(ground, assembly, len(places), after)


def _main_part(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    for (component, part), places in sorted(seen.tally.parts.items()):
        if component not in ground.components:
            continue

        def replaced(job: Job, key: tuple[str, str] = (component, part)) -> bool:
            return (job.component, job.part) == key and job.action == "replace_part"

        after = _still_wrong(ground, seen.tally, places, seen.tally.part_jobs[component, part], replaced)
        if after is not None:
            yield Crossed(ground, f"{component}/{part}", len(places), after)


def _days(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    if seen.tally.repair_days > ground.limit:
        places = tuple(place for place, counted in enumerate(seen.tally.visits) if counted.days)
        yield Crossed(ground, None, seen.tally.repair_days, places)


def _times(ground: Ground, seen: Seen) -> Iterator[Crossed]:
    for problem, places in sorted(seen.tally.problems.items()):
        if len(places) > ground.limit:
            yield Crossed(ground, problem, len(places), tuple(places))


def _still_wrong(
    ground: Ground, counted: Tally, done: list[int], touched: Iterable[int], meant: Callable[[Job], bool]
) -> tuple[int, ...] | None:
    """Return the visits of "done so often, and still not right", or None.

    Still not right: the last of the ``limit`` visits left it unresolved, or a later visit was about
    it again. ``meant`` tells the jobs of that last visit that were to cure it.
    """
    if len(done) < ground.limit:
        return None
    last = done[ground.limit - 1]
    unresolved = any(meant(job) and job.resolved is False for job in counted.visits[last].jobs)
    again = [place for place in touched if place > last]
    if not unresolved and not again:
        return None
    return tuple(sorted({*done, *again}))


_KINDS: dict[str, Callable[[Ground, Seen], Iterator[Crossed]]] = {
    "early_main_part": _early_main_part,
    "early_replacement": _early_replacement,
    "early_effect": _early_effect,
    "serious_safety": _serious_safety,
    "assembly": _assembly,
    "main_part": _main_part,
    "days": _days,
    "times": _times,
}
