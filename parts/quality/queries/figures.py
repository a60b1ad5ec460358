"""The claims before a measure and after it, from whoever counts claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from parts.quality.models import QualityReport
from parts.quality.ports import Builds, Failure, claim_figures
from parts.quality.queries.reports import failed_measures, measures_of
from parts.quality.queries.similar import family
from parts.quality.rules.effect import Effect, Month, months_around, weigh
from parts.quality.rules.eight import PERMANENT
from portal.kernel.lifecycle import history


@dataclass(frozen=True)
class Figures:
    """What a measure's effect is told by: months of claims around its day, and cars built before and since."""

    since: date
    months: tuple[Month, ...]
    effect: Effect
    builds: Builds
    early: str = ""  # why it was judged before the months could tell


def measure_day(session: Session, report: QualityReport) -> date | None:
    """Return the first day of a permanent measure, else that of any; None while none is in force.

    Those that were found wanting or lifted are left out: what came after them is to be told by its own day.
    """
    known = measures_of(session, report.id, published=False)
    failed = failed_measures(known, history(session, report))
    holding = [one for one in known if one.lifted_at is None and one.id not in failed]
    days = [(one.kind, one.in_force_on) for one in holding if one.in_force_on is not None]
    permanent = [day for kind, day in days if kind == PERMANENT]
    return min(permanent or [day for _kind, day in days], default=None)


def effect_figures(session: Session, report: QualityReport, today: date) -> Figures | None:
    """Return the figures around a report's measure, in headquarters' session; None while none is in force."""
    since = measure_day(session, report)
    if since is None or since > today:
        return None
    failure = Failure(family(session, report.part_number), report.failure_mode, report.model_id)
    counted = claim_figures()
    months = counted.by_month(session, failure, months_around(since, today))
    return Figures(since, tuple(months), weigh(months, since), counted.by_build(session, failure, since, today))
