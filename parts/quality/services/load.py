"""Finds a report by its number and locks it for a change, in the session's scope."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from parts.quality.models import QualityReport
from parts.quality.queries.reports import find_report
from parts.quality.states import QUALITY_REPORT
from parts.quality.words import ACTIONS
from portal.kernel.errors import ConflictError, Fault
from portal.kernel.i18n import N_, lazy
from portal.kernel.lifecycle import CHANGED, history, locked


def locked_report(session: Session, number: str, now: datetime, expected_version: int | None = None) -> QualityReport:
    """Load a report for a change; who comes second is told. Whatever is changed on it makes it a newer one."""
    found = locked(session, QualityReport, find_report(session, number).id, expected_version)
    found.changed_at = now
    return found


def locked_for(
    session: Session, number: str, action: str, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Load a report for a step of its life; who comes second is told who was first."""
    found = locked(session, QualityReport, find_report(session, number).id)
    stale = expected_version is not None and found.row_version != expected_version
    if stale or not QUALITY_REPORT.can(found.state, action):
        raise ConflictError(_what_happened(session, found))
    found.changed_at = now
    return found


def refuse_unless(found: QualityReport, states: tuple[str, ...]) -> None:
    """Raise `ConflictError` unless the report is in one of the states: its page was older."""
    if found.state not in states:
        raise ConflictError(Fault(CHANGED))


def tell(found: QualityReport, words: str | None, now: datetime) -> None:
    """Let the station know that headquarters said something."""
    if found.dealer_id is not None:
        found.answer, found.news_at = (words or "").strip() or None, now


def _what_happened(session: Session, found: QualityReport) -> Fault:
    steps = history(session, found)
    if not steps:
        return Fault(CHANGED)
    return Fault(
        N_("%(number)s is changed already: %(who)s took the step “%(what)s”. Nothing of yours was stored."),
        facts={"number": found.number, "who": steps[-1].actor, "what": lazy(ACTIONS[steps[-1].action])},
    )
