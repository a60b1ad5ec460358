"""The room's words: values of its columns → messages, and what each broken rule says."""

from __future__ import annotations

from collections.abc import Iterable

from dealers.service.rules import Problem
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_

STATES = {"open": N_("In the shop"), "completed": N_("Completed"), "cancelled": N_("Cancelled")}
STATE_TONES = {"open": "warning", "completed": "success", "cancelled": "plain"}
DONE = {
    "open": N_("Order opened"),
    "complete": N_("Order completed"),
    "reopen": N_("Order reopened"),
    "cancel": N_("Order cancelled"),
}
SUPPLY = {
    "waiting": N_("Waits for parts"),
    "undelivered": N_("Headquarters will not deliver"),
    "arrived": N_("Ordered parts are all here"),
}
TYPES = {
    "general": N_("General repair"),
    "maintenance": N_("Maintenance"),
    "out_call": N_("Out-call rescue"),
    "pre_sale": N_("Pre-sale repair"),
    "pdi": N_("PDI"),
    "campaign": N_("Service campaign"),
    "part_warranty": N_("Part warranty"),
}
PAYERS = {"warranty": N_("Warranty"), "customer": N_("Customer pays")}
SUBSTITUTES = {
    "none": N_("None"),
    "car": N_("Substitute car"),
    "transport": N_("Transport compensation"),
    "agreed": N_("Otherwise agreed with the customer"),
}
#: Who answers for what failed: a quality problem, none, or what frees the maker (Art. 32).
DUTIES = {
    "quality": N_("Quality problem, the maker answers"),
    "none": N_("No quality problem"),
    "disclosed_defect": N_("Exempt: defect told in writing at the sale"),
    "misuse": N_("Exempt: used or serviced against the manual"),
    "modification": N_("Exempt: modified against the manual"),
    "self_handling": N_("Exempt: handled wrongly by the customer afterwards"),
    "force_majeure": N_("Exempt: force majeure"),
}
EFFECTS = {
    "steering_failure": N_("Steering failed"),
    "brake_failure": N_("Brakes failed"),
    "body_cracking": N_("Body cracked"),
    "fuel_leak": N_("Fuel leaked"),
    "traction_battery_fire": N_("Traction battery caught fire"),
}
ACTIONS = {
    "repair": N_("Repaired"),
    "replace_part": N_("Part replaced"),
    "replace_assembly": N_("Assembly replaced"),
}
RESOLVED = {"yes": N_("Problem is gone"), "no": N_("Problem is still there")}
COMPONENTS = {
    "engine": N_("Engine"),
    "transmission": N_("Transmission"),
    "traction_battery": N_("Traction battery"),
    "drive_motor": N_("Drive motor"),
    "steering": N_("Steering system"),
    "brakes": N_("Brake system"),
    "suspension": N_("Suspension system"),
    "driveline": N_("Driveline"),
    "pollution_control": N_("Pollution control"),
    "body": N_("Body"),
    "other": N_("Other"),
}
FAILURE_MODES = {
    "leak": N_("Leaks"),
    "noise": N_("Abnormal noise"),
    "vibration": N_("Vibration"),
    "crack": N_("Cracked or broken"),
    "wear": N_("Worn early"),
    "deformed": N_("Deformed"),
    "loose": N_("Loose"),
    "corrosion": N_("Corroded"),
    "seized": N_("Seized"),
    "short_circuit": N_("Short circuit"),
    "open_circuit": N_("Open circuit or bad contact"),
    "no_function": N_("Does not work"),
    "software": N_("Software"),
    "paint": N_("Paint fault"),
    "other": N_("Other failure"),
}

#: What the fields of an order's page are called; the keys end their names.
FIELDS = {
    "type": N_("Type"),
    "received_at": N_("Received"),
    "promised_at": N_("Promised"),
    "completed_at": N_("Completed on"),
    "odometer_km": N_("Odometer (km)"),
    "presenter_name": N_("Presenter"),
    "presenter_phone": N_("Presenter's phone"),
    "owner_name": N_("Owner"),
    "owner_phone": N_("Owner's phone"),
    "plate": N_("Plate"),
    "note": N_("Note"),
    "concern": N_("Concern"),
    "cause": N_("Cause"),
    "correction": N_("Correction"),
    "component": N_("Component"),
    "failure_mode": N_("Failure mode"),
    "payer": N_("Payer"),
    "campaign": N_("Campaign"),
    "technician": N_("Technician"),
    "causal": N_("Causal part"),
    "add_labour": N_("Add labour"),
    "add_part": N_("Add part"),
    "add_sublet": N_("Add sublet work"),
    "name": N_("Sublet work"),
    "vendor": N_("Workshop"),
    "invoice_no": N_("Invoice no."),
    "amount": N_("Amount"),
    "hours": N_("Hours"),
    "quantity": N_("Quantity"),
    "unit_price": N_("Unit price"),
    "out_call_km": N_("Out-call distance, one way (km)"),
    "out_call_expenses": N_("Out-call expenses (yuan)"),
    "towing_fee": N_("Towing (yuan)"),
    "substitute": N_("Instead of the car"),
    "substitute_from": N_("Substitute car from"),
    "substitute_until": N_("Substitute car until"),
    "substitute_amount": N_("Transport compensation (yuan)"),
    "special_transport_hours": N_("Transport of special parts (hours)"),
    "battery_transport_hours": N_("Transport of the traction battery (hours)"),
    "rescue_hours": N_("Way of the rescue (hours)"),
    "duty": N_("Who answers"),
    "effect": N_("What failed"),
    "action": N_("How it was repaired"),
    "main_part": N_("Main part"),
    "same_as": N_("Same problem as"),
    "resolved": N_("Afterwards"),
    "new_concern": N_("Another concern"),
    "meter_replaced": N_("The odometer was replaced"),
    "claimed": N_("Claim"),
    "reason": N_("Reason"),
}

#: What to say when a rule is broken; keys are the codes of `rules.Problem`.
FAULTS = {
    "required": N_("Please fill this in."),
    "vin_unknown": N_("No car is registered with this VIN. Please compare it with the registration, letter by letter."),
    "type_unknown": N_("Please choose from the list."),
    "campaign_missing": N_("Say which campaign this job does, or let the customer pay for it."),
    "campaign_twice": N_("Another job of this visit does the same campaign; it is done once."),
    "campaign_unknown": N_("This car is not due for campaign %(campaign)s. Please choose from the list."),
    "phone": N_("This is no phone number. Digits, spaces and + are fine."),
    "odometer_range": N_("The odometer reading must be between 0 and 2,000,000 km."),
    "odometer_low": N_(
        "Lower than the %(km)s km read on %(day)s. Read the meter again; if it is right, tick the box below, "
        "or mark the meter as replaced."
    ),
    "odometer_jump": N_(
        "Much higher than the %(km)s km read on %(day)s. Read the meter again; if it is right, tick the box below."
    ),
    "received_future": N_("The car cannot have been received later than now."),
    "promised_early": N_("The promised time must come after the car was received."),
    "completed_early": N_("The completion must come after the car was received."),
    "completed_future": N_("The order cannot be completed later than now."),
    "no_job": N_("Write down at least one concern of the customer."),
    "concern_missing": N_("What did the customer say? Please write the concern."),
    "cause_missing": N_("What was found? Please write the cause."),
    "correction_missing": N_("What was done? Please write the correction."),
    "too_long": N_("At most %(limit)s characters."),
    "hours": N_("Hours must be more than 0 and at most %(limit)s."),
    "hours_quota": N_("The maker pays at most %(limit)s hours for this operation."),
    "quantity": N_("The quantity must be more than 0 and at most %(limit)s."),
    "price": N_("The price must not be below 0 or above %(limit)s."),
    "no_price": N_("This amount has no price yet."),
    "sublet_name": N_("What did the other workshop do?"),
    "sublet_vendor": N_("Which workshop did it? Please write its name as on the invoice."),
    "sublet_invoice": N_("Please write the number of the invoice: without it sublet work is not paid."),
    "sublet_amount": N_("How much is the invoice, in yuan before tax?"),
    "invoice_no": N_("An invoice's number has 20 digits, or 8 on an older invoice."),
    "causal_twice": N_("Only one part of a job failed first. Please mark one."),
    "causal_missing": N_("Which part failed first? Please mark the causal part."),
    "out_call_distance": N_("How far was the out-call? Please give the kilometres one way."),
    "amount_negative": N_("An amount cannot be below 0."),
    "substitute_unknown": N_("Please choose from the list."),
    "substitute_from": N_("Since when does the customer have the substitute car?"),
    "substitute_order": N_("The substitute car must come back after it was handed out."),
    "substitute_amount": N_("How much compensation was agreed?"),
    "substitute_due": N_(
        "More than %(days)s days in repair: which substitute car, compensation or other agreement did the customer get?"
    ),
    "excluded_hours": N_("Hours must be 0 or more and at most %(limit)s."),
    "choose": N_("Please choose from the list."),
    "no_assembly": N_("Only engine, transmission, traction battery and drive motor are assemblies."),
    "main_part_unknown": N_("The certificate of this model declares no such main part of this component."),
    "serious_without_quality": N_("A serious safety fault is a quality problem, or exempt. Please say who answers."),
}


def faults(problems: Iterable[Problem]) -> list[Fault]:
    """Word what the rules found."""
    return [Fault(FAULTS[problem.code], problem.field, problem.facts) for problem in problems]


def refuse(problems: Iterable[Problem]) -> None:
    """Raise the faults, if there are any."""
    found = faults(problems)
    if found:
        raise DomainError(*found)
