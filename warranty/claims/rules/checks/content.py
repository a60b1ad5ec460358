"""Checks of what the claim says: the three C, its causal part, work, parts and amount."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts
from warranty.claims.rules.limits import figure


def three_c_missing(facts: ClaimFacts) -> Hit | None:
    """Concern, cause and correction must each say something."""
    missing = [name for name in ("concern", "cause", "correction") if not getattr(facts, name).strip()]
    return Hit({"missing": len(missing)}, missing[0]) if missing else None


def causal_part_wrong(facts: ClaimFacts) -> Hit | None:
    """Among parts that were put in, exactly one failed first; work without parts needs none."""
    if not facts.parts:
        return None
    causal = [line for line in facts.parts if line.causal]
    if len(causal) == 1:
        return None
    return Hit({"causal": len(causal)})


def part_not_priced(facts: ClaimFacts) -> Hit | None:
    """Every part must stand in the price list with a dealer price for the day."""
    for line in facts.parts:
        if not (line.known and line.priced):
            return Hit({"part": line.code}, f"order:line-{line.position}")
    return None


def quantity_above_car(facts: ClaimFacts) -> Hit | None:
    """No more of a part than a car has, over all lines of the claim."""
    used: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in facts.parts:
        used[line.code] += line.quantity
        if line.per_vehicle is not None and used[line.code] > line.per_vehicle:
            figures = {"part": line.code, "quantity": figure(used[line.code]), "has": figure(line.per_vehicle)}
            return Hit(figures, f"order:line-{line.position}")
    return None


def labour_not_for_model(facts: ClaimFacts) -> Hit | None:
    """Every operation must be in the catalogue, for every model or for this car's."""
    for line in facts.labour:
        if not (line.known and line.fits):
            return Hit({"operation": line.code, "model": facts.car.model or ""}, f"order:line-{line.position}")
    return None


def part_not_for_model(facts: ClaimFacts) -> Hit | None:
    """A part fits the car's model, day of production and VIN; where the catalogue says nothing, nothing is found."""
    for line in facts.parts:
        if line.known and not line.fits:
            return Hit({"part": line.code, "model": facts.car.model or ""}, f"line-{line.position}")
    return None


def nothing_claimed(facts: ClaimFacts) -> Hit | None:
    """A claim asks for something."""
    return None if facts.applied > 0 else Hit()


def amount_above_limit(facts: ClaimFacts) -> Hit | None:
    """Above the limit of the station's grade a person looks; the limit itself is still within."""
    limit = facts.limits.amount_limit(facts.station.grade)
    if facts.applied <= limit:
        return None
    return Hit({"applied": f"{facts.applied:.2f}", "limit": f"{limit:.2f}", "grade": facts.station.grade or 0})


CHECKS = (
    Check(
        "three_c_missing", Severity.ERROR, Outcome.RETURN, "3C",
        N_("Concern, cause or correction missing"),
        N_("The customer's concern, the cause and the correction must all be written; %(missing)s of 3 missing."),
        N_("Write what is missing in the customer's and the technician's words."),
        "concern", three_c_missing,
    ),
    Check(
        "causal_part", Severity.ERROR, Outcome.RETURN, "CAUSAL",
        N_("Causal part not clear"),
        N_("Exactly one part is the causal part; here there are %(causal)s."),
        N_("Mark the part that failed first as the causal part, and no other one."),
        "order:causal", causal_part_wrong,
    ),
    Check(
        "part_not_priced", Severity.ERROR, Outcome.RETURN, "PART",
        N_("Part without warranty price"),
        N_("Part %(part)s is not in the price list, or has no warranty price on that day."),
        N_("Correct the part number on the repair order, or ask headquarters for the price."),
        "order:causal", part_not_priced,
    ),
    Check(
        "quantity_above_car", Severity.ERROR, Outcome.RETURN, "QTY",
        N_("More parts than the car has"),
        N_("%(quantity)s of part %(part)s are claimed, a car has %(has)s."),
        N_("Correct the quantity on the repair order, then take its figures over again."),
        "order:causal", quantity_above_car,
    ),
    Check(
        "labour_not_for_model", Severity.ERROR, Outcome.RETURN, "LABOUR",
        N_("Labour operation not for this model"),
        N_("Operation %(operation)s is not in the catalogue for model %(model)s."),
        N_("Choose the operation of this model on the repair order, then take its figures over again."),
        "order:work", labour_not_for_model,
    ),
    Check(
        "nothing_claimed", Severity.ERROR, Outcome.RETURN, "AMOUNT",
        N_("Nothing to pay"),
        N_("The amounts of this claim add up to nothing."),
        N_("Enter labour or parts on the repair order, or withdraw the claim."),
        "order:work", nothing_claimed,
    ),
    Check(
        "amount_above_limit", Severity.WARNING, Outcome.PERSON, "LIMIT",
        N_("Amount above the limit"),
        N_("%(applied)s yuan are claimed; up to %(limit)s yuan are decided without a person at grade %(grade)s."),
        N_("Nothing to mend: a person at headquarters will look at it. Photos and a clear cause speed it up."),
        "lines", amount_above_limit,
    ),
    Check(
        "part_not_for_model", Severity.ERROR, Outcome.RETURN, "PART-MODEL",
        N_("Part not for this car"),
        N_("The catalogue says that part %(part)s is for other cars than this %(model)s."),
        N_("Compare the part number with the part. If it is right, ask headquarters to correct what it fits."),
        "order", part_not_for_model, since=2,
    ),
)  # fmt: skip
