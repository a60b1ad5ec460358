"""The claims before a measure and after it, from whoever counts claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.quality.models import QualityMeasure, QualityReport
from parts.quality.ports import Builds, Failure, claim_figures
from parts.quality.queries.similar import family
from parts.quality.rules.effect import Effect, Month, months_around, weigh


@dataclass(frozen=True)
class Figures:
    """What a measure's effect is told by: months of claims around its day, and cars built before and since."""

    since: date
    months: tuple[Month, ...]
    effect: Effect
    builds: Builds


def measure_day(session: Session, report_id: int) -> date | None:
    """Return the first day of a permanent measure, else that of any; None while none is in force."""
    first = func.min(QualityMeasure.in_force_on)
    mine = select(first).where(QualityMeasure.report_id == report_id)
    return session.scalar(mine.where(QualityMeasure.kind == "permanent")) or session.scalar(mine)


def effect_figures(session: Session, report: QualityReport, today: date) -> Figures | None:
    """Return the figures around a report's measure, in headquarters' session; None while none is in force."""
    since = measure_day(session, report.id)
    if since is None or since > today:
        return None
    failure = Failure(family(session, report.part_number), report.failure_mode, report.model_id)
    counted = claim_figures()
    months = counted.by_month(session, failure, months_around(since, today))
    return Figures(since, tuple(months), weigh(months, since), counted.by_build(session, failure, since, today))
