"""Measures that headquarters published: what every station may read, and what it has read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from parts.quality.models import QualityMeasure, QualityMeasureRead, QualityReport
from parts.quality.queries.similar import family
from portal.kernel.access import Actor


def published(session: Session, parts: Sequence[str], actor: Actor, *, lifted: bool = False) -> list[Any]:
    """Return the published measures about parts or what they replace, the newest first, and whether they were read.

    ``lifted``: those that hold no longer, too.
    """
    numbers = {number for part in parts for number in family(session, part)}
    if not numbers:
        return []
    statement = _with_reading(actor).where(QualityMeasure.part_number.in_(numbers))
    if not lifted:
        statement = statement.where(QualityMeasure.lifted_at.is_(None))
    return list(session.execute(statement.order_by(QualityMeasure.published_at.desc(), QualityMeasure.id.desc())))


def _with_reading(actor: Actor) -> Select[*tuple[Any, ...]]:
    mine = and_(
        QualityMeasureRead.measure_id == QualityMeasure.id,
        QualityMeasureRead.dealer_id == (0 if actor.dealer_id is None else actor.dealer_id),
    )
    return (
        select(
            QualityMeasure.id, QualityMeasure.kind, QualityMeasure.text, QualityMeasure.in_force_on,
            QualityMeasure.part_number, QualityMeasure.part_name, QualityMeasure.failure_mode,
            QualityMeasure.published_at, QualityMeasure.lifted_at, QualityMeasureRead.read_by,
            QualityMeasureRead.read_at, _to_read().label("to_read"),
        )
        .outerjoin(QualityMeasureRead, mine).where(QualityMeasure.published_at.is_not(None))
    )  # fmt: skip


def _to_read() -> ColumnElement[bool]:
    """Return the condition that a station has yet to say that it read a measure, or that it is lifted.

    What was lifted before it was read asks for nothing.
    """
    never = and_(QualityMeasureRead.id.is_(None), QualityMeasure.lifted_at.is_(None))
    return or_(never, func.coalesce(QualityMeasureRead.read_at < QualityMeasure.lifted_at, false()))


#: Measures on one page to read.
MOST = 50


def unread_measures(session: Session, actor: Actor) -> list[Any]:
    """Return the published measures that nobody of the station has read as they are now, the newest first."""
    statement = _with_reading(actor).where(_to_read())
    return list(session.execute(statement.order_by(QualityMeasure.id.desc()).limit(MOST)))


def unread(session: Session, actor: Actor, _now: Any) -> int:
    """Count the published measures that nobody of the station has read as they are now."""
    statement = _with_reading(actor).where(_to_read()).subquery()
    return session.scalar(select(func.count()).select_from(statement)) or 0


def fresh_news() -> ColumnElement[bool]:
    """Return the condition that headquarters said something since the station last looked."""
    looked = and_(QualityReport.seen_at.is_not(None), QualityReport.seen_at >= QualityReport.news_at)
    return and_(QualityReport.news_at.is_not(None), ~looked)


def news(session: Session, _actor: Actor, _now: Any) -> int:
    """Count the station's reports about which headquarters said something since it was last seen."""
    return session.scalar(select(func.count()).select_from(QualityReport).where(fresh_news())) or 0
