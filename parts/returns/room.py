"""Old parts, as the house sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from parts.returns.documents import (
    build_label,
    build_labels,
    build_leaving_list,
    build_packing_list,
    file_name,
    labels_shown_at,
)
from parts.returns.lists import BOXES, DISPOSALS, NETWORK_OLD_PARTS, OLD_PARTS, OVERDUE, RULES
from parts.returns.queries import pages
from parts.returns.queries.overdue import count_overdue
from parts.returns.views import bp
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem

VIEW, PACK, INSPECT = Permission.RETURN_VIEW, Permission.RETURN_PACK, Permission.RETURN_INSPECT
DEALER, HQ = "dealer", "head_office"


def _parts(*states: str) -> Callable[[Session, Actor, datetime], int]:
    return lambda session, _actor, _now: pages.count_in(session, *states)


def _boxes(state: str) -> Callable[[Session, Actor, datetime], int]:
    return lambda session, _actor, _now: pages.boxes_in(session, state)


def _late_boxes(session: Session, _actor: Actor, now: datetime) -> int:
    return pages.boxes_late(session, local_date(now))


def _overdue(session: Session, _actor: Actor, now: datetime) -> int:
    return count_overdue(session, local_date(now))


def _disputes(session: Session, _actor: Actor, _now: datetime) -> int:
    return pages.open_disputes(session)


ROOM = Room(
    blueprint=bp,
    lists=(OLD_PARTS, NETWORK_OLD_PARTS, BOXES, OVERDUE, RULES, DISPOSALS),
    papers=(
        Paper("old_part_label", N_("Old part label"), VIEW, build_label, "documents/old_part_label.html", file_name,
              ("returns.part", "key")),
        Paper("old_part_labels", N_("Old part labels"), VIEW, build_labels, "documents/old_part_labels.html",
              file_name, labels_shown_at),
        Paper("packing_list", N_("Packing list"), VIEW, build_packing_list, "documents/packing_list.html", file_name,
              ("returns.box", "box")),
        Paper("leaving_list", N_("List of old parts"), Permission.RETURN_STORE, build_leaving_list,
              "documents/leaving_list.html", file_name, ("returns.disposal", "disposal")),
    ),
    work=(
        WorkItem("old_parts_due", N_("Old parts to send back"), PACK, _parts("due"), "returns.parts", "state=due",
                 DEALER),
        WorkItem("old_parts_overdue", N_("Overdue old parts"), PACK, _overdue, "returns.overdue", side=DEALER),
        WorkItem("return_boxes_open", N_("Boxes being packed"), PACK, _boxes("packing"), "returns.boxes",
                 "state=packing", DEALER),
        WorkItem("return_boxes_coming", N_("Boxes on their way to you"), INSPECT, _boxes("shipped"), "returns.boxes",
                 "state=shipped", HQ),
        WorkItem("return_boxes_late", N_("Boxes on their way for more than 30 days"), INSPECT, _late_boxes,
                 "returns.boxes", "late=yes", HQ),
        WorkItem("old_parts_inspect", N_("Old parts to inspect"), INSPECT, _parts("signed"), "returns.inspect",
                 side=HQ),
        WorkItem("old_parts_good", N_("Good old parts to store"), INSPECT, _parts("accepted"), "returns.parts",
                 "state=accepted", HQ),
        WorkItem("old_parts_deducted", N_("Deducted old parts to store"), INSPECT, _parts("deducted"), "returns.parts",
                 "state=deducted", HQ),
        WorkItem("old_part_disputes", N_("Disputed deductions to answer"), Permission.RETURN_ANSWER, _disputes,
                 "returns.parts", "dispute=open", HQ),
        WorkItem("old_parts_late", N_("Old parts overdue at the stations"), INSPECT, _overdue, "returns.overdue",
                 side=HQ),
    ),
    menu=(
        MenuItem(N_("Old parts"), "returns.parts", VIEW, 62, "recycle"),
        MenuItem(N_("Inspect old parts"), "returns.inspect", INSPECT, 63, "upc-scan", side=HQ),
    ),
)  # fmt: skip
