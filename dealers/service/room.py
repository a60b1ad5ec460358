"""The service room, as the house sees it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dealers.service import queries
from dealers.service.documents import file_name, repair_record
from dealers.service.lists import NETWORK_ORDERS, ORDERS, OVERLAPS
from dealers.service.views import bp
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem


def _promise_passed(session: Session, _actor: Actor, now: datetime) -> int:
    return queries.count_open(session, promised_before=now)


def _open(session: Session, _actor: Actor, _now: datetime) -> int:
    return queries.count_open(session)


ROOM = Room(
    blueprint=bp,
    lists=(ORDERS, NETWORK_ORDERS, OVERLAPS),
    papers=(
        Paper(
            "repair_record", N_("Repair record"), Permission.SERVICE_VIEW, repair_record,
            "documents/repair_record.html", file_name, ("service.order", "key"),
        ),
    ),
    work=(
        WorkItem(
            "orders_late", N_("Cars past the promised time"), Permission.SERVICE_WRITE, _promise_passed,
            "service.orders", "promise=passed&sort=received_at", "dealer",
        ),
        WorkItem(
            "orders_open", N_("Cars in the shop"), Permission.SERVICE_WRITE, _open,
            "service.orders", "state=open&sort=received_at", "dealer",
        ),
    ),
    menu=(
        MenuItem(N_("Repair orders"), "service.orders", Permission.SERVICE_VIEW, 20, "wrench-adjustable"),
        MenuItem(N_("Overlapping operations"), "service.overlaps", Permission.CATALOGUE_VIEW, 62, "intersect"),
    ),
)  # fmt: skip
