"""Visits reckoned: days in repair, inside or outside the periods, and the counters the law keeps.

Single repair time (Order 43, Art. 40): every full 24 hours is a day, a remainder is a day. A visit
belongs to a period by the day and the odometer of its beginning, and then counts whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from dealers.vehicles.rules import period_end
from warranty.guarantee.rules.facts import ZONE, Certificate, Job, Sale, Term, Visit
from warranty.guarantee.rules.regimes import Ground, Regime, starts_on

Key = TypeVar("Key")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_HOUR_MICROSECONDS, _DAY_MICROSECONDS = _HOUR // _MICROSECOND, _DAY // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Span:
    """A period in force from ``start`` to ``end`` and up to ``km``, all included."""

    start: date
    end: date
    km: int

    def holds(self, day: date, km: int) -> bool:
        """Tell whether a day and an odometer reading are inside."""
        return self.start <= day <= self.end and km <= self.km


def span(start: date, term: Term) -> Span:
    """Return the period of months; the first day does not count (Civil Code Art. 201, 202)."""
    return Span(start, period_end(start, term.months), term.km)


class Counted(NamedTuple):
    """A visit as the law counts it; ``days`` are Art. 24's. A tuple, since a network has millions of them."""

    visit: Visit
    day: date
    in_guarantee: bool
    in_repair: bool
    jobs: tuple[Job, ...]  # those that count
    days: int
    substitute_from: datetime | None

    @property
    def counts(self) -> bool:
        """Tell whether a job of it counts."""
        return bool(self.jobs)


def days_between(start: datetime, end: datetime, excluded: Sequence[Decimal] = ()) -> int:
    """Return days in repair: full days of 24 hours and one for a remainder, less excluded hours.

    Never below zero. Exact to the microsecond; hours are decimal, not binary.
    """
    spent: Decimal | int = (end - start) // _MICROSECOND
    if excluded:
        spent = max(Decimal(0), spent - sum(excluded) * _HOUR_MICROSECONDS)
    whole, rest = divmod(spent, _DAY_MICROSECONDS)
    return int(whole) + (1 if rest > 0 else 0)


def known_at(visits: Iterable[Visit], moment: datetime) -> tuple[Visit, ...]:
    """Return visits begun before a moment as they stood at it: one that ended later is still open.

    Whether an open visit's repair will hold is not known yet.
    """
    return tuple(
        [
            visit
            if visit.completed_at is None or visit.completed_at <= moment
            else visit._replace(completed_at=None, jobs=tuple(job._replace(resolved=None) for job in visit.jobs))
            for visit in visits
        ]
    )


@dataclass(frozen=True, slots=True)
class Periods:
    """The car's periods under its regime."""

    starts_on: date
    guarantee: Span
    repair: Span


def periods(regime: Regime, sale: Sale, certificate: Certificate) -> Periods:
    """Return the periods that the certificate promises, from the day the order says."""
    start = starts_on(regime, sale)
    return Periods(start, span(start, certificate.guarantee), span(start, certificate.repair))


def count_visits(regime: Regime, when: Periods, visits: Iterable[Visit], until: datetime) -> tuple[Counted, ...]:
    """Reckon every visit, in the order of agreement (then of id, so that the input's order is nothing)."""
    ordered = sorted(visits, key=lambda visit: (visit.agreed_at, visit.id))
    return tuple(_counted(regime, when, visit, until) for visit in ordered)


def _counted(regime: Regime, when: Periods, visit: Visit, until: datetime) -> Counted:
    agreed_at = visit.agreed_at.astimezone(ZONE)
    day = agreed_at.date()
    end = visit.completed_at or until
    jobs = tuple([job for job in visit.jobs if job.counts])
    excluded = [hours for kind, hours in visit.excluded_hours if kind in regime.excluded_kinds]
    in_repair = when.repair.holds(day, visit.odometer_km)
    waited = regime.substitute_after_days * _DAY
    due = bool(jobs) and in_repair and end - visit.agreed_at > waited
    return Counted(
        visit, day, when.guarantee.holds(day, visit.odometer_km), in_repair, jobs,
        days_between(visit.agreed_at, end, excluded),
        agreed_at + waited if due else None,
    )  # fmt: skip


Places = list[int]  # positions in the tally's visits, ascending


@dataclass(slots=True)
class Tally:
    """Counting visits inside the guarantee period, and where each thing happened among them."""

    visits: list[Counted] = field(default_factory=list)
    repair_days: int = 0
    problems: dict[str, Places] = field(default_factory=dict)
    serious: Places = field(default_factory=list)
    assemblies: dict[str, Places] = field(default_factory=dict)  # replaced
    parts: dict[tuple[str, str], Places] = field(default_factory=dict)  # main parts replaced
    component_jobs: dict[str, Places] = field(default_factory=dict)
    part_jobs: dict[tuple[str, str], Places] = field(default_factory=dict)

    def counters(self) -> dict[str, object]:
        """Return the counters as the contract has them."""
        return {
            "repair_days": self.repair_days,
            "same_problem": {key: len(places) for key, places in sorted(self.problems.items())},
            "serious_safety_repairs": len(self.serious),
            "assembly_replacements": {key: len(places) for key, places in sorted(self.assemblies.items())},
            "main_part_replacements": {f"{one}/{part}": len(at) for (one, part), at in sorted(self.parts.items())},
        }

    def ids(self, places: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of visits by their places."""
        return tuple([self.visits[place].visit.id for place in places])


def tally(regime: Regime, certificate: Certificate, visits: Iterable[Counted]) -> Tally:
    """Count what the law counts, over counting visits inside the guarantee period."""
    result = Tally()
    for counted in visits:
        if counted.in_guarantee and counted.jobs:
            _add(result, counted, regime, certificate)
    return result


def _add(result: Tally, counted: Counted, regime: Regime, certificate: Certificate) -> None:
    place = len(result.visits)
    result.visits.append(counted)
    result.repair_days += counted.days
    whole = {job.component for job in counted.jobs if replaces_assembly(job, regime)}
    for assembly in whole:
        _note(result.assemblies, assembly, place)
    for job in counted.jobs:
        _note(result.problems, job.problem, place)
        _note(result.component_jobs, job.component, place)
        if job.serious_safety and place not in result.serious[-1:]:
            result.serious.append(place)
        if job.part is None:
            continue
        key = (job.component, job.part)
        _note(result.part_jobs, key, place)
        # Art. 24(2): a main part that went with its whole assembly is not counted again.
        if job.action == "replace_part" and job.component not in whole and is_main_part(job, regime, certificate):
            _note(result.parts, key, place)


def _note(table: dict[Key, Places], key: Key, place: int) -> None:
    places = table.setdefault(key, [])
    if place not in places[-1:]:
        places.append(place)


def replaces_assembly(job: Job, regime: Regime) -> bool:
    """Tell whether the job replaced a whole assembly that the order knows."""
    return job.action == "replace_assembly" and job.component in regime.assemblies


def is_main_part(job: Job, regime: Regime, certificate: Certificate) -> bool:
    """Tell whether the job is about a main part that the maker declares under a component the order knows."""
    return job.component in regime.components and job.part in certificate.main_parts.get(job.component, ())


def early(ground: Ground, when: Periods, visits: Sequence[Counted]) -> Iterator[tuple[int, Counted]]:
    """Yield a tally's visits, with their places, that began in the first days and kilometres of an early ground."""
    last = date.max if ground.within_days is None else when.starts_on + timedelta(days=ground.within_days)
    for place, counted in enumerate(visits):
        if counted.day > last:  # and all after it
            return
        if ground.within_km is None or counted.visit.odometer_km <= ground.within_km:
            yield place, counted
