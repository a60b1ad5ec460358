"""Checks of how much is claimed and of what kind: work against the failure, limits, the free first service."""

from __future__ import annotations

from decimal import Decimal

from dealers.vehicles.rules import period_end
from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts
from warranty.claims.rules.limits import figure

#: Claims whose work has to do with what failed.
FAILURES = frozenset({"repair", "out_call", "part_warranty", "goodwill"})
#: Work that goes with any failure: finding it, taking things off.
ANY = "other"


def labour_not_for_failure(facts: ClaimFacts) -> Hit | None:
    """Of the work claimed, some has to be on the component that failed, or go with any."""
    work = [line for line in facts.labour if line.known]
    if facts.type not in FAILURES or facts.component == ANY or not work:
        return None
    if any(line.component in {facts.component, ANY} for line in work):
        return None
    return Hit({"operation": work[0].code}, f"order:line-{work[0].position}")


def first_service_over(facts: ClaimFacts) -> Hit | None:
    """The free first service (首保) is due within months and kilometres of the sale, whichever is over first."""
    if facts.type != "first_service" or facts.car.begins is None:
        return None
    limits, visit = facts.limits, facts.visit
    until = period_end(facts.car.begins, limits.first_service_months)
    if visit.received_on <= until and visit.odometer_km <= limits.first_service_km:
        return None
    return Hit({"until": str(until), "km": limits.first_service_km, "odometer": visit.odometer_km})


def first_service_used(facts: ClaimFacts) -> Hit | None:
    """A car has one free first service."""
    if facts.type != "first_service":
        return None
    before = [other for other in facts.others if other.type == "first_service" and not other.same_visit]
    return Hit({"day": str(min(other.day for other in before))}) if before else None


def hours_above_limit(facts: ClaimFacts) -> Hit | None:
    """Above so many quota hours a person looks; the limit itself is still within."""
    hours = sum((line.quantity for line in facts.labour), Decimal(0))
    limit = facts.limits.hours_above
    return Hit({"hours": figure(hours), "most": figure(limit)}) if hours > limit else None


def parts_above_limit(facts: ClaimFacts) -> Hit | None:
    """Above so many lines of parts a person looks."""
    count, most = len(facts.parts), facts.limits.parts_above
    return Hit({"parts": count, "most": most}) if count > most else None


CHECKS = (
    Check(
        "labour_not_for_failure", Severity.ERROR, Outcome.RETURN, "LABOUR-FAIL",
        N_("Labour operation not for this failure"),
        N_("No operation claimed is on the component that failed; %(operation)s is for another one."),
        N_("Choose the operation of the failed component on the repair order, or correct the component of its job."),
        "order:work", labour_not_for_failure,
    ),
    Check(
        "first_service_over", Severity.ERROR, Outcome.REFUSE, "FS-OVER",
        N_("Free first service over"),
        N_("The free first service was due by %(until)s or %(km)s km; the car came with %(odometer)s km."),
        N_("This service is the owner's to pay. Withdraw the claim and let the customer pay the job."),
        "type", first_service_over,
    ),
    Check(
        "first_service_used", Severity.ERROR, Outcome.REFUSE, "FS-USED",
        N_("Free first service used"),
        N_("The car had its free first service on %(day)s."),
        N_("This service is the owner's to pay. Withdraw the claim and let the customer pay the job."),
        "type", first_service_used,
    ),
    Check(
        "hours_above_limit", Severity.WARNING, Outcome.PERSON, "HOURS",
        N_("Hours above the limit"),
        N_("%(hours)s quota hours are claimed; up to %(most)s are decided without a person."),
        N_("Nothing to mend: a person at headquarters will look at it. Photos and a clear cause speed it up."),
        "lines", hours_above_limit,
    ),
    Check(
        "parts_above_limit", Severity.WARNING, Outcome.PERSON, "PARTS",
        N_("Many parts"),
        N_("%(parts)s lines of parts are claimed; up to %(most)s are decided without a person."),
        N_("Nothing to mend: a person at headquarters will look at it. Photos and a clear cause speed it up."),
        "lines", parts_above_limit,
    ),
)  # fmt: skip
