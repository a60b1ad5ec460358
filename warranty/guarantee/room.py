"""What the law's room offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room, WorkItem
from warranty.guarantee.lists import WATCH, waiting
from warranty.guarantee.views import bp

VIEW = Permission.GUARANTEE_VIEW

ROOM = Room(
    blueprint=bp,
    lists=(WATCH,),
    work=(
        WorkItem("watch", N_("Cars at orange or worse"), VIEW, waiting, "guarantee.watch", "level=orange&running=yes"),
    ),
    menu=(MenuItem(N_("Three-guarantees watch"), "guarantee.watch", VIEW, 35, "shield-exclamation"),),
)
