"""Days by which the owner's own delay puts the completion off (Art. 28): proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED, advance
from warranty.cases.models import GuaranteeCase
from warranty.cases.rules.decision import may_confirm
from warranty.cases.services.load import locked_case
from warranty.guarantee.queries.law import working_calendar
from warranty.guarantee.rules.working_days import deadline

#: Working days that one proposal may ask for; another one adds to it.
MOST_DAYS = 60


def propose_delay(
    session: Session, number: str, days: int, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Say that the owner is why the completion takes so many working days longer."""
    case = locked_case(session, number, version, "accepted", "replied")
    if actor.user_id is None:
        raise DomainError.at(None, N_("Only a person can propose this: a second one has to confirm it."))
    if case.delay_proposed is not None:
        raise DomainError.at(None, N_("Days of delay wait for a second person already."))
    if not 1 <= days <= MOST_DAYS:
        raise DomainError.at("days", N_("A whole number from %(least)s to %(most)s."), least=1, most=MOST_DAYS)
    advance(session, case, "propose_delay", actor, now, reason=_said(days, reason) if reason.strip() else "")
    case.delay_proposed, case.proposed_by_id, case.proposed_by = days, actor.user_id, actor.name
    session.flush()
    return case


def confirm_delay(
    session: Session, number: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Confirm the days as a second person, of headquarters: the completion is due so many working days later."""
    case, days = _proposed(session, number, actor, version)
    advance(session, case, "confirm_delay", actor, now, reason=_said(days))
    last = deadline(working_calendar(session), case.complete_by, days)
    case.complete_by, case.provisional = last.day, case.provisional or last.provisional
    case.delay_days += days
    _settle(session, case)
    return case


def reject_delay(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Reject the days as a second person: the last day stays."""
    case, _days = _proposed(session, number, actor, version)
    advance(session, case, "reject_delay", actor, now, reason=reason)
    _settle(session, case)
    return case


def _proposed(session: Session, number: str, actor: Actor, version: int | None) -> tuple[GuaranteeCase, int]:
    require(actor, Permission.CASE_DECIDE)
    case = locked_case(session, number, version, "accepted", "replied")
    if case.delay_proposed is None:
        raise ConflictError(Fault(CHANGED))
    if not may_confirm(case.proposed_by_id, actor.user_id):
        raise DomainError.at(None, N_("You proposed these days yourself: a second person has to decide on them."))
    return case, case.delay_proposed


def _said(days: int, reason: str = "") -> str:
    """Name the days in the history, in both languages."""
    return f"{days} 个工作日 working days {reason.strip()}".strip()


def _settle(session: Session, case: GuaranteeCase) -> None:
    case.delay_proposed = case.proposed_by_id = case.proposed_by = None
    session.flush()
