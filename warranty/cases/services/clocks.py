"""Keep the clocks: tell once when one passes a mark, count deadlines anew when a year's holidays are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.clock import local_date
from warranty.cases.models import CaseEscalation, GuaranteeCase
from warranty.cases.queries.cases import clocks_of
from warranty.cases.rules.finding import finding_from
from warranty.cases.states import OPEN
from warranty.guarantee.queries.law import orders_on, working_calendar
from warranty.guarantee.rules.regimes import regime_on
from warranty.guarantee.rules.working_days import deadline


def escalate(session: Session, now: datetime) -> list[CaseEscalation]:
    """Note every mark that a running clock has passed and nobody was told of; run again, it does nothing."""
    calendar, today = working_calendar(session), local_date(now)
    told = {
        (row.case_id, row.clock, row.mark)
        for row in session.execute(select(CaseEscalation.case_id, CaseEscalation.clock, CaseEscalation.mark))
    }
    new = [
        CaseEscalation(dealer_id=case.dealer_id, case_id=case.id, clock=one.name, mark=mark, last_day=one.last, at=now)
        for case in _open_cases(session)
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
        """Count the deadlines of every open case anew; return how many changed."""
        orders, calendar = orders_on(session, local_date(now)), working_calendar(session)
        changed = 0
        for case in _open_cases(session):
            finding = finding_from(case.finding)
            named = next((order for order in orders if order.code == finding.order), None)
            ruling = named or regime_on(orders, case.received_on) or orders[0]
            reply = deadline(calendar, case.received_on, ruling.reply_days)
            complete = deadline(calendar, case.received_on, ruling.complete_days)
            provisional = reply.provisional or complete.provisional
            if (reply.day, complete.day, provisional) == (case.reply_by, case.complete_by, case.provisional):
                continue
            case.reply_by, case.complete_by, case.provisional = reply.day, complete.day, provisional
            case.finding = {
                **case.finding, "reply_by": reply.day.isoformat(), "complete_by": complete.day.isoformat(),
                "provisional": provisional,
            }  # fmt: skip
            changed += 1
        session.flush()
        return changed


def _open_cases(session: Session) -> list[GuaranteeCase]:
    return list(session.scalars(select(GuaranteeCase).where(GuaranteeCase.state.in_(OPEN)).order_by(GuaranteeCase.id)))
