"""What the room of claims offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.claims import book_views, further_views, queue_views  # noqa: F401  (their views join the blueprint)
from warranty.claims.documents import build_claim_form, form_file_name
from warranty.claims.queries.lists import CLAIMS, NETWORK_CLAIMS, TRIAL_CHANGES, UNCLAIMED
from warranty.claims.queries.pages import orders_without_claim, samples, waiting_in
from warranty.claims.queue_list import QUEUE
from warranty.claims.views import bp

VIEW, WRITE = Permission.CLAIM_VIEW, Permission.CLAIM_WRITE
DECIDE, SENIOR = Permission.CLAIM_DECIDE, Permission.CLAIM_DECIDE_SENIOR

ROOM = Room(
    blueprint=bp,
    lists=(CLAIMS, NETWORK_CLAIMS, QUEUE, UNCLAIMED, TRIAL_CHANGES),
    papers=(
        Paper("claim_form", N_("Claim form"), VIEW, build_claim_form, "documents/claim_form.html", form_file_name,
              ("claims.claim", "key")),
    ),
    work=(
        WorkItem("unclaimed", N_("Completed warranty orders without a claim"), WRITE, orders_without_claim,
                 "claims.unclaimed", side="dealer"),
        WorkItem("claims_returned", N_("Claims returned to you"), WRITE, waiting_in("returned"),
                 "claims.claims", "state=returned", "dealer"),
        WorkItem("claims_draft", N_("Claims not submitted yet"), WRITE, waiting_in("draft"),
                 "claims.claims", "state=draft", "dealer"),
        WorkItem("claims_waiting", N_("Claims waiting for a decision"), DECIDE, waiting_in("submitted"),
                 "claims.queue", "state=submitted", "head_office"),
        WorkItem("claims_referred", N_("Claims for the second level"), SENIOR, waiting_in("in_review"),
                 "claims.queue", "state=in_review", "head_office"),
        WorkItem("claims_countersign", N_("Approvals that need a second signature"), SENIOR, waiting_in("countersign"),
                 "claims.queue", "state=countersign", "head_office"),
        WorkItem("claims_appealed", N_("Appeals to decide"), SENIOR, waiting_in("appealed"),
                 "claims.queue", "state=appealed", "head_office"),
        WorkItem("claims_opinion", N_("Claims that wait for a technical opinion"), Permission.CLAIM_OPINE,
                 waiting_in("in_opinion"), "claims.claims", "state=in_opinion", "head_office"),
        WorkItem("claims_sampled", N_("Self-decided claims drawn as samples"), DECIDE, samples,
                 "claims.claims", "sampled=yes", "head_office"),
    ),
    menu=(
        MenuItem(N_("Claims"), "claims.claims", VIEW, 40, "shield-check"),
        MenuItem(N_("Claim rules"), "claims.rules", VIEW, 42, "sliders"),
        MenuItem(N_("Claims to decide"), "claims.queue", DECIDE, 41, "inboxes", side="head_office"),
    ),
)  # fmt: skip
