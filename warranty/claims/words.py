"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.kernel.i18n import N_

STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("Second review"),
    "returned": N_("Returned"),
    "approved": N_("Approved"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
    "in_settlement": N_("In settlement"),
    "settled": N_("Settled"),
}
TYPES = {
    "repair": N_("Warranty repair"),
    "first_service": N_("Free first service"),
    "pdi": N_("PDI claim"),
    "campaign": N_("Campaign claim"),
    "goodwill": N_("Goodwill"),
    "part_warranty": N_("Part warranty claim"),
    "out_call": N_("Out-call claim"),
}
KINDS = {
    "labour": N_("Labour"),
    "part": N_("Material"),
    "handling": N_("Handling fee"),
    "out_call": N_("Out-call"),
    "towing": N_("Towing"),
    "substitute": N_("Substitute car or transport"),
}
LINE_NAMES = {
    "HANDLING": N_("of the parts"),
    "KM": N_("Kilometres, there and back"),
    "EXPENSES": N_("Out-call expenses"),
    "TOWING": N_("Towing fee"),
    "SUBSTITUTE": N_("Substitute car or transport"),
}
DECISIONS = {"approved": N_("Approve"), "adjusted": N_("Change amount"), "refused": N_("Refuse line")}
DECIDED = {"approved": N_("Approved"), "adjusted": N_("Amount changed"), "refused": N_("Refused")}
OUTCOMES = {
    "approve": N_("Approve claim"),
    "return": N_("Return to the dealer"),
    "refuse": N_("Refuse claim"),
    "refer": N_("Pass to second level"),
}
ACTIONS = {
    "submit": N_("Submitted"),
    "withdraw": N_("Withdrawn"),
    "approve": N_("Approved"),
    "return": N_("Returned"),
    "refuse": N_("Refused"),
    "refer": N_("Passed to second level"),
    "settle": N_("Put into a settlement"),
    "release": N_("Taken out of the settlement"),
    "pay": N_("Settled and paid"),
}
TONES = {
    "submit": "info", "withdraw": "plain", "approve": "success", "return": "warning", "refuse": "danger",
    "refer": "warning", "settle": "info", "release": "warning", "pay": "success",
}  # fmt: skip
DEGREES = {"minor": N_("Minor"), "medium": N_("Medium"), "severe": N_("Severe"), "failed": N_("Failed completely")}
REASONS = {
    "not_covered": N_("Not covered by the warranty"),
    "maintenance": N_("Wear or missing maintenance"),
    "misuse": N_("Misuse or accident"),
    "hours": N_("Too many hours"),
    "price": N_("Price not as listed"),
    "proof": N_("Photos or proof missing"),
    "description": N_("Description not sufficient"),
    "wrong_part": N_("Wrong part or not causal"),
    "follows_parts": N_("Handling fee follows the parts paid"),
    "other": N_("Another reason"),
}
FIELDS = {
    "type": N_("Claim type"),
    "concern": N_("Customer's concern"),
    "cause": N_("Cause of the failure"),
    "correction": N_("Correction"),
    "failure_mode": N_("Failure mode"),
    "damage_place": N_("Place of the damage"),
    "damage_degree": N_("Degree of the damage"),
    "pre_authorisation": N_("Pre-authorisation no."),
    "campaign": N_("Campaign no."),
    "component": N_("Component"),
    "causal_part": N_("Causal part"),
    "causal_supplier": N_("Supplier of the causal part"),
    "odometer_km": N_("Odometer"),
    "received_at": N_("Received at"),
    "completed_at": N_("Completed at"),
    "old_part_due": N_("Old part must come back"),
    "quantity": N_("Quantity"),
    "unit_price": N_("Unit price"),
    "applied": N_("Applied for"),
    "line": N_("Line"),
}
SEVERITIES = {"error": N_("Must be mended"), "warning": N_("Notice")}
FORECAST = {
    "blocked": N_("Cannot be submitted yet"),
    "person": N_("A person at headquarters will look at it"),
    "clean": N_("No fault found; it can be submitted"),
}
FAULTS = {
    "unknown": N_("Please choose from the list."),
    "amount_missing": N_("Please write the amount you approve."),
    "negative": N_("An amount cannot be below 0."),
    "above_applied": N_("Not more than was applied for can be approved."),
    "above_priced": N_("The amount can be lowered, not raised."),
    "reason_missing": N_("Please give the reason for this line."),
    "all_refused": N_("Every line is refused. Refuse the claim as a whole, with a reason."),
}

#: What of a finding's figures is money in yuan, and what is kilometres; the rest is written as it is.
YUAN, KILOMETRES = frozenset({"applied", "limit", "granted", "left"}), frozenset({"km", "before", "driven", "odometer"})


def written(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Write the figures of a finding as pages write figures: with commas between thousands."""
    return {
        name: f"{Decimal(value):,.2f}" if name in YUAN else f"{value:,}" if name in KILOMETRES else value
        for name, value in figures.items()
    }
