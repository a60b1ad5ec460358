"""Checks of what the claim stands on: the repair order, the station, the car, the dates."""

from __future__ import annotations

from datetime import timedelta

from warranty.claims.rules.checks.authorisation import authorised
from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts

#: Which types of claim a type of repair order can lead to.
CLAIM_TYPES: dict[str, tuple[str, ...]] = {
    "general": ("repair", "goodwill"),
    "maintenance": ("first_service", "repair", "goodwill"),
    "out_call": ("out_call", "repair", "goodwill"),
    "pre_sale": ("repair", "pdi"),
    "pdi": ("pdi",),
    "campaign": ("campaign",),
    "part_warranty": ("part_warranty",),
}


#: Types of visits before a car is sold.
UNSOLD_WORK = frozenset({"pre_sale", "pdi"})


def not_completed(facts: ClaimFacts) -> Hit | None:
    """The repair must be finished and the repair order completed."""
    return None if facts.visit.state == "completed" else Hit({"state": facts.visit.state})


def station_not_open(facts: ClaimFacts) -> Hit | None:
    """Only an open station may claim."""
    return None if facts.station.state == "open" else Hit({"state": facts.station.state})


def too_late(facts: ClaimFacts) -> Hit | None:
    """A claim is submitted within the days after completion; the last day still counts.

    What was in time once stays so: how long headquarters takes is not the station's delay.
    """
    completed, allowed = facts.visit.completed_on, facts.limits.submit_within_days
    handed_in = facts.first_submitted or facts.today
    if completed is None or (handed_in - completed).days <= allowed:
        return None
    last = completed + timedelta(days=allowed)
    return Hit({"completed": str(completed), "last": str(last), "days": allowed})


def vehicle_unknown(facts: ClaimFacts) -> Hit | None:
    """The VIN must be a car of the maker, its model one of the range."""
    if facts.car.known and facts.car.model is not None:
        return None
    return Hit({"vin": facts.car.vin})


def wrong_type(facts: ClaimFacts) -> Hit | None:
    """The type of the claim must be one that this type of repair order can lead to."""
    if facts.type in CLAIM_TYPES.get(facts.visit.type, ()):
        return None
    return Hit({"type": facts.type, "order_type": facts.visit.type})


def sale_unknown(facts: ClaimFacts) -> Hit | None:
    """Without a sale on record nobody can tell when the coverage began; before the sale none is needed."""
    unsold_work = facts.visit.type in UNSOLD_WORK | {"campaign"}
    return None if facts.car.begins is not None or unsold_work else Hit({"vin": facts.car.vin})


#: Levels of the three-guarantees watch at which headquarters wants to be asked before the repair.
WATCHED_LEVELS = frozenset({"orange", "red", "entitled"})
#: Claims for a failure; what else is claimed brings no car nearer to a line.
FAILURE_CLAIMS = frozenset({"repair", "out_call"})


def watch_unauthorised(facts: ClaimFacts) -> Hit | None:
    """A car at orange or worse needs a pre-authorisation (三包预警)."""
    return None if authorised(facts) else watch_level(facts)


def watch_authorised(facts: ClaimFacts) -> Hit | None:
    """A pre-authorised claim of such a car is looked at by a person."""
    return watch_level(facts) if authorised(facts) else None


def watch_level(facts: ClaimFacts) -> Hit | None:
    """Tell whether the claim is about a failure of a car at orange or worse."""
    car = facts.car
    if facts.type not in FAILURE_CLAIMS or car.watch_level not in WATCHED_LEVELS:
        return None
    return Hit({"value": car.watch_value, "limit": car.watch_limit})


CHECKS = (
    Check(
        "order_not_completed", Severity.ERROR, Outcome.RETURN, "RO-OPEN",
        N_("Repair order not completed"),
        N_("The repair order behind this claim is not completed."),
        N_("Complete the repair order, then take its figures over again."),
        "order", not_completed,
    ),
    Check(
        "station_not_open", Severity.ERROR, Outcome.REFUSE, "STATION",
        N_("Station not open"),
        N_("This station may not claim: it is suspended or closed."),
        N_("Ask the network manager of your region."),
        "order", station_not_open,
    ),
    Check(
        "submitted_too_late", Severity.ERROR, Outcome.REFUSE, "LATE",
        N_("Submitted too late"),
        N_("The repair was completed on %(completed)s; the last day to submit was %(last)s (%(days)s days)."),
        N_("This claim cannot be submitted any more. Ask the region about goodwill before you withdraw it."),
        "order", too_late,
    ),
    Check(
        "vehicle_unknown", Severity.ERROR, Outcome.RETURN, "VIN",
        N_("VIN or model unknown"),
        N_("The car %(vin)s or its model is not on record."),
        N_("Compare the VIN with the car; if it is right, ask headquarters to record the car."),
        "order", vehicle_unknown,
    ),
    Check(
        "wrong_type", Severity.ERROR, Outcome.RETURN, "TYPE",
        N_("Wrong claim type"),
        N_("This type of claim does not go with the type of the repair order."),
        N_("Choose another claim type, or correct the type of the repair order."),
        "type", wrong_type,
    ),
    Check(
        "sale_unknown", Severity.WARNING, Outcome.PERSON, "SALE",
        N_("Sale not on record"),
        N_("No sale of %(vin)s is on record, so the start of its coverage is unknown."),
        N_("Record the sale with its invoice on the vehicle page, or let headquarters decide."),
        "order", sale_unknown,
    ),
    Check(
        "watch_unauthorised", Severity.ERROR, Outcome.RETURN, "WATCH-AUTH",
        N_("Pre-authorisation missing"),
        N_("The car is close to or beyond a line of the three-guarantees law (%(value)s of %(limit)s)."),
        N_("Ask headquarters for a pre-authorisation and enter its number."),
        "pre_authorisation", watch_unauthorised,
    ),
    Check(
        "watch_authorised", Severity.WARNING, Outcome.PERSON, "WATCH",
        N_("Three-guarantees watch"),
        N_("The car is close to or beyond a line of the three-guarantees law (%(value)s of %(limit)s)."),
        N_("Nothing to mend: a person at headquarters will decide."),
        "pre_authorisation", watch_authorised,
    ),
)  # fmt: skip
