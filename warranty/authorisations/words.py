"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_
from warranty.claims.words import STATES as CLAIM_STATES

__all__ = ["CLAIM_STATES"]

STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "returned": N_("Returned"),
    "passed": N_("Passed"),
    "refused": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
TYPES = {
    "watch": N_("Three-guarantees watch"),
    "high_amount": N_("High amount"),
    "goodwill": N_("Request for goodwill"),
    "other": N_("Another reason"),
}
ACTIONS = {
    "submit": N_("Submitted"),
    "pass": N_("Passed"),
    "return": N_("Returned"),
    "refuse": N_("Declined"),
    "withdraw": N_("Withdrawn by the station"),
    "revoke": N_("Withdrawn by headquarters"),
}
TONES = {"submit": "info", "pass": "success", "return": "warning", "refuse": "danger", "revoke": "danger"}
OUTCOMES = {"pass": N_("Pass"), "return": N_("Return to the dealer"), "refuse": N_("Decline")}
FIELDS = {
    "type": N_("Why it is asked"),
    "odometer_km": N_("Odometer (km)"),
    "component": N_("Component"),
    "causal_part": N_("Causal part"),
    "concern": N_("Customer's concern"),
    "cause": N_("Cause of the failure"),
    "correction": N_("What is to be done"),
    "asked": N_("Amount asked for (yuan)"),
}
FAULTS = {
    "not_positive": N_("Please write an amount above 0."),
    "above_asked": N_("Not more than was asked for can be passed."),
    "reason_lower": N_("Please say why it is less than was asked for; the dealer reads it."),
    "days": N_("A whole number from %(least)s to %(most)s."),
}
