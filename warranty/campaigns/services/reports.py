"""The reports that the Recall Regulation asks for (Art. 20), kept with their figures as they were."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked
from warranty.campaigns import words
from warranty.campaigns.models import Campaign, CampaignReport
from warranty.campaigns.queries import models_of, progress
from warranty.campaigns.rules.figures import Tally
from warranty.campaigns.rules.scopes import Problem

PHASE, FINAL = "phase", "final"
TEXT_LENGTH = 2_000
#: What is kept of the campaign, as the report says it.
SAID = (
    "number", "title", "filing_no", "maker", "component", "defect", "hazard", "precaution", "measure", "built_from",
    "built_until", "confirmed_on", "filed_on", "published_on", "owners_told_on", "starts_on", "ends_on", "announced",
    "part_number",
)  # fmt: skip


@dataclass(frozen=True)
class ReportText:
    """What people add to the figures. A final report needs the effect and the remaining cars."""

    notified: str = ""  # how owners were told, and how many answered
    problems: str = ""
    remaining: str = ""  # why cars are not done, and what becomes of them
    effect: str = ""
    prevention: str = ""  # what keeps the defect from coming back


NEEDED = {PHASE: ("notified",), FINAL: ("notified", "remaining", "effect", "prevention")}


def make_report(
    session: Session, campaign_id: int, kind: str, text: ReportText, actor: Actor, now: datetime
) -> CampaignReport:
    """Make the next phase report, or the final one of a closed recall, with the figures of this moment."""
    require(actor, Permission.CAMPAIGN_EDIT)
    campaign = locked(session, Campaign, campaign_id)
    _check(session, campaign, kind, text)
    last = session.scalar(
        select(func.max(CampaignReport.number)).where(
            CampaignReport.campaign_id == campaign.id, CampaignReport.kind == kind
        )
    )
    report = CampaignReport(
        campaign_id=campaign.id, kind=kind, number=(last or 0) + 1, until=local_date(now),
        body=_body(session, campaign, text, actor), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(report)
    session.flush()
    return report


def _check(session: Session, campaign: Campaign, kind: str, text: ReportText) -> None:
    if campaign.kind != "recall" or campaign.state not in {"open", "closed"}:
        raise ConflictError(Fault(N_("Only a recall that was opened has reports.")))
    final = select(CampaignReport.id).where(CampaignReport.campaign_id == campaign.id, CampaignReport.kind == FINAL)
    if session.scalar(final):
        raise ConflictError(Fault(N_("The final report was made; nothing more is reported.")))
    if kind == FINAL and campaign.state != "closed":
        raise DomainError.at(None, N_("Close the recall first: the final report follows its completion."))
    problems = [Problem("required", name) for name in NEEDED[kind] if not getattr(text, name).strip()]
    problems += [
        Problem("too_long", name, str(TEXT_LENGTH)) for name, said in asdict(text).items() if len(said) > TEXT_LENGTH
    ]
    words.refuse(problems)


def _body(session: Session, campaign: Campaign, text: ReportText, actor: Actor) -> dict[str, Any]:
    found = progress(session, campaign.id, actor)
    said = {name: getattr(campaign, name) for name in SAID}
    return {
        **{name: str(value) if hasattr(value, "isoformat") else value for name, value in said.items()},
        "text": {name: value.strip() for name, value in asdict(text).items()},
        "whole": plain(found.whole),
        "regions": [[region, plain(tally)] for region, tally in found.regions.items()],
        "models": models_of(session, campaign.id),
    }


def plain(tally: Tally) -> dict[str, Any]:
    """Return figures as JSON can hold them."""
    return {**asdict(tally), "due": tally.due, "rate": None if tally.rate is None else str(tally.rate)}
