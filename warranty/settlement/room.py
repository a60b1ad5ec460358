"""Settlement, as the house sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.settlement import deduction_views  # noqa: F401  (its views join the blueprint)
from warranty.settlement.documents import StatementPaper, build
from warranty.settlement.lists import DEDUCTIONS, SETTLEMENTS
from warranty.settlement.queries import count_in, months_to_close
from warranty.settlement.views import bp


def _file_name(paper: StatementPaper) -> str:
    return paper.number


def _count(state: str) -> Callable[[Session, Actor, datetime], int]:
    return lambda session, _actor, _now: count_in(session, state)


def _work(key: str, label: str, permission: Permission, state: str, side: str) -> WorkItem:
    return WorkItem(key, label, permission, _count(state), "settlement.settlements", f"state={state}", side)


_P, _HQ = Permission, "head_office"

ROOM = Room(
    blueprint=bp,
    lists=(SETTLEMENTS, DEDUCTIONS),
    papers=(
        Paper(
            key="settlement_statement", title=N_("Settlement statement"), permission=Permission.SETTLEMENT_VIEW,
            build=build, template="documents/settlement_statement.html", file_name=_file_name,
            page=("settlement.settlement", "key"),
        ),
    ),
    work=(
        _work("settlement_confirm", N_("Statements to confirm"), _P.SETTLEMENT_CONFIRM, "generated", "dealer"),
        WorkItem(
            "settlement_close", N_("Months to close"), _P.SETTLEMENT_CLOSE,
            lambda session, _actor, now: months_to_close(session, now), "settlement.close", side=_HQ,
        ),
        _work("settlement_answer", N_("Disputes to answer"), _P.SETTLEMENT_REVIEW, "disputed", _HQ),
        _work("settlement_review", N_("Statements to review"), _P.SETTLEMENT_REVIEW, "confirmed", _HQ),
        _work("settlement_invoice", N_("Invoices to receive"), _P.SETTLEMENT_REVIEW, "reviewed", _HQ),
        _work("settlement_pay", N_("Invoices to pay"), _P.SETTLEMENT_PAY, "invoiced", _HQ),
    ),
    menu=(MenuItem(N_("Settlement"), "settlement.settlements", Permission.SETTLEMENT_VIEW, 50, "cash-stack"),),
)  # fmt: skip
