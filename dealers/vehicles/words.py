"""The room's words: values of columns and what people call them."""

from __future__ import annotations

from dealers.vehicles.rules import vin_fault, wrong_characters
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_

USE = {
    "household": N_("Household"),
    "commercial": N_("Business use"),
    "official": N_("Official use"),
    "rental": N_("Taxi or rental"),
}
CATEGORY = {
    "passenger_car": N_("Passenger car"),
    "pickup": N_("Pickup"),
    "special_passenger_car": N_("Special passenger car"),
    "other": N_("Other vehicle"),
}
POWERTRAIN = {"petrol": N_("Combustion engine"), "hybrid": N_("Hybrid"), "electric": N_("Electric")}
DOUBT = {
    "lower": N_("Lower than before"),
    "too_fast": N_("Rose too fast"),
    "absurd": N_("Not possible"),
}
SOURCE = {
    "repair_order": N_("Repair order"),
    "sale": N_("Sale"),
    "import": N_("Import"),
    "demand": N_("Demand for replacement or return"),
}
PERIOD = {"guarantee": N_("Guarantee period"), "repair": N_("Repair period")}
PERIOD_STATE = {
    "in_force": N_("In force"),
    "time_over": N_("Ended by date"),
    "km_over": N_("Ended by kilometres"),
    "not_begun": N_("Not begun"),
}
PLATE = {
    "ordinary": N_("Ordinary plate"),
    "new_energy": N_("New-energy plate"),
    "police": N_("Police plate"),
    "learner": N_("Driving-school plate"),
    "trailer": N_("Trailer plate"),
    "border": N_("Border plate"),
    "embassy": N_("Embassy plate"),
    "consulate": N_("Consulate plate"),
    "armed_police": N_("Armed-police plate"),
    "military": N_("Military plate"),
}
TAKEN_BACK = {"replaced": N_("replaced by another car"), "returned": N_("returned for its price")}
OWNER_KIND = {"person": N_("Private person"), "company": N_("Company")}

_VIN_FAULTS = {
    "length": N_("A VIN has 17 characters; this one has %(count)s."),
    "character": N_("A VIN cannot contain %(letters)s (the letters I, O and Q are never used)."),
    "check_digit": N_("The check digit of this VIN is wrong: a character is mistyped. Please compare it with the car."),
}


def vin_fault_in_words(vin: str) -> Fault | None:
    """Return what is wrong with a cleaned VIN as people are told it; None where nothing is."""
    fault = vin_fault(vin)
    if fault is None:
        return None
    facts = {"count": len(vin), "letters": " ".join(wrong_characters(vin))}
    return Fault(_VIN_FAULTS[fault], "vin", facts)
