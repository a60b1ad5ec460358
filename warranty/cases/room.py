"""What the room of cases offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.cases.documents import (
    build_certificate,
    build_reply,
    build_supplement,
    certificate_name,
    reply_name,
    supplement_name,
)
from warranty.cases.lists import CASES, delays_proposed, in_states, standing_at
from warranty.cases.rules.clocks import OVERDUE, TOLD
from warranty.cases.views import bp

VIEW, RECEIVE, DECIDE = Permission.CASE_VIEW, Permission.CASE_RECEIVE, Permission.CASE_DECIDE
#: Who sees on the home page that a clock passed a mark: `rules.clocks.TOLD` by what its people may do.
TOLD_WITH = {"dealer": VIEW, "region": Permission.NETWORK_EDIT, "decider": DECIDE}
CLOCKS = {
    50: N_("Replacement cases from half of the days"),
    80: N_("Replacement cases from 80 %% of the days"),
    100: N_("Replacement cases on their last day"),
    OVERDUE: N_("Replacement cases overdue"),
}

PAGE = ("cases.case", "key")

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
        WorkItem("cases_delays", N_("Owners' delays that need a second person"), DECIDE, delays_proposed,
                 "cases.cases", "delay=proposed", "head_office"),
        *(
            WorkItem(f"cases_{side}_{mark}", CLOCKS[mark], permission, standing_at(mark), "cases.cases",
                     f"clock={mark}", "dealer" if side == "dealer" else "head_office")
            for side, permission in TOLD_WITH.items()
            for mark in TOLD[side]
        ),
    ),
    papers=(
        Paper("case_reply", N_("Reply to a demand"), VIEW, build_reply, "documents/case_reply.html", reply_name,
              PAGE),
        Paper("case_supplement", N_("Supplementary reply"), VIEW, build_supplement, "documents/case_supplement.html",
              supplement_name, PAGE),
        Paper("case_certificate", N_("Replacement or return certificate"), VIEW, build_certificate,
              "documents/case_certificate.html", certificate_name, PAGE),
    ),
    menu=(MenuItem(N_("Replacement and return"), "cases.cases", VIEW, 36, "arrow-left-right"),),
)  # fmt: skip
