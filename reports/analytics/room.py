"""Analytics, as the house sees it."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room
from reports.analytics.documents import build, file_name, shown_at
from reports.analytics.failure_list import FAILURES
from reports.analytics.lists import COMPARED, DECISIONS, REPEATS
from reports.analytics.views import bp

VIEW, HQ = Permission.ANALYTICS_VIEW, "head_office"

ROOM = Room(
    blueprint=bp,
    lists=(DECISIONS, COMPARED, REPEATS, FAILURES),
    papers=(
        Paper("failure_tracking", N_("Failure tracking"), VIEW, build, "documents/failure_tracking.html", file_name,
              shown_at),
    ),
    menu=(
        MenuItem(N_("Time to decision"), "analytics.clocks", Permission.CLAIM_VIEW, 55, "stopwatch"),
        MenuItem(N_("Worth a look"), "analytics.conspicuous", VIEW, 56, "binoculars", side=HQ),
        MenuItem(N_("Failure tracking"), "analytics.failures", VIEW, 57, "graph-up", side=HQ),
    ),
)  # fmt: skip
