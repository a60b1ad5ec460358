"""What the room of cases offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.cases.documents import build_certificate, build_reply, certificate_name, reply_name
from warranty.cases.lists import CASES, in_states, pressing
from warranty.cases.views import bp

VIEW, RECEIVE, DECIDE = Permission.CASE_VIEW, Permission.CASE_RECEIVE, Permission.CASE_DECIDE

ROOM = Room(
    blueprint=bp,
    lists=(CASES,),
    work=(
        WorkItem("cases_received", N_("Demands for replacement or return to decide"), DECIDE, in_states("received"),
                 "cases.cases", "state=received", "head_office"),
        WorkItem("cases_proposed", N_("Refusals that need a second person"), DECIDE, in_states("proposed"),
                 "cases.cases", "state=proposed", "head_office"),
        WorkItem("cases_accepted", N_("Accepted demands to answer"), RECEIVE, in_states("accepted"),
                 "cases.cases", "state=accepted"),
        WorkItem("cases_refused", N_("Refused demands to answer"), RECEIVE, in_states("refused"),
                 "cases.cases", "state=refused"),
        WorkItem("cases_replied", N_("Replacements and returns to complete"), RECEIVE, in_states("replied"),
                 "cases.cases", "state=replied"),
        WorkItem("cases_pressing", N_("Replacement cases with a clock at half or more"), VIEW, pressing,
                 "cases.cases", "clock=50"),
    ),
    papers=(
        Paper("case_reply", N_("Reply to a demand"), VIEW, build_reply, "documents/case_reply.html", reply_name),
        Paper("case_certificate", N_("Replacement or return certificate"), VIEW, build_certificate,
              "documents/case_certificate.html", certificate_name),
    ),
    menu=(MenuItem(N_("Replacement and return"), "cases.cases", VIEW, 36, "arrow-left-right"),),
)  # fmt: skip
