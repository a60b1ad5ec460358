"""Checks against the car's past: odometer, other claims, photos."""

from __future__ import annotations

from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts, OtherClaim, Reading

#: Stands for a visit to another station: that it exists is told, never which.
ANOTHER = "—"


def _last_reading(facts: ClaimFacts) -> Reading | None:
    """Return the highest reading since the meter was last replaced, from days up to this visit."""
    earlier = sorted((r for r in facts.readings if r.day <= facts.visit.received_on), key=lambda r: (r.day, r.km))
    since: list[Reading] = []
    for reading in earlier:
        since = [reading] if reading.replaced else [*since, reading]
    return max(since, key=lambda reading: (reading.km, reading.day), default=None)


def odometer_lower(facts: ClaimFacts) -> Hit | None:
    """A reading is not below an earlier one, unless the meter was replaced."""
    last = _last_reading(facts)
    if last is None or facts.visit.meter_replaced or facts.visit.odometer_km >= last.km:
        return None
    return Hit({"km": facts.visit.odometer_km, "before": last.km, "day": str(last.day)})


def odometer_implausible(facts: ClaimFacts) -> Hit | None:
    """More kilometres since the last reading than can be driven in those days (both days count)."""
    last = _last_reading(facts)
    if last is None or facts.visit.meter_replaced:
        return None
    days = (facts.visit.received_on - last.day).days + 1
    driven, possible = facts.visit.odometer_km - last.km, days * facts.limits.km_per_day
    if driven <= possible:
        return None
    return Hit({"km": facts.visit.odometer_km, "before": last.km, "day": str(last.day), "driven": driven})


def duplicate(facts: ClaimFacts) -> Hit | None:
    """Another claim for the same car, the same causal part and the same day; one that was refused pays nothing."""
    for other in (one for one in facts.others if not one.refused):
        same_part = facts.causal_part is not None and other.causal_part == facts.causal_part
        if same_part and other.day == facts.visit.received_on:
            return Hit({"part": facts.causal_part or "", "day": str(other.day), "claim": other.number or "—"})
    return None


def repeat_repair(facts: ClaimFacts) -> Hit | None:
    """The same part or component was repaired under warranty in an earlier visit not long ago."""
    allowed = facts.limits.repeat_within_days
    recent = [
        other
        for other in facts.others
        if not other.same_visit and 0 < (facts.visit.received_on - other.day).days <= allowed and _alike(facts, other)
    ]
    if not recent:
        return None
    last = max(recent, key=lambda other: other.day)
    return Hit({"day": str(last.day), "days": (facts.visit.received_on - last.day).days, "claim": last.number or "—"})


def _alike(facts: ClaimFacts, other: OtherClaim) -> bool:
    same_part = facts.causal_part is not None and other.causal_part == facts.causal_part
    return same_part or (facts.component != "other" and other.component == facts.component)


def photo_used_before(facts: ClaimFacts) -> Hit | None:
    """A photo of this visit is, byte for byte, one of another visit."""
    used = facts.photos_used_before
    own = next((number for number in used if number), ANOTHER)
    return Hit({"photos": len(used), "order": own}) if used else None


CHECKS = (
    Check(
        "odometer_lower", Severity.ERROR, Outcome.RETURN, "KM-LOW",
        N_("Odometer lower than before"),
        N_("%(km)s km are below the %(before)s km read on %(day)s."),
        N_("Correct the reading on the repair order, or mark there that the meter was replaced."),
        "order:odometer", odometer_lower,
    ),
    Check(
        "odometer_implausible", Severity.WARNING, Outcome.PERSON, "KM-HIGH",
        N_("Odometer implausible"),
        N_("%(driven)s km since %(day)s (%(before)s km) are more than a car can be driven in that time."),
        N_("Compare the reading with the car. If it is right, submit it; a person at headquarters will look."),
        "order:odometer", odometer_implausible,
    ),
    Check(
        "duplicate", Severity.ERROR, Outcome.RETURN, "DUP",
        N_("Claimed already"),
        N_("Part %(part)s of this car was already claimed for %(day)s (claim %(claim)s)."),
        N_("Withdraw this claim if it is the same repair; else correct the causal part on the repair order."),
        "order:causal", duplicate,
    ),
    Check(
        "repeat_repair", Severity.WARNING, Outcome.PERSON, "REPEAT",
        N_("Repeated repair"),
        N_("The same part or component was repaired %(days)s days before, on %(day)s (claim %(claim)s)."),
        N_("Say in the cause why it failed again; a person at headquarters will look at it."),
        "cause", repeat_repair,
    ),
    Check(
        "photo_used_before", Severity.WARNING, Outcome.PERSON, "PHOTO",
        N_("Photo used before"),
        N_("%(photos)s photos of this visit were used before, with repair order %(order)s."),
        N_("Add photos of this repair; otherwise a person at headquarters will ask."),
        "order:photos", photo_used_before,
    ),
)  # fmt: skip
