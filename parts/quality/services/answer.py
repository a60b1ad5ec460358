"""Headquarters answers a station's report, or begins with one of its own: the eight steps get their days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.quality.models import QualityReport, QualityStep
from parts.quality.queries.reports import joined_to, steps_of
from parts.quality.rules.eight import plan
from parts.quality.services.card import Card, edit_report, missing_of
from parts.quality.services.load import locked_for, tell
from parts.quality.services.measures import lift_measures
from parts.quality.states import LEADING, LEAVING, OF_STATION
from parts.quality.words import OUTCOMES
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance


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
    named = answer.joined_to.strip().upper()
    if answer.outcome == "join":
        _lock_both(session, number, named)
    found = locked_for(session, number, answer.outcome, now, expected_version)
    if found.dealer_id is None and answer.outcome in OF_STATION:
        raise DomainError.at(
            None, N_("This report is headquarters' own: no station waits for an answer to it. It can be withdrawn.")
        )
    if answer.outcome == "join":
        found.joined_to = _leading(session, found, named)
    _refuse_leaving(session, found, answer.outcome)
    advance(session, found, answer.outcome, actor, now, reason=answer.reason)
    if answer.outcome == "take_up":
        _begin(session, found, actor, now)
    if answer.outcome == "join":
        _lead_on(session, found, answer.reason, now)
    if answer.outcome == "reject":
        lift_measures(session, found, now)
    tell(found, answer.reason, now)
    session.flush()
    return found


def withdraw_own_report(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Take back a report of headquarters' own; what stations were told to do because of it holds no longer."""
    require(actor, Permission.QUALITY_HANDLE)
    found = locked_for(session, number, "withdraw_own", now, expected_version)
    if found.dealer_id is not None:
        raise DomainError.at(None, N_("This report is a station's: it is returned or not accepted, never withdrawn."))
    _refuse_leaving(session, found, "withdraw_own")
    advance(session, found, "withdraw_own", actor, now, reason=reason)
    lift_measures(session, found, now)
    session.flush()
    return found


def begin_report(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None,
    *, card: Card | None = None,
) -> QualityReport:  # fmt: skip
    """Begin the analysis of a report of headquarters' own, with what was typed; a station's draft is not touched."""
    require(actor, Permission.QUALITY_HANDLE)
    found = locked_for(session, number, "begin", now, expected_version)
    if found.dealer_id is not None:
        raise DomainError.at(None, N_("The station has not submitted this report yet."))
    if card is not None:
        edit_report(session, number, card, actor, now)
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


def _lock_both(session: Session, number: str, leading: str) -> None:
    """Lock a report and what it is joined to, in one order: of two that are joined to each other one is first."""
    session.scalars(
        select(QualityReport.id).where(QualityReport.number.in_((number, leading)))
        .order_by(QualityReport.id).with_for_update()
    ).all()  # fmt: skip


def _refuse_leaving(session: Session, found: QualityReport, action: str) -> None:
    """Keep what other reports are joined to: their stations wait for its end."""
    joined = [one.number for one in joined_to(session, found.number)] if action in LEAVING else []
    if joined:
        message = N_("Reports are joined to it: %(numbers)s. Please join it to another report, or go on with it.")
        raise DomainError(Fault(message, facts={"numbers": " ".join(joined)}))


def _lead_on(session: Session, found: QualityReport, reason: str, now: datetime) -> None:
    """Let what was joined to a report follow it to the one that it is joined to; their stations are told."""
    for one in joined_to(session, found.number):
        one.joined_to, one.changed_at = found.joined_to, now
        tell(one, reason, now)


def _leading(session: Session, found: QualityReport, number: str) -> str:
    leading = session.scalars(
        select(QualityReport).where(QualityReport.number == number).execution_options(populate_existing=True)
    ).first()
    if leading is None or leading.id == found.id or leading.state not in LEADING:
        raise DomainError.at("joined_to", N_("Please name a report that is being worked on, or closed."))
    return leading.number
