"""Checks of what covers the claim: the answer of `warranty.coverage.rules` for its part and day."""

from __future__ import annotations

from portal.kernel.money import total
from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.checks.standing import FAILURE_CLAIMS, UNSOLD_WORK
from warranty.claims.rules.facts import ClaimFacts
from warranty.claims.rules.money import shared
from warranty.coverage.rules.answer import Answer, Link
from warranty.coverage.rules.texts import reason

#: Claims that something has to cover.
COVERED_CLAIMS = FAILURE_CLAIMS | {"part_warranty"}
GOODWILL = "goodwill"


def coverage_ended(facts: ClaimFacts) -> Hit | None:
    """A failure is covered by the maker's duty or a contract; goodwill has its own type of claim."""
    answer = _asked(facts)
    if answer is None or (answer.source is not None and answer.source.source != GOODWILL):
        return None
    link = answer.source or answer.ended or _nearest(answer, facts.type)
    if link is None:
        return None
    why = reason(link, facts.visit.odometer_km)
    return Hit(
        {
            "source": link.name.en, "source_zh": link.name.zh, "why": why.en, "why_zh": why.zh,
            "until": str(link.until.day), "received": str(facts.visit.received_on),
            "odometer": facts.visit.odometer_km,
        }
    )  # fmt: skip


def no_coverage(facts: ClaimFacts) -> Hit | None:
    """The law, a policy or a contract has to speak of the car; a sale that is not on record is another fault."""
    answer = _asked(facts)
    if answer is None or answer.defined or facts.car.begins is None or facts.type not in FAILURE_CLAIMS:
        return None
    return Hit({"vin": facts.car.vin})


def goodwill_not_granted(facts: ClaimFacts) -> Hit | None:
    """A goodwill claim rests on a grant of headquarters for the car, the component and the day."""
    answer = facts.coverage
    if facts.type != GOODWILL or answer is None or any(link.source == GOODWILL for link in answer.holding):
        return None
    return Hit({"vin": facts.car.vin})


def goodwill_above_share(facts: ClaimFacts) -> Hit | None:
    """Of a repair under goodwill headquarters bears its share; each line is rounded before it is added."""
    granted = facts.goodwill
    if facts.type != GOODWILL or granted is None:
        return None
    most = total(shared(line.applied if line.full is None else line.full, granted.share) for line in facts.lines)
    if facts.applied <= most:
        return None
    return Hit(
        {"applied": f"{facts.applied:.2f}", "most": f"{most:.2f}", "share": granted.share, "full": f"{facts.full:.2f}",
         "grant": granted.number}
    )  # fmt: skip


def goodwill_elsewhere(facts: ClaimFacts) -> Hit | None:
    """Goodwill that a station asked for is that station's; another one's claim is looked at."""
    granted = facts.goodwill
    if facts.type != GOODWILL or granted is None or granted.station_id in {None, facts.dealer_id}:
        return None
    return Hit({"grant": granted.number})


def _asked(facts: ClaimFacts) -> Answer | None:
    """Return the answer where the claim needs one."""
    needs = facts.type in COVERED_CLAIMS and facts.visit.type not in UNSOLD_WORK
    return facts.coverage if needs else None


def _nearest(answer: Answer, claim_type: str) -> Link | None:
    """Return what has not begun; of a part's claim, what is known of the part."""
    waiting = next((link for link in answer.chain if link.speaks), None)
    part = next(link for link in answer.chain if link.source == "part")
    return waiting or (part if claim_type == "part_warranty" else None)


CHECKS = (
    Check(
        "no_coverage", Severity.ERROR, Outcome.RETURN, "COVERAGE-NONE",
        N_("No coverage defined"),
        N_("Neither the law nor a policy nor a contract speaks of %(vin)s."),
        N_("Compare use and model of the car. If they are right, choose the goodwill type, or ask for a policy."),
        "type", no_coverage,
    ),
    Check(
        "coverage_ended", Severity.WARNING, Outcome.PERSON, "COVERAGE",
        N_("Coverage ended"),
        N_("%(source)s: %(why)s Received on %(received)s at %(odometer)s km."),
        N_("You may submit it with your reasons in the cause; a person at headquarters will decide. "
           "If headquarters granted goodwill, choose the goodwill type."),
        "cause", coverage_ended,
    ),
    Check(
        "goodwill_not_granted", Severity.WARNING, Outcome.PERSON, "GOODWILL",
        N_("Goodwill not granted"),
        N_("Headquarters granted no goodwill for %(vin)s that holds for this component and day."),
        N_("You may submit it with your reasons in the cause; a person at headquarters will decide."),
        "type", goodwill_not_granted,
    ),
    Check(
        "goodwill_above_share", Severity.ERROR, Outcome.RETURN, "GW-SHARE",
        N_("Above the share of headquarters"),
        N_("Goodwill %(grant)s bears %(share)s %% of %(full)s yuan: at most %(most)s, and %(applied)s are claimed."),
        N_("Press “Lower to the share” below the amounts; each line is lowered to it."),
        "lines", goodwill_above_share, since=2,
    ),
    Check(
        "goodwill_elsewhere", Severity.WARNING, Outcome.PERSON, "GW-STATION",
        N_("Goodwill of another station"),
        N_("Goodwill %(grant)s was granted on another station's request."),
        N_("You may submit it with your reasons in the cause; a person at headquarters will decide."),
        "type", goodwill_elsewhere, since=2,
    ),
)  # fmt: skip
