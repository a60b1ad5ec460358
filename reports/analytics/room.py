"""Analytics, as the house sees it."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room
from reports.analytics.lists import COMPARED, DECISIONS, REPEATS
from reports.analytics.views import bp

ROOM = Room(
    blueprint=bp,
    lists=(DECISIONS, COMPARED, REPEATS),
    menu=(
        MenuItem(N_("Time to decision"), "analytics.clocks", Permission.CLAIM_VIEW, 55, "stopwatch"),
        MenuItem(
            N_("Worth a look"), "analytics.conspicuous", Permission.ANALYTICS_VIEW, 56, "binoculars", side="head_office"
        ),
    ),
)  # fmt: skip
