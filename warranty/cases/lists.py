"""The list of cases: a dealer's own, or everybody's at headquarters; and the work that waits in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.cases import words
from warranty.cases.models import CaseEscalation, GuaranteeCase
from warranty.cases.rules.clocks import COMPLETION, REPLY
from warranty.cases.rules.decision import ACCEPT
from warranty.cases.states import COMPLETING, OPEN

#: Where the clock of a case stands that is furthest on.
AT_MARKS = {
    "50": N_("From half of the days"),
    "80": N_("From 80 %% of the days"),
    "100": N_("On the last day"),
    "101": N_("Overdue"),
}


def _statement() -> Select[*tuple[Any, ...]]:
    columns = (
        GuaranteeCase.id, GuaranteeCase.number, GuaranteeCase.vin, GuaranteeCase.choice, GuaranteeCase.state,
        GuaranteeCase.finding_accepted, GuaranteeCase.received_on, GuaranteeCase.reply_by, GuaranteeCase.replied_on,
        GuaranteeCase.complete_by, GuaranteeCase.completed_on, GuaranteeCase.in_favour, GuaranteeCase.usage_fee,
        GuaranteeCase.compensation, Dealer.code.label("dealer"), Dealer.name.label("station"), Dealer.region,
    )  # fmt: skip
    return select(*columns).join(Dealer, Dealer.id == GuaranteeCase.dealer_id)


_REPLY_RUNS = GuaranteeCase.state.in_(OPEN) & GuaranteeCase.replied_on.is_(None)
_COMPLETION_RUNS = GuaranteeCase.state.in_(COMPLETING) & or_(
    GuaranteeCase.finding_accepted.is_(True), GuaranteeCase.outcome == ACCEPT
)


def _standing_at(mark: int) -> Any:
    """Tell whether this is the last mark that was told of the clocks that still run."""
    running = ((CaseEscalation.clock == REPLY) & _REPLY_RUNS) | (
        (CaseEscalation.clock == COMPLETION) & _COMPLETION_RUNS
    )
    last = select(func.max(CaseEscalation.mark)).where(CaseEscalation.case_id == GuaranteeCase.id, running)
    return last.correlate(GuaranteeCase).scalar_subquery() == mark


_DELAY_WAITS = GuaranteeCase.state.in_(("accepted", "replied")) & GuaranteeCase.delay_proposed.is_not(None)


def _due_by(statement: Select[Any], day: date) -> Select[Any]:
    replies = _REPLY_RUNS & (GuaranteeCase.reply_by <= day)
    return statement.where(replies | (_COMPLETION_RUNS & (GuaranteeCase.complete_by <= day)))


CASES = ListSpec(
    key="guarantee_cases",
    title=N_("Replacement and return cases"),
    permission=Permission.CASE_VIEW,
    statement=_statement,
    identity=GuaranteeCase.id,
    columns=(
        Column("number", N_("Case no."), "code", link=True),
        Column("vin", N_("VIN"), "code"),
        Column("choice", N_("Asked for"), words=words.CHOICES),
        Column("state", N_("State"), "state", words=words.STATES),
        Column("finding_accepted", N_("The law carries it"), "flag"),
        Column("received_on", N_("Received on"), "date"),
        Column("reply_by", N_("Reply by"), "date"),
        Column("replied_on", N_("Answered on"), "date", default=False),
        Column("complete_by", N_("Complete by"), "date"),
        Column("completed_on", N_("Carried out on"), "date", default=False),
        Column("in_favour", N_("In the owner's favour"), "flag", default=False),
        Column("usage_fee", N_("Fee for the use"), "money", default=False),
        Column("compensation", N_("Losses made good"), "money", default=False),
        Column("dealer", N_("Dealer code"), "code"),
        Column("station", N_("Station"), default=False),
        Column("region", N_("Region"), default=False),
    ),
    sorts={
        "received_on": GuaranteeCase.received_on, "reply_by": GuaranteeCase.reply_by,
        "complete_by": GuaranteeCase.complete_by, "number": GuaranteeCase.number,
    },
    default_sort="-received_on",
    endpoint="cases.cases",
    row_endpoint="cases.case",
    filters=(
        Filter("number", N_("Case no."), lambda found, value: found.where(
            GuaranteeCase.number.startswith(value.upper(), autoescape=True))),
        Filter("vin", N_("VIN"), lambda found, value: found.where(
            GuaranteeCase.vin.startswith(clean_vin(value), autoescape=True))),
        Filter("state", N_("State"), lambda found, value: found.where(GuaranteeCase.state == value), "choice",
               words.STATES),
        Filter("choice", N_("Asked for"), lambda found, value: found.where(GuaranteeCase.choice == value), "choice",
               words.CHOICES),
        Filter("clock", N_("Clock"), lambda found, value: found.where(_standing_at(int(value))), "choice", AT_MARKS),
        Filter("due_by", N_("Due by"), _due_by, "date"),
        Filter("delay", N_("Owner's delay"), lambda found, _value: found.where(_DELAY_WAITS), "choice",
               {"proposed": N_("waits for a second person")}),
        Filter("dealer", N_("Dealer code"), lambda found, value: found.where(Dealer.code == value.upper())),
        Filter("region", N_("Region"), lambda found, value: found.where(Dealer.region == value)),
    ),
    empty=N_("No case. A demand for another car or the money back is recorded on the car's page."),
)  # fmt: skip


def in_states(*states: str) -> Callable[[Session, Actor, datetime], int]:
    """Return a count of the cases in some states."""

    def count(session: Session, actor: Actor, now: datetime) -> int:
        del actor, now
        found = select(func.count()).select_from(GuaranteeCase).where(GuaranteeCase.state.in_(states))
        return session.scalar(found) or 0

    return count


def standing_at(mark: int) -> Callable[[Session, Actor, datetime], int]:
    """Return a count of the cases whose clocks stand at a mark."""

    def count(session: Session, actor: Actor, now: datetime) -> int:
        del actor, now
        found = select(func.count()).select_from(GuaranteeCase).where(_standing_at(mark))
        return session.scalar(found) or 0

    return count


def delays_proposed(session: Session, actor: Actor, now: datetime) -> int:
    """Count the cases in which days of the owner's delay wait for a second person."""
    del actor, now
    found = select(func.count()).select_from(GuaranteeCase).where(_DELAY_WAITS)
    return session.scalar(found) or 0
