"""Headquarters answers a station's report, or begins with one of its own: the eight steps get their days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from parts.quality.models import QualityReport, QualityStep
from parts.quality.queries.reports import find_report, steps_of
from parts.quality.rules.eight import plan
from parts.quality.services.card import missing_of
from parts.quality.services.load import locked_for, tell
from parts.quality.states import WORKED
from parts.quality.words import OUTCOMES
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance

#: What another report can be joined to: one that headquarters works on or has closed.
LEADING = (*WORKED, "closed")


@dataclass(frozen=True)
class Answer:
    """What headquarters says to a report; ``joined_to`` names the report it is joined to."""

    outcome: str
    reason: str = ""
    joined_to: str = ""


def answer_report(
    session: Session, number: str, answer: Answer, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Take a report up, return it, join it to another, or do not accept it; the station is told."""
    require(actor, Permission.QUALITY_HANDLE)
    if answer.outcome not in OUTCOMES:
        raise DomainError.at("outcome", N_("Please choose from the list."))
    found = locked_for(session, number, answer.outcome, now, expected_version)
    if answer.outcome == "join":
        found.joined_to = _leading(session, found, answer.joined_to.strip().upper())
    advance(session, found, answer.outcome, actor, now, reason=answer.reason)
    if answer.outcome == "take_up":
        _begin(session, found, actor, now)
    tell(found, answer.reason, now)
    session.flush()
    return found


def begin_report(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Begin the analysis of a report of headquarters' own; a station's draft is not touched."""
    require(actor, Permission.QUALITY_HANDLE)
    found = locked_for(session, number, "begin", now, expected_version)
    if found.dealer_id is not None:
        raise DomainError.at(None, N_("The station has not submitted this report yet."))
    missing = missing_of(found)
    if missing:
        raise DomainError(*missing)
    advance(session, found, "begin", actor, now)
    _begin(session, found, actor, now)
    session.flush()
    return found


def _begin(session: Session, found: QualityReport, actor: Actor, now: datetime) -> None:
    """Give the steps their days and their first owner; a report that came back keeps what was written."""
    known = {step.step for step in steps_of(session, found.id)}
    if not known:
        found.begun_on = local_date(now)
    days = plan(found.begun_on or local_date(now))
    session.add_all(
        QualityStep(
            dealer_id=None, report_id=found.id, step=step, owner_id=actor.user_id, owner=actor.name, due_on=due, text=""
        )
        for step, due in days.items()
        if step not in known
    )


def _leading(session: Session, found: QualityReport, number: str) -> str:
    try:
        leading = find_report(session, number)
    except NotFoundError:
        leading = None
    if leading is None or leading.id == found.id or leading.state not in LEADING:
        raise DomainError.at("joined_to", N_("Please name a report that is being worked on, or closed."))
    return leading.number
