"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.kernel.i18n import N_, locale_key

STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("Second review"),
    "in_opinion": N_("Technical opinion"),
    "countersign": N_("Second signature"),
    "appealed": N_("Appealed"),
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
    "sublet": N_("Sublet work"),
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
    "CAR": N_("Substitute car, days"),
    "TRANSPORT": N_("Transport compensation"),
}
#: How a line was reckoned, step by step: the codes of `rules.money.Step`.
RECKONED = {
    "written": N_("%(hours)s h written on the order"),
    "no_quota": N_("no quota in the catalogue"),
    "quota": N_("quota %(hours)s h"),
    "overlap": N_("less %(hours)s h that %(code)s contains"),
    "rate": N_("%(rate)s yuan an hour, stars %(grade)s, since %(since)s"),
    "order_rate": N_("%(rate)s yuan an hour as on the order: no rate is set for these stars"),
    "dealer_price": N_("dealer price since %(since)s"),
    "no_price": N_("no price in the price list"),
    "handling": N_("%(percent)s %% of %(parts)s yuan for parts"),
    "sublet": N_("invoice %(invoice)s of %(vendor)s"),
    "kilometres": N_("%(km)s km one way, there and back, %(rate)s yuan a kilometre"),
    "as_written": N_("as written on the order"),
    "car_days": N_("%(days)s begun days, %(rate)s yuan a day"),
    "goodwill": N_("%(percent)s %% by goodwill %(grant)s"),
    "most_days": N_("at most %(days)s days are paid"),
    "lowered": N_("lowered by the station from %(amount)s yuan"),
    "follows_parts": N_("the fee follows the parts: %(percent)s %% of %(parts)s yuan"),
    "audited": N_("headquarters approved %(amount)s of %(applied)s yuan"),
    "audit_follows": N_("the fee follows the parts approved: %(percent)s %% of %(parts)s yuan"),
}
DECISIONS = {"approved": N_("Approve"), "adjusted": N_("Change amount"), "refused": N_("Refuse line")}
DECIDED = {"approved": N_("Approved"), "adjusted": N_("Amount changed"), "refused": N_("Refused")}
OUTCOMES = {
    "approve": N_("Approve claim"),
    "return": N_("Return to the dealer"),
    "refuse": N_("Refuse claim"),
    "refer": N_("Pass to second level"),
    "reject": N_("Do not sign"),
}
ACTIONS = {
    "submit": N_("Submitted"),
    "withdraw": N_("Withdrawn"),
    "approve": N_("Approved"),
    "return": N_("Returned"),
    "refuse": N_("Refused"),
    "refer": N_("Passed to second level"),
    "ask_opinion": N_("Technical opinion asked for"),
    "give_opinion": N_("Technical opinion given"),
    "propose": N_("Approval proposed; a second person signs"),
    "reject": N_("Second signature withheld"),
    "appeal": N_("Appealed by the dealer"),
    "settle": N_("Put into a settlement"),
    "release": N_("Taken out of the settlement"),
    "pay": N_("Settled and paid"),
    "look": N_("Sample looked at: in order"),
    "object": N_("Sample looked at: objected to"),
}
TONES = {
    "submit": "info", "withdraw": "plain", "approve": "success", "return": "warning", "refuse": "danger",
    "refer": "warning", "ask_opinion": "info", "give_opinion": "info", "propose": "warning", "reject": "warning",
    "appeal": "warning",
    "settle": "info", "release": "warning", "pay": "success", "look": "success", "object": "danger",
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
    "quantity": N_("Quantity"),
    "unit_price": N_("Unit price"),
    "applied": N_("Applied for"),
    "line": N_("Line"),
}
#: Where on the repair order something is mended, by the field after ``order:`` (`rules.places`).
ORDER_PLACES = {
    "order": N_("To the repair order"),
    "odometer": N_("To the odometer on the repair order"),
    "photos": N_("To the photos of the repair order"),
    "causal": N_("To the parts on the repair order"),
    "work": N_("To the work on the repair order"),
    "component": N_("To the component on the repair order"),
    "line": N_("To this line on the repair order"),
}
SEVERITIES = {"error": N_("Must be mended"), "warning": N_("Notice")}
CHECK_OUTCOMES = {
    "pass": N_("Note only"),
    "return": N_("Return"),
    "person": N_("To a person"),
    "refuse": N_("Refuse"),
}
BOOK_STATES = {
    "draft": N_("Draft"),
    "tried": N_("Tried"),
    "in_force": N_("In force"),
    "discarded": N_("Given up"),
}
#: The figures of a rule book.
LIMITS = {
    "submit_within_days": N_("Days to submit after completion"),
    "repeat_within_days": N_("Repeated repair within days"),
    "km_per_day": N_("Kilometres a day at the most"),
    "parts_above": N_("Lines of parts that need no person"),
    "hours_above": N_("Quota hours that need no person"),
    "first_service_months": N_("Free first service: months after the sale"),
    "first_service_km": N_("Free first service: kilometres"),
    "first_service_amount": N_("Free first service: amount that needs no person (yuan)"),
    "pdi_amount": N_("PDI: amount that needs no person (yuan)"),
    "hours_level_one": N_("Hours for the first level"),
    "hours_level_two": N_("Hours for the second level"),
    "four_eyes_above": N_("Two people sign above (yuan)"),
    "authorisation_above": N_("Pre-authorisation needed above (yuan)"),
    "handling": N_("Handling fee on parts, per cent"),
    "out_call_km": N_("Out-call, yuan a kilometre"),
    "substitute_day": N_("Substitute car, yuan a day"),
    "substitute_days": N_("Substitute car, days of a visit at the most"),
    "amount": N_("Amount that needs no person (yuan)"),
    "level": N_("Amount up to which the first level decides (yuan)"),
}
FORECAST = {
    "blocked": N_("Cannot be submitted yet"),
    "person": N_("A person at headquarters will look at it"),
    "clean": N_("No fault found; it can be submitted"),
    "approved": N_("Will be approved at once"),
    "returned": N_("Would be returned at once"),
    "refused": N_("Would be refused at once"),
}
#: How a claim goes, as finely as the levels: for trials of a rule book.
WAYS = {
    **FORECAST, "level_one": N_("The first level decides"), "level_two": N_("The second level decides"),
    "four_eyes": N_("Nothing found, but two people sign for so much"), "people": N_("People decide"),
}  # fmt: skip
#: Why a claim goes past the first level; the portal's own reason for the step.
ROUTES = {
    "amount": N_("Amount above the first level's limit"),
    "type": N_("This type of claim goes to the second level"),
    "watch": N_("The car is close to or beyond a line of the three-guarantees law"),
}
#: Who has a claim that waits, by its state.
LEVELS = {
    "submitted": N_("First level"),
    "in_review": N_("Second level"),
    "in_opinion": N_("The quality engineers, then the second level"),
    "countersign": N_("A second person of the second level"),
    "appealed": N_("Second level, another person than the one who refused"),
}
FORECAST_TONES = {
    "blocked": "danger", "refused": "danger", "returned": "danger", "person": "warning", "clean": "success",
    "approved": "success",
}  # fmt: skip
FAULTS = {
    "unknown": N_("Please choose from the list."),
    "amount_missing": N_("Please write the amount you approve."),
    "negative": N_("An amount cannot be below 0."),
    "above_applied": N_("Not more than was applied for can be approved."),
    "above_priced": N_("The amount can be lowered, not raised."),
    "reason_missing": N_("Please give the reason for this line."),
    "all_refused": N_("Every line is refused. Refuse the claim as a whole, with a reason."),
}

#: What of a finding's figures is money in yuan, kept as text (a whole number there counts days or times), and
#: what is kilometres; the rest is written as it is.
YUAN = frozenset({"applied", "limit", "granted", "left"})
KILOMETRES = frozenset({"km", "before", "driven", "odometer"})


def written(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Write the figures of a finding as pages write figures: with commas between thousands.

    What the rules say in both languages stands beside its English as ``…_zh``.
    """
    said = {name: figures.get(f"{name}_zh", value) for name, value in figures.items()}
    return {name: _written(name, value) for name, value in (said if locale_key() == "zh_CN" else figures).items()}


def _written(name: str, value: Any) -> Any:
    if name in YUAN and isinstance(value, str):
        return f"{Decimal(value):,.2f}"
    return f"{value:,}" if name in KILOMETRES else value
