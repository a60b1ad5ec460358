"""The room's words: values of its columns and codes → messages."""

from __future__ import annotations

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import N_
from warranty.claims.words import KINDS
from warranty.claims.words import STATES as CLAIM_STATES

__all__ = ["CLAIM_STATES", "COMPONENTS", "KINDS"]

STATES = {
    "draft": N_("Not sent yet"),
    "sent": N_("With the supplier"),
    "answered": N_("Answered"),
    "disputed": N_("Disputed with the supplier"),
    "agreed": N_("Agreed"),
    "booked": N_("Booked"),
    "paid": N_("Paid"),
    "withdrawn": N_("Withdrawn"),
}
ACTIONS = {
    "send": N_("Sent to the supplier"),
    "answer": N_("The supplier answered"),
    "dispute": N_("Headquarters disputed the answer"),
    "correct": N_("Answers to be recorded anew"),
    "agree": N_("Agreed on the amounts"),
    "reopen": N_("Agreement reopened"),
    "reopen_dispute": N_("Agreement reopened"),
    "book": N_("Booked"),
    "pay": N_("Paid by the supplier"),
    "withdraw": N_("Withdrawn"),
}
TONES = {
    "send": "info", "answer": "info", "dispute": "warning", "agree": "success", "book": "success", "pay": "success",
    "withdraw": "danger", "correct": "warning", "reopen": "warning", "reopen_dispute": "warning",
}  # fmt: skip
OUTCOMES = {
    "accepted": N_("Wholly accepted"),
    "partly": N_("Partly accepted"),
    "rejected": N_("Not accepted by the supplier"),
}
OUTCOME_TONES = {"accepted": "success", "partly": "warning", "rejected": "danger"}
SCOPES = {
    "part": N_("One part"),
    "component": N_("One component"),
    "all": N_("All parts of the supplier"),
}
ACCOUNTS = {
    "booked": N_("Booked"),
    "back": N_("Given back"),
    "paid": N_("Paid"),
    "repaid": N_("Repaid"),
}
#: What an adjustment does.
ADJUSTMENTS = {"back": N_("Given back to the supplier"), "again": N_("Asked for again")}
ADJUSTMENT_TONES = {"back": "warning", "again": "info"}
#: Demands of more than headquarters bears by now, since the stations were charged; and those of less.
ABOVE = {
    "any": N_("More than headquarters bears"),
    "open": N_("More, and not agreed on yet"),
    "back": N_("Money has to go back"),
    "again": N_("May be asked for again"),
}
#: Whether a claim's cost is asked back.
STANDINGS = {
    "recovered": N_("In a demand"),
    "waiting": N_("Waits for a demand"),
    "charged_back": N_("Taken back from the station"),
    "uncovered": N_("No contract holds"),
}
SHOWN = {
    "": N_("All lines"),
    "open": N_("Not answered yet"),
    "disputed": N_("Not wholly accepted"),
    "cut": N_("Cut by a cap"),
}
