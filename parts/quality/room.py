"""What the room of quality reports offers to the house."""

from __future__ import annotations

from parts.quality.documents import build, file_name
from parts.quality.lists import (
    MEASURES,
    NETWORK_REPORTS,
    REPORTS,
    STEP_LIST,
    late_steps,
    my_late_steps,
    own_drafts,
    waiting_in,
)
from parts.quality.queries.published import news, unread
from parts.quality.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem

VIEW, REPORT, HANDLE = Permission.QUALITY_VIEW, Permission.QUALITY_REPORT, Permission.QUALITY_HANDLE
LIST, HQ = "quality.reports", "head_office"

ROOM = Room(
    blueprint=bp,
    lists=(REPORTS, NETWORK_REPORTS, STEP_LIST, MEASURES),
    papers=(
        Paper("quality_report", N_("Parts quality report"), VIEW, build, "documents/quality_report.html", file_name,
              ("quality.report", "key")),
    ),
    work=(
        WorkItem("quality_returned", N_("Quality reports returned to you"), REPORT, waiting_in("returned"), LIST,
                 "state=returned", "dealer"),
        WorkItem("quality_draft", N_("Quality reports not submitted yet"), REPORT, waiting_in("draft"), LIST,
                 "state=draft", "dealer"),
        WorkItem("quality_news", N_("Quality reports with news"), REPORT, news, LIST, "news=yes", "dealer"),
        WorkItem("quality_measures", N_("Published measures to read"), REPORT, unread, "quality.unread", "", "dealer"),
        WorkItem("quality_submitted", N_("Quality reports to answer"), HANDLE, waiting_in("submitted"), LIST,
                 "state=submitted", HQ),
        WorkItem("quality_own_draft", N_("Headquarters' quality reports not begun"), HANDLE, own_drafts, LIST,
                 "state=draft", HQ),
        WorkItem("quality_my_late", N_("8D steps of yours overdue"), HANDLE, my_late_steps, "quality.late", "", HQ),
        WorkItem("quality_late", N_("8D steps overdue"), HANDLE, late_steps, "quality.steps",
                 "due=overdue", HQ),
        WorkItem("quality_checking", N_("Measures whose effect is to be checked"), HANDLE, waiting_in("checking"), LIST,
                 "state=checking", HQ),
    ),
    menu=(
        MenuItem(N_("Quality reports"), LIST, VIEW, 62, "clipboard-pulse"),
        MenuItem(N_("Published measures"), "quality.measures", VIEW, 63, "broadcast"),
    ),
)  # fmt: skip
