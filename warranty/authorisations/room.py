"""What the room of pre-authorisations offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room, WorkItem
from warranty.authorisations.lists import AUTHORISATIONS, NETWORK_AUTHORISATIONS, waiting_in
from warranty.authorisations.views import bp

VIEW, WRITE, DECIDE = Permission.CLAIM_VIEW, Permission.CLAIM_WRITE, Permission.AUTHORISATION_DECIDE
LIST = "authorisations.authorisations"

ROOM = Room(
    blueprint=bp,
    lists=(AUTHORISATIONS, NETWORK_AUTHORISATIONS),
    work=(
        WorkItem("authorisations_waiting", N_("Pre-authorisations to decide"), DECIDE, waiting_in("submitted"),
                 LIST, "state=submitted", "head_office"),
        WorkItem("authorisations_returned", N_("Pre-authorisations returned to you"), WRITE, waiting_in("returned"),
                 LIST, "state=returned", "dealer"),
        WorkItem("authorisations_draft", N_("Pre-authorisations not submitted yet"), WRITE, waiting_in("draft"),
                 LIST, "state=draft", "dealer"),
    ),
    menu=(MenuItem(N_("Pre-authorisations"), LIST, VIEW, 39, "clipboard-check"),),
)  # fmt: skip
