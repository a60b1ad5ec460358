"""Open a campaign, file its cars, close it; exempt single cars. Headquarters' work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from warranty.campaigns.models import Campaign, CampaignCar, CampaignScope
from warranty.campaigns.queries.meant import unfiled
from warranty.campaigns.rules.scopes import PRODUCTION
from warranty.campaigns.states import CAMPAIGN_CAR
from warranty.campaigns.words import EXEMPTIONS

#: What the owner must be told (Art. 18), and what was filed (Art. 16): without it no recall is opened.
NEEDED = {"service": ("measure",), "recall": ("defect", "hazard", "precaution", "measure", "filing_no", "filed_on")}
MISSING = {
    "defect": N_("Write what the defect is; owners are told (Art. 18)."),
    "hazard": N_("Write what the defect can lead to; owners are told (Art. 18)."),
    "precaution": N_("Write what the owner does until the work is done (Art. 18)."),
    "measure": N_("Write what is done to the car."),
    "filing_no": N_("A recall is opened under its filed plan (Art. 16): enter the filing number."),
    "filed_on": N_("A recall is opened under its filed plan (Art. 16): enter the day of filing."),
}


def check_ready(session: Session, campaign: Campaign) -> None:
    """Refuse to open what is not wholly said, each fault at its field."""
    del session
    faults = list(_lacking(campaign))
    if faults:
        raise DomainError(*faults)


def _lacking(campaign: Campaign) -> Iterator[Fault]:
    for name in NEEDED[campaign.kind]:
        if not getattr(campaign, name):
            yield Fault(MISSING[name], name)
    if not campaign.scopes:
        yield Fault(N_("Say first which cars are meant: the definition has no row."))
    for scope in campaign.scopes:
        if scope.kind == PRODUCTION and scope.model_id is None:
            message = N_("Row %(row)s names “%(label)s”, no model of the range: choose the model, or remove the row.")
            yield Fault(message, None, {"row": scope.position, "label": scope.label})


def forget_cars(session: Session, campaign: Campaign) -> None:
    """Empty a draft of the cars that an interrupted opening filed: its definition may have changed since."""
    if campaign.state != "draft":
        raise ConflictError(Fault(N_("This campaign is open: rows can be added, but none is taken away.")))
    session.execute(delete(CampaignCar).where(CampaignCar.campaign_id == campaign.id))


def file_scope(session: Session, scope: CampaignScope, now: datetime) -> int:
    """File the cars that one row means and that are not filed yet, in one statement; return how many."""
    rows = unfiled(scope).subquery()
    values = (
        literal(scope.campaign_id), rows.c.id, literal(CAMPAIGN_CAR.initial), literal(1),
        literal(now, CampaignCar.filed_at.type),
    )  # fmt: skip
    names = ["campaign_id", "vehicle_id", "state", "row_version", "filed_at"]
    filed = session.execute(
        insert(CampaignCar).from_select(names, select(*values)), execution_options={"preserve_rowcount": True}
    )
    return int(filed.rowcount)  # type: ignore[attr-defined]


def open_campaign(session: Session, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Open a draft whose cars are filed; from now on it is shown at every counter."""
    campaign = locked(session, Campaign, campaign_id)
    check_ready(session, campaign)
    if not session.scalar(select(CampaignCar.id).where(CampaignCar.campaign_id == campaign.id).limit(1)):
        raise DomainError.at(None, N_("The definition means no registered car. Please look at its rows."))
    advance(session, campaign, "open", actor, now)
    campaign.opened_on = local_date(now)
    campaign.starts_on = campaign.starts_on or campaign.opened_on
    session.flush()
    return campaign


def file_and_open(session: Session, campaign_id: int, actor: Actor, now: datetime) -> int:
    """Do all of an opening in this transaction; return how many cars it has. Large networks use the job."""
    require(actor, Permission.CAMPAIGN_EDIT)
    campaign = locked(session, Campaign, campaign_id)
    check_ready(session, campaign)
    forget_cars(session, campaign)
    filed = sum(file_scope(session, scope, now) for scope in campaign.scopes)
    open_campaign(session, campaign_id, actor, now)
    return filed


def step(
    session: Session, campaign_id: int, action: str, reason: str, actor: Actor, now: datetime,
    version: int | None = None,
) -> Campaign:  # fmt: skip
    """Close, reopen or withdraw a campaign, with a reason."""
    campaign = locked(session, Campaign, campaign_id, version)
    advance(session, campaign, action, actor, now, reason=reason)
    return campaign


def exempt_car(session: Session, car_id: int, why: str, reason: str, actor: Actor, now: datetime) -> CampaignCar:
    """Leave a car out: exported, scrapped, stolen, or for another reason; with words that stay in its history."""
    car = locked(session, CampaignCar, car_id)
    if why not in EXEMPTIONS:
        raise DomainError.at("why", N_("Please choose from the list."))
    advance(session, car, "exempt", actor, now, reason=reason)
    car.exemption = why
    session.flush()
    return car


def include_car(session: Session, car_id: int, reason: str, actor: Actor, now: datetime) -> CampaignCar:
    """Take a car in again."""
    car = locked(session, CampaignCar, car_id)
    advance(session, car, "include", actor, now, reason=reason)
    car.exemption = None
    session.flush()
    return car
