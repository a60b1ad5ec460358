"""Measures against a failure: written down, published to every station, read by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.quality.models import QualityMeasure, QualityMeasureRead, QualityReport
from parts.quality.queries.reports import find_report, measures_of
from parts.quality.rules.eight import EFFECTIVE, PERMANENT
from parts.quality.services.load import locked_report, refuse_unless, tell
from parts.quality.states import LEADING, WORKED
from parts.quality.words import KINDS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED, locked

TEXT_LENGTH, REASON_LENGTH = 2_000, 1_000


@dataclass(frozen=True)
class MeasureText:
    """A measure as it is typed."""

    kind: str
    text: str
    in_force_on: date | None


def add_measure(
    session: Session, number: str, typed: MeasureText, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityMeasure:
    """Write down an interim or permanent measure and from which day it holds."""
    require(actor, Permission.QUALITY_HANDLE)
    report = locked_report(session, number, now, expected_version)
    refuse_unless(report, WORKED)
    faults = _faults(typed)
    if faults:
        raise DomainError(*faults)
    found = QualityMeasure(
        report_id=report.id, kind=typed.kind, text=typed.text.strip(), in_force_on=typed.in_force_on,
        made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def remove_measure(session: Session, number: str, measure_id: int, actor: Actor, now: datetime) -> None:
    """Strike a measure that no station has been told of."""
    require(actor, Permission.QUALITY_HANDLE)
    _report, measure = _locked(session, number, measure_id, now)
    if measure.published_at is not None:
        raise DomainError(Fault(N_("Stations have been told of this measure: it can be lifted, not struck.")))
    session.delete(measure)
    session.flush()


def publish_measure(
    session: Session, number: str, measure_id: int, actor: Actor, now: datetime
) -> QualityMeasure:  # fmt: skip
    """Let every station read a measure, with the part and failure it is for; never the report. Once only."""
    require(actor, Permission.QUALITY_HANDLE)
    report, measure = _locked(session, number, measure_id, now)
    if measure.published_at is not None:
        return measure
    if report.part_number is None:
        raise DomainError(Fault(N_("Stations find a measure by its part: please name the part first.")))
    measure.part_number, measure.part_name = report.part_number, report.part_name
    measure.failure_mode, measure.published_at, measure.published_by = report.failure_mode, now, actor.name
    tell(report, report.answer, now)
    session.flush()
    return measure


def lift_measure(
    session: Session, number: str, measure_id: int | None, reason: str, actor: Actor, now: datetime
) -> QualityMeasure:  # fmt: skip
    """Let one published measure hold no longer, whatever became of its report; stations that have read it are told.

    That it helps was said while it held: where a report waits for its close with it, the effect is checked anew.
    """
    require(actor, Permission.QUALITY_HANDLE)
    # Locked, not changed: a station that completes the report meanwhile need not type again.
    report = locked(session, QualityReport, find_report(session, number).id)
    measure = next((one for one in measures_of(session, report.id, published=True) if one.id == measure_id), None)
    if measure is None:
        raise DomainError.at("measure_id", N_("Please choose from the list."))
    session.refresh(measure)
    if measure.lifted_at is not None:
        raise ConflictError(Fault(CHANGED))
    if not reason.strip():
        raise DomainError.at("reason", N_("Please fill this in."))
    if len(reason) > REASON_LENGTH:
        raise DomainError.at("reason", N_("At most %(limit)s characters."), limit=REASON_LENGTH)
    measure.lifted_at, measure.lifted_by, measure.lifted_reason = now, actor.name, reason.strip()
    if measure.kind == PERMANENT and (report.state, report.effect) == ("checking", EFFECTIVE):
        report.effect = report.effect_figures = None
        report.changed_at = now
    session.flush()
    return measure


def lift_measures(session: Session, report: QualityReport, now: datetime) -> None:
    """Let the published measures of a report hold no longer; stations that have read them are told."""
    for measure in measures_of(session, report.id, published=True):
        measure.lifted_at = measure.lifted_at or now


def read_measure(session: Session, measure_id: int, actor: Actor, now: datetime) -> QualityMeasure:
    """Say, as a station, that a published measure was read, or that it was lifted; again changes nothing."""
    require(actor, Permission.QUALITY_VIEW)
    measure = session.scalars(
        select(QualityMeasure).where(QualityMeasure.id == measure_id, QualityMeasure.published_at.is_not(None))
    ).first()
    if measure is None or actor.dealer_id is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    known = session.scalars(select(QualityMeasureRead).where(QualityMeasureRead.measure_id == measure_id)).first()
    if known is None:
        session.add(
            QualityMeasureRead(dealer_id=actor.dealer_id, measure_id=measure_id, read_by=actor.name, read_at=now)
        )
    elif measure.lifted_at is not None and known.read_at < measure.lifted_at:
        known.read_by, known.read_at = actor.name, now
    session.flush()
    return measure


def _locked(session: Session, number: str, measure_id: int, now: datetime) -> tuple[QualityReport, QualityMeasure]:
    report = locked_report(session, number, now)
    refuse_unless(report, LEADING)
    measure = session.scalars(
        select(QualityMeasure).where(QualityMeasure.id == measure_id, QualityMeasure.report_id == report.id)
    ).first()
    if measure is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return report, measure


def _faults(typed: MeasureText) -> list[Fault]:
    faults = []
    if typed.kind not in KINDS:
        faults.append(Fault(N_("Please choose from the list."), "kind"))
    if not typed.text.strip():
        faults.append(Fault(N_("Please fill this in."), "text"))
    if len(typed.text) > TEXT_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "text", {"limit": TEXT_LENGTH}))
    if typed.in_force_on is not None and not known_day(typed.in_force_on):
        faults.append(Fault(N_("Please write the date as 2026-01-31."), "in_force_on"))
    return faults
