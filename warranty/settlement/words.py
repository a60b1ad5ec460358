"""The room's words: values of its columns → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_
from warranty.claims.words import KINDS as CLAIM_KINDS

STATES = {
    "generated": N_("For the dealer to confirm"),
    "disputed": N_("Disputed"),
    "confirmed": N_("Confirmed"),
    "reviewed": N_("Reviewed, waits for the invoice"),
    "invoiced": N_("Invoice received"),
    "paid": N_("Paid"),
}
KINDS = {**CLAIM_KINDS, "other": N_("Other items")}
ACTIONS = {
    "confirm": N_("The dealer confirmed"),
    "dispute": N_("The dealer disputed lines"),
    "answer": N_("Headquarters answered the disputes"),
    "review": N_("Passed the finance review"),
    "invoice": N_("The invoice was received"),
    "pay": N_("Paid"),
}
TONES = {"confirm": "success", "dispute": "warning", "answer": "info", "pay": "success"}
OUTCOMES = {
    "upheld": N_("The line stays"),
    "removed": N_("Take the claim out; the next month settles it"),
}
