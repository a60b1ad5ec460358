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
KINDS = {
    **CLAIM_KINDS,
    "other": N_("Other items"),
    "old_part": N_("Old part deduction"),
    "audit": N_("Audit deduction"),
    "administrative": N_("Administrative deduction"),
    "debit": N_("Debit of a settled claim"),
    "credit": N_("Credit"),
    "brought_forward": N_("Brought forward from an earlier month"),
    "carried_over": N_("Carried over to the next month"),
}
ENTRY_STATES = {
    "waiting": N_("Waits for the next statement"),
    "taken": N_("In a statement"),
    "cancelled": N_("Struck out"),
}
FAULTS = {
    "kind": N_("Please choose from the list."),
    "not_positive": N_("Please write an amount above 0."),
    "claim_unknown": N_("This dealer has no settled claim of this number."),
    "claim_needed": N_("A debit takes back what a claim was paid: please name the claim."),
    "above_settled": N_("Only %(left)s yuan are left of what this claim was paid."),
}
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
