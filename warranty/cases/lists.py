"""The list of cases: a dealer's own, or everybody's at headquarters; and the work that waits in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.cases import words
from warranty.cases.models import CaseEscalation, GuaranteeCase
from warranty.cases.rules.clocks import ESCALATED_AT
from warranty.cases.states import OPEN

MARKS = {"50": N_("50 %%"), "80": N_("80 %%"), "100": N_("100 %%")}


def _statement() -> Select[*tuple[Any, ...]]:
    columns = (
        GuaranteeCase.id, GuaranteeCase.number, GuaranteeCase.vin, GuaranteeCase.choice, GuaranteeCase.state,
        GuaranteeCase.finding_accepted, GuaranteeCase.received_on, GuaranteeCase.reply_by, GuaranteeCase.replied_on,
        GuaranteeCase.complete_by, GuaranteeCase.completed_on, GuaranteeCase.in_favour, GuaranteeCase.usage_fee,
        GuaranteeCase.compensation, Dealer.code.label("dealer"), Dealer.name.label("station"), Dealer.region,
    )  # fmt: skip
    return select(*columns).join(Dealer, Dealer.id == GuaranteeCase.dealer_id)


def _told(statement: Select[Any], mark: str) -> Select[Any]:
    return statement.where(_passed(int(mark)), GuaranteeCase.state.in_(OPEN))


def _passed(mark: int) -> Any:
    """Tell whether a clock that still runs has been told of at a mark."""
    reply_runs = (CaseEscalation.clock == "reply") & GuaranteeCase.replied_on.is_(None)
    completion_runs = CaseEscalation.clock == "completion"
    return exists().where(
        CaseEscalation.case_id == GuaranteeCase.id, CaseEscalation.mark >= mark, reply_runs | completion_runs
    )


def _due_by(statement: Select[Any], day: date) -> Select[Any]:
    replies = GuaranteeCase.replied_on.is_(None) & (GuaranteeCase.reply_by <= day)
    completions = GuaranteeCase.state.in_(("accepted", "replied")) & (GuaranteeCase.complete_by <= day)
    return statement.where(GuaranteeCase.state.in_(OPEN), replies | completions)


CASES = ListSpec(
    key="guarantee_cases",
    title=N_("Replacement and return cases"),
    permission=Permission.CASE_VIEW,
    statement=_statement,
    identity=GuaranteeCase.id,
    columns=(
        Column("number", N_("Case no."), link=True),
        Column("vin", N_("VIN")),
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
        Column("dealer", N_("Dealer code")),
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
        Filter("clock", N_("Clock at least"), _told, "choice", MARKS),
        Filter("due_by", N_("Due by"), _due_by, "date"),
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


def pressing(session: Session, actor: Actor, now: datetime) -> int:
    """Count the open cases with a clock at half or more."""
    del actor, now
    criteria = (GuaranteeCase.state.in_(OPEN), _passed(ESCALATED_AT[0]))
    found = select(func.count()).select_from(GuaranteeCase).where(*criteria)
    return session.scalar(found) or 0
