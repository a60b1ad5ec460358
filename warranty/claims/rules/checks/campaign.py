"""Checks of a campaign claim (服务活动): its campaign is open for this car, and was not done before."""

from __future__ import annotations

from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts

CAMPAIGN = "campaign"


def campaign_not_open(facts: ClaimFacts) -> Hit | None:
    """The campaign must mean the car and be open; work done while it was open stays claimable."""
    if facts.type != CAMPAIGN:
        return None
    campaign = facts.campaign
    if campaign is None:
        return Hit({"campaign": "—", "vin": facts.car.vin})
    if campaign.state == "done" or (campaign.open and campaign.state == "due"):
        return None
    return Hit({"campaign": campaign.number, "vin": facts.car.vin})


def campaign_done_before(facts: ClaimFacts) -> Hit | None:
    """A campaign is done once on each car: by this visit, or by no other."""
    campaign = facts.campaign
    if facts.type != CAMPAIGN or campaign is None or campaign.state != "done" or campaign.by_this_visit:
        return None
    return Hit({"campaign": campaign.number, "vin": facts.car.vin, "day": str(campaign.done_on or "—")})


def campaign_other_work(facts: ClaimFacts) -> Hit | None:
    """A campaign pays the work and the part that it asks for; what else stands there a person looks at."""
    campaign = facts.campaign
    if facts.type != CAMPAIGN or campaign is None:
        return None
    for wanted, lines in ((campaign.operation, facts.labour), (campaign.part, facts.parts)):
        other = next((line for line in lines if wanted is not None and line.code != wanted), None)
        if other is not None:
            return Hit({"code": other.code, "campaign": campaign.number, "wanted": wanted or ""})
    return None


CHECKS = (
    Check(
        "campaign_not_open", Severity.ERROR, Outcome.RETURN, "CAMP-OPEN",
        N_("Campaign not open for this car"),
        N_("Campaign %(campaign)s is not open for %(vin)s: it does not mean this car, is over, or is not named."),
        N_("Compare the campaign with those on the vehicle's page. Work of no campaign is claimed as another type."),
        "campaign", campaign_not_open,
    ),
    Check(
        "campaign_done_before", Severity.ERROR, Outcome.RETURN, "CAMP-DONE",
        N_("Campaign done before"),
        N_("Campaign %(campaign)s was done on %(vin)s on %(day)s by another visit; it is paid once."),
        N_("Withdraw this claim. If that entry is wrong, ask headquarters to look at its proof."),
        "campaign", campaign_done_before,
    ),
    Check(
        "campaign_other_work", Severity.WARNING, Outcome.PERSON, "CAMP-WORK",
        N_("More than the campaign asks for"),
        N_("%(code)s is not what campaign %(campaign)s asks for (%(wanted)s)."),
        N_("Take it off, or claim it as another type; else a person at headquarters will look at it."),
        "lines", campaign_other_work, since=2,
    ),
)  # fmt: skip
