"""What the recovery room offers to the house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.recovery import documents
from warranty.recovery.lists import CONTRACTS, COSTS, LEDGER, LINES, RECOVERIES, waiting_in
from warranty.recovery.queries.above import BACK, count_above
from warranty.recovery.queries.recoveries import overdue
from warranty.recovery.views import bp

VIEW, EDIT, BOOK = Permission.RECOVERY_VIEW, Permission.RECOVERY_EDIT, Permission.RECOVERY_BOOK
_LIST, _HQ = "recovery.recoveries", "head_office"


def _overdue(session: Session, _actor: Actor, now: datetime) -> int:
    return overdue(session, local_date(now))


def _above(*which: str) -> Callable[[Session, Actor, datetime], int]:
    return lambda session, _actor, _now: count_above(session, *which)


def _work(key: str, label: str, permission: Permission, state: str) -> WorkItem:
    return WorkItem(key, label, permission, waiting_in(state), _LIST, f"state={state}", _HQ)


ROOM = Room(
    blueprint=bp,
    lists=(RECOVERIES, CONTRACTS, LINES, COSTS, LEDGER),
    papers=(
        Paper(
            key="recovery_evidence", title=N_("Demand with its evidence"), permission=VIEW, build=documents.build,
            template="documents/recovery_evidence.html", file_name=documents.file_name,
            page=("recovery.recovery", "key"),
        ),
    ),
    work=(
        _work("recovery_draft", N_("Demands to send to suppliers"), EDIT, "draft"),
        WorkItem("recovery_overdue", N_("Suppliers' answers overdue"), EDIT, _overdue, _LIST,
                 "state=sent&sort=made_at", _HQ),
        _work("recovery_answered", N_("Suppliers' answers to judge"), EDIT, "answered"),
        _work("recovery_disputed", N_("Disputes with suppliers"), EDIT, "disputed"),
        WorkItem("recovery_above", N_("Demands of more than headquarters bears"), EDIT, _above(), _LIST, "above=any",
                 _HQ),
        WorkItem("recovery_back", N_("Money to give back to suppliers"), BOOK, _above(BACK), _LIST, "above=back", _HQ),
        _work("recovery_agreed", N_("Agreed demands to book"), BOOK, "agreed"),
        _work("recovery_booked", N_("Suppliers' payments to come"), BOOK, "booked"),
    ),
    menu=(MenuItem(N_("Supplier recovery"), _LIST, VIEW, 52, "arrow-return-left", _HQ),),
)  # fmt: skip
