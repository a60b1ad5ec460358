"""Reports about the same thing, found by part, failure, batch and words; and the parts of one chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.fitment import LONGEST_CHAIN
from parts.quality.models import QualityReport, QualityTerm
from parts.quality.rules.likeness import LEAST, Likeness, Traits, likeness, weigh_terms
from parts.quality.rules.terms import terms, wanted

#: The rarest terms of a report that others are looked for by, and how many others are compared.
MOST_TERMS, MOST_COMPARED, MOST_SHOWN = 40, 400, 12
#: A draft is nobody's report yet, and a withdrawn one no longer.
UNFIT = ("draft", "withdrawn")


@dataclass(frozen=True)
class Similar:
    """A report that is like another one, and by what."""

    number: str
    title: str
    state: str
    part_number: str | None
    responsible_unit: str | None
    found: Likeness


def family(session: Session, number: str | None) -> tuple[str, ...]:
    """Return a part's number and every number that replaced it or that it replaced, by however many steps."""
    if not number:
        return ()
    known, fresh = {number}, {number}
    while fresh and len(known) <= LONGEST_CHAIN:
        rows = session.execute(
            select(Part.number, Part.superseded_by).where(
                Part.superseded_by.is_not(None), or_(Part.number.in_(fresh), Part.superseded_by.in_(fresh))
            )
        )
        fresh = {one for row in rows for one in row} - known
        known |= fresh
    return tuple(sorted(known))


def holds(text: str) -> ColumnElement[bool]:
    """Return the condition that a report holds all that was typed; two characters are as good as twenty."""
    conditions = []
    for term, whole in wanted(text):
        match = QualityTerm.term == term if whole else QualityTerm.term.startswith(term, autoescape=True)
        conditions.append(QualityReport.id.in_(select(QualityTerm.report_id).where(match)))
    return and_(*conditions) if conditions else QualityReport.number == text


def similar(session: Session, report: QualityReport) -> list[Similar]:
    """Return the reports most like this one, in the session's scope."""
    weights, whole = _weights(session, report)
    shared = _shared(session, report.id, weights)
    chain = family(session, report.part_number)
    mine = _traits(report)
    about: list[ColumnElement[bool]] = [QualityReport.part_number.in_(chain)] if chain else []
    if report.failure_mode and report.model_id is not None:
        about.append(and_(QualityReport.failure_mode == report.failure_mode, QualityReport.model_id == report.model_id))
    best = sorted(shared, key=lambda key: -shared[key])[:MOST_COMPARED]
    rows = session.scalars(
        select(QualityReport)
        .where(QualityReport.id != report.id, QualityReport.state.not_in(UNFIT),
               or_(QualityReport.id.in_(best), *about))
        .order_by(QualityReport.id.desc()).limit(MOST_COMPARED)
    )  # fmt: skip
    found = [
        Similar(row.number, row.title, row.state, row.part_number, row.responsible_unit,
                likeness(mine, _traits(row), chain, shared.get(row.id, 0), whole))
        for row in rows
    ]  # fmt: skip
    alike = sorted((one for one in found if one.found.points >= LEAST), key=lambda one: -one.found.points)
    return alike[:MOST_SHOWN]


def _traits(report: QualityReport) -> Traits:
    return Traits(report.part_number, report.failure_mode, report.model_id, report.produced_week)


def _weights(session: Session, report: QualityReport) -> tuple[dict[str, int], int]:
    """Weigh the rarest terms that others have too, and what the rarest of all weigh together.

    A report's number is no word about its failure. A term that no other report has finds none: a long
    report is full of them.
    """
    mine = select(QualityTerm.term).where(QualityTerm.report_id == report.id)
    counts: Any = session.execute(
        select(QualityTerm.term, func.count()).where(QualityTerm.term.in_(mine)).group_by(QualityTerm.term)
    )
    reports = session.scalar(select(func.count(func.distinct(QualityTerm.report_id)))) or 0
    said = {row[0]: row[1] for row in counts if row[0] not in terms(report.number)}
    weights = weigh_terms(said, reports)
    rarest = sorted(weights, key=lambda term: (-weights[term], term))
    whole = sum(weights[term] for term in rarest[:MOST_TERMS])
    return {term: weights[term] for term in [one for one in rarest if said[one] > 1][:MOST_TERMS]}, whole


def _shared(session: Session, report_id: int, weights: dict[str, int]) -> dict[int, int]:
    """Return what other reports have of these terms: report → weight."""
    found: dict[int, int] = {}
    if not weights:
        return found
    rows = session.execute(
        select(QualityTerm.report_id, QualityTerm.term)
        .where(QualityTerm.term.in_(weights), QualityTerm.report_id != report_id)
    )  # fmt: skip
    for other, term in rows:
        found[other] = found.get(other, 0) + weights[term]
    return found
