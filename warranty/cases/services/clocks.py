"""Keep the clocks: tell once when one passes a mark, count deadlines anew when a year's holidays are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.clock import local_date
from warranty.cases.models import CaseEscalation, GuaranteeCase
from warranty.cases.queries.cases import clocks_of
from warranty.cases.rules.finding import finding_from
from warranty.cases.services.decide import refreshed
from warranty.cases.states import OPEN
from warranty.guarantee.queries.law import working_calendar
from warranty.guarantee.rules.working_days import Calendar, deadline


def escalate(session: Session, now: datetime) -> list[CaseEscalation]:
    """Note every mark that a running clock has passed and nobody was told of; run again, it does nothing."""
    for case in _cases(session, "received"):
        refreshed(session, case, now)  # an order typed in late may carry the demand, and start a clock
    calendar, today = working_calendar(session), local_date(now)
    told = {
        (row.case_id, row.clock, row.mark)
        for row in session.execute(select(CaseEscalation.case_id, CaseEscalation.clock, CaseEscalation.mark))
    }
    new = [
        CaseEscalation(dealer_id=case.dealer_id, case_id=case.id, clock=one.name, mark=mark, last_day=one.last, at=now)
        for case in _cases(session, *OPEN)
        for one in clocks_of(case, calendar, today)
        for mark in one.reached
        if (case.id, one.name, mark) not in told
    ]
    session.add_all(new)
    session.flush()
    return new


class CaseDeadlines:
    """What the law's room tells of its calendar (`warranty.guarantee.ports.Deadlines`)."""

    def recompute_deadlines(self, session: Session, now: datetime) -> int:
        """Count what still runs of every open case anew, by the days of its ruling order; return how many changed."""
        del now
        calendar = working_calendar(session)
        changed = sum(_recount(case, calendar) for case in _cases(session, *OPEN))
        session.flush()
        return changed


def _recount(case: GuaranteeCase, calendar: Calendar) -> bool:
    """Count a case's running days anew; tell whether a last day moved."""
    finding, day = finding_from(case.finding), case.received_on
    before = case.reply_by, case.complete_by, case.provisional
    reply = deadline(calendar, day, finding.reply_days)
    complete = deadline(calendar, day, finding.complete_days)  # the law's; the owner's delay comes after it
    due = deadline(calendar, day, finding.complete_days + case.delay_days)
    runs = [due] if case.replied_on else [reply, due]
    if case.replied_on is None:
        case.reply_by, finding = reply.day, replace(finding, reply_by=reply.day)
    case.complete_by, case.provisional = due.day, any(one.provisional for one in runs)
    if before == (case.reply_by, case.complete_by, case.provisional):
        return False
    case.finding = replace(finding, complete_by=complete.day, provisional=case.provisional).plain()
    return True


def _cases(session: Session, *states: str) -> list[GuaranteeCase]:
    """Return the cases in some states, locked and fresh, always in the same order."""
    found = select(GuaranteeCase).where(GuaranteeCase.state.in_(states)).order_by(GuaranteeCase.id)
    return list(session.scalars(found.with_for_update().execution_options(populate_existing=True)))
