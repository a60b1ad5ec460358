"""What the law's room offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.guarantee.documents import build, file_name, shown_at
from warranty.guarantee.lists import ALARMS, NOTICES, WATCH, waiting
from warranty.guarantee.queries.alarms import unexplained
from warranty.guarantee.queries.notices import unseen
from warranty.guarantee.views import bp

VIEW = Permission.GUARANTEE_VIEW

ROOM = Room(
    blueprint=bp,
    lists=(WATCH, NOTICES, ALARMS),
    work=(
        WorkItem("watch", N_("Cars at orange or worse"), VIEW, waiting, "guarantee.watch", "level=orange&running=yes"),
        WorkItem("watch_notices", N_("Notices of the watch not seen yet"), VIEW, unseen, "guarantee.notices"),
        WorkItem(
            "watch_alarms", N_("Alarms of the nightly check to explain"), Permission.GUARANTEE_EDIT, unexplained,
            "guarantee.alarms", "state=open",
        ),
    ),
    papers=(
        Paper(
            key="guarantee_certificate", title=N_("Three-guarantees certificate"),
            permission=Permission.CERTIFICATE_ISSUE, build=build,
            template="documents/guarantee_certificate.html", file_name=file_name, page=shown_at,
        ),
    ),
    menu=(
        MenuItem(N_("Three-guarantees watch"), "guarantee.watch", VIEW, 35, "shield-exclamation"),
        MenuItem(N_("Three-guarantees orders"), "guarantee.orders", VIEW, 73, "journal-text", side="head_office"),
        MenuItem(N_("Model certificates"), "guarantee.models", VIEW, 74, "patch-check", side="head_office"),
        MenuItem(N_("Holidays"), "guarantee.holidays", VIEW, 75, "calendar3", side="head_office"),
    ),
)  # fmt: skip
