"""Checks of the pre-authorisation (预授权) that a claim names, or ought to name."""

from __future__ import annotations

from collections.abc import Callable

from warranty.authorisations.rules import Standing, Wanted, usable
from warranty.claims.rules.checks.base import N_, Check, Figures, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts


def named(facts: ClaimFacts) -> str:
    """Return the number that the claim names; empty where it names none."""
    return (facts.pre_authorisation or "").strip()


def standing_of(facts: ClaimFacts) -> Standing | None:
    """Tell what the named authorisation is to the claim; None where it names none."""
    if not named(facts):
        return None
    return usable(
        facts.authorisation,
        Wanted(
            facts.dealer_id, facts.vehicle_id, facts.applied, facts.visit.received_on, facts.with_headquarters
        ),
    )  # fmt: skip


def authorised(facts: ClaimFacts) -> bool:
    """Tell whether headquarters passed this repair beforehand; how much of it is told by another check."""
    return standing_of(facts) in {Standing.OK, Standing.EXCEEDED}


def authorisation_needed(facts: ClaimFacts) -> Hit | None:
    """A claim above the limit needs one."""
    limit = facts.limits.authorisation_above
    if named(facts) or facts.applied <= limit:
        return None
    return Hit({"applied": str(facts.applied), "limit": str(limit)})


def authorisation_unknown(facts: ClaimFacts) -> Hit | None:
    """The number must be of an authorisation of this station."""
    return _hit(facts, Standing.UNKNOWN, Standing.OTHER_STATION)


def authorisation_other_car(facts: ClaimFacts) -> Hit | None:
    """An authorisation is for one car."""
    return _hit(facts, Standing.OTHER_CAR)


def authorisation_not_passed(facts: ClaimFacts) -> Hit | None:
    """Headquarters must have passed it."""
    return _hit(facts, Standing.NOT_PASSED)


def authorisation_withdrawn(facts: ClaimFacts) -> Hit | None:
    """It must not have been withdrawn before headquarters had the claim."""
    return _hit(facts, Standing.WITHDRAWN)


def authorisation_expired(facts: ClaimFacts) -> Hit | None:
    """The car must have come by its last day."""
    return _hit(facts, Standing.EXPIRED)


def authorisation_exceeded(facts: ClaimFacts) -> Hit | None:
    """A claim asks for no more than other claims have left of it."""
    return _hit(facts, Standing.EXCEEDED)


def _hit(facts: ClaimFacts, *hindered_by: Standing) -> Hit | None:
    return Hit(_figures(facts)) if standing_of(facts) in hindered_by else None


def _figures(facts: ClaimFacts) -> Figures:
    found, received = facts.authorisation, str(facts.visit.received_on)
    figures = {"number": named(facts), "applied": str(facts.applied), "received": received}
    if found is None or found.dealer_id != facts.dealer_id:
        return figures
    return {
        **figures, "left": str(found.left), "granted": str(found.granted or 0), "until": str(found.valid_until or "—")
    }  # fmt: skip


def _check(
    name: str, code: str, title: str, message: str, mend: str, test: Callable[[ClaimFacts], Hit | None]
) -> Check:
    return Check(
        f"authorisation_{name}", Severity.ERROR, Outcome.RETURN, code, title, message, mend, "pre_authorisation", test
    )


CHECKS = (
    _check(
        "needed", "AUTH-NEED",
        N_("Pre-authorisation missing"),
        N_("Claims above %(limit)s yuan need a pre-authorisation; this one asks for %(applied)s."),
        N_("Ask headquarters for a pre-authorisation and enter its number."),
        authorisation_needed,
    ),
    _check(
        "unknown", "AUTH-NONE",
        N_("Pre-authorisation unknown"),
        N_("The station has no pre-authorisation %(number)s."),
        N_("Compare the number, or choose one of those below the field."),
        authorisation_unknown,
    ),
    _check(
        "other_car", "AUTH-CAR",
        N_("Pre-authorisation of another car"),
        N_("Pre-authorisation %(number)s was passed for another car."),
        N_("Compare the number, or choose one of those below the field."),
        authorisation_other_car,
    ),
    _check(
        "not_passed", "AUTH-OPEN",
        N_("Pre-authorisation not passed"),
        N_("Headquarters has not passed pre-authorisation %(number)s."),
        N_("See where it stands: submit it, wait for the decision, or ask for another one."),
        authorisation_not_passed,
    ),
    _check(
        "withdrawn", "AUTH-WITHDRAWN",
        N_("Pre-authorisation withdrawn"),
        N_("Pre-authorisation %(number)s was withdrawn."),
        N_("Read its reason; ask for another one if the repair still needs it."),
        authorisation_withdrawn,
    ),
    _check(
        "expired", "AUTH-LATE",
        N_("Pre-authorisation expired"),
        N_("Pre-authorisation %(number)s was for cars received until %(until)s; this one came on %(received)s."),
        N_("Ask headquarters for another pre-authorisation and enter its number."),
        authorisation_expired,
    ),
    _check(
        "exceeded", "AUTH-AMOUNT",
        N_("Pre-authorisation exceeded"),
        N_("Applied for are %(applied)s yuan; of the %(granted)s of pre-authorisation %(number)s, %(left)s are left."),
        N_("Lower the amounts, or ask for another pre-authorisation that covers this claim."),
        authorisation_exceeded,
    ),
)  # fmt: skip
