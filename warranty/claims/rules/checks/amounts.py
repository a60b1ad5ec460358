"""Checks of how much is claimed and of what kind: work against the failure, limits, the free first service."""

from __future__ import annotations

from decimal import Decimal

from dealers.vehicles.rules import period_end
from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts, OtherClaim
from warranty.claims.rules.limits import figure

#: Claims whose work has to do with what failed.
FAILURES = frozenset({"repair", "out_call", "part_warranty", "goodwill"})
FIRST_SERVICE, PDI = "first_service", "pdi"
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
    """A car has one free first service; one that headquarters refused was not free."""
    before = _paid_before(facts, FIRST_SERVICE) if facts.type == FIRST_SERVICE else []
    return Hit({"day": str(min(other.day for other in before))}) if before else None


def _paid_before(facts: ClaimFacts, kind: str) -> list[OtherClaim]:
    return [other for other in facts.others if other.type == kind and not (other.same_visit or other.refused)]


def pdi_used(facts: ClaimFacts) -> Hit | None:
    """A car is inspected once before delivery (PDI)."""
    before = _paid_before(facts, PDI) if facts.type == PDI else []
    return Hit({"day": str(min(other.day for other in before))}) if before else None


def pdi_after_sale(facts: ClaimFacts) -> Hit | None:
    """Before delivery is before delivery; the day itself still counts."""
    begins = facts.car.begins
    if facts.type != PDI or begins is None or facts.visit.received_on <= begins:
        return None
    return Hit({"received": str(facts.visit.received_on), "delivered": str(begins)})


def service_above_limit(facts: ClaimFacts) -> Hit | None:
    """A first service and a PDI pay themselves up to the amount of the rule book; above it a person looks."""
    limit = {FIRST_SERVICE: facts.limits.first_service_amount, PDI: facts.limits.pdi_amount}.get(facts.type)
    if limit is None or facts.applied <= limit:
        return None
    return Hit({"applied": f"{facts.applied:.2f}", "limit": f"{limit:.2f}"})


def failure_in_service(facts: ClaimFacts) -> Hit | None:
    """What failed is repaired under a claim for repair, not within a first service or a PDI."""
    if facts.type not in {FIRST_SERVICE, PDI}:
        return None
    causal = next((line for line in facts.parts if line.causal), None)
    return Hit({"part": causal.code}, f"line-{causal.position}") if causal is not None else None


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
    Check(
        "pdi_used", Severity.ERROR, Outcome.REFUSE, "PDI-USED",
        N_("PDI claimed before"),
        N_("The inspection of this car before delivery was claimed on %(day)s."),
        N_("Withdraw the claim: a car is inspected once."),
        "type", pdi_used, since=2,
    ),
    Check(
        "pdi_after_sale", Severity.ERROR, Outcome.REFUSE, "PDI-LATE",
        N_("PDI after delivery"),
        N_("The car came in on %(received)s; it was delivered on %(delivered)s already."),
        N_("Withdraw the claim, or correct the delivery on the vehicle page if it is wrong."),
        "type", pdi_after_sale, since=2,
    ),
    Check(
        "service_above_limit", Severity.WARNING, Outcome.PERSON, "SERVICE-SUM",
        N_("More than such a service costs"),
        N_("%(applied)s yuan are claimed; up to %(limit)s yuan are decided without a person for this type."),
        N_("Take off what does not belong to it; work on a failure is claimed as a repair. Else a person will look."),
        "lines", service_above_limit, since=2,
    ),
    Check(
        "failure_in_service", Severity.ERROR, Outcome.RETURN, "SERVICE-FAIL",
        N_("Failed part within a service"),
        N_("Part %(part)s is marked as failed; this type of claim pays a service only."),
        N_("Put the repair into a job of its own on the repair order and claim that as a repair."),
        "order", failure_in_service, since=2,
    ),
)  # fmt: skip
