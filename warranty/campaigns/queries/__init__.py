"""Reads: a campaign with its definition and figures, whose cars are whose, and what a car still needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, named
from portal.kernel.jobs import Job
from warranty.campaigns.models import Campaign, CampaignCar, CampaignReport, CampaignScope, CampaignVin
from warranty.campaigns.queries.meant import all_meant
from warranty.campaigns.rules.duties import FINAL, PHASE, Duty, Recall, duties
from warranty.campaigns.rules.figures import Tally
from warranty.guarantee.queries.law import working_calendar

#: The car was handed to somebody, by its register.
SOLD: ColumnElement[bool] = or_(Vehicle.delivered_on.is_not(None), Vehicle.invoiced_on.is_not(None))
UNKNOWN = N_("This campaign does not exist.")


def find(session: Session, number: str, actor: Actor) -> Campaign:
    """Return a campaign; for a dealer a draft does not exist."""
    found = session.scalars(select(Campaign).where(Campaign.number == number)).first()
    if found is None or (actor.dealer_id is not None and found.state == "draft"):
        raise NotFoundError(Fault(UNKNOWN))
    return found


def ours(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a car is the actor's business: sold, served or done by its station.

    Headquarters minds every car.
    """
    if actor.dealer_id is None:
        return true()
    return or_(
        Vehicle.selling_dealer_id == actor.dealer_id, CampaignCar.station_id == actor.dealer_id,
        select(RepairOrder.id).where(RepairOrder.vehicle_id == Vehicle.id, RepairOrder.dealer_id == actor.dealer_id)
        .exists(),
    )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The cars of a campaign that one dealer sold; unsold ones and those without a dealer have no code."""

    region: str
    code: str
    name: str
    tally: Tally


@dataclass(frozen=True)
class Progress:
    """How far a campaign is: over all cars the reader may see, by region, by dealer."""

    whole: Tally
    regions: dict[str, Tally]
    parts: tuple[Part, ...]


def progress(session: Session, campaign_id: int, actor: Actor) -> Progress:
    """Count a campaign's cars by the dealers that sold them."""
    rows = session.execute(
        select(
            Dealer.region, Dealer.code, Dealer.name, func.count().label("affected"),
            func.sum(case((SOLD, 1), else_=0)).label("sold"),
            func.sum(case((CampaignCar.state == "done", 1), else_=0)).label("done"),
            func.sum(case((CampaignCar.state == "exempt", 1), else_=0)).label("exempt"),
        )
        .select_from(CampaignCar)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .where(CampaignCar.campaign_id == campaign_id, ours(actor))
        .group_by(Dealer.region, Dealer.code, Dealer.name)
        .order_by(Dealer.region, Dealer.code)
    )  # fmt: skip
    parts = tuple(
        Part(row.region or "", row.code or "", row.name or "", Tally(row.affected, row.sold, row.done, row.exempt))
        for row in rows
    )
    regions: dict[str, Tally] = {}
    for part in parts:
        regions[part.region] = regions.get(part.region, Tally()) + part.tally
    return Progress(sum(regions.values(), Tally()), regions, parts)


@dataclass(frozen=True)
class ScopeView:
    """A row of a definition as it is shown; ``vins``: how many the list holds, ``known`` of them registered."""

    row: CampaignScope
    model: str | None
    model_code: str | None
    vins: int = 0
    known: int = 0


def scopes(session: Session, campaign: Campaign) -> list[ScopeView]:
    """Return the definition of a campaign."""
    models = {
        model.id: model
        for model in session.scalars(
            select(VehicleModel).where(VehicleModel.id.in_([scope.model_id for scope in campaign.scopes]))
        )
    }
    total, known = session.execute(
        select(func.count(CampaignVin.id), func.count(Vehicle.id))
        .outerjoin(Vehicle, Vehicle.vin == CampaignVin.vin)
        .where(CampaignVin.campaign_id == campaign.id)
    ).one()
    return [
        ScopeView(
            scope, named(models[scope.model_id]) if scope.model_id in models else None,
            models[scope.model_id].code if scope.model_id in models else None,
            total if scope.kind == "vin_list" else 0, known if scope.kind == "vin_list" else 0,
        )
        for scope in campaign.scopes
    ]  # fmt: skip


def scope_view(session: Session, campaign: Campaign, scope_id: int) -> ScopeView:
    """Return one row of a definition; `NotFoundError` where it has no such row."""
    found = next((view for view in scopes(session, campaign) if view.row.id == scope_id), None)
    if found is None:
        raise NotFoundError(Fault(UNKNOWN))
    return found


def model_codes(session: Session) -> list[tuple[str, str]]:
    """Return code and name of every model, for the choice on a form."""
    return [(model.code, named(model)) for model in session.scalars(select(VehicleModel).order_by(VehicleModel.code))]


def count_meant(session: Session, campaign: Campaign) -> int:
    """Count the registered cars that the definition means now, filed or not."""
    if not campaign.scopes:
        return 0
    return session.scalar(select(func.count()).select_from(all_meant(list(campaign.scopes)))) or 0


def models_of(session: Session, campaign_id: int) -> list[str]:
    """Name the models of a campaign's cars, in Chinese, as its reports do."""
    cars = (
        select(Vehicle.model_id)
        .join(CampaignCar, CampaignCar.vehicle_id == Vehicle.id)
        .where(CampaignCar.campaign_id == campaign_id)
    )
    names = select(VehicleModel.name_zh).where(VehicleModel.id.in_(cars)).order_by(VehicleModel.code)
    return list(session.scalars(names))


def count_filed(session: Session, campaign_id: int) -> int:
    """Count the cars of a campaign."""
    return session.scalar(select(func.count(CampaignCar.id)).where(CampaignCar.campaign_id == campaign_id)) or 0


def recall_of(session: Session, campaign: Campaign) -> Recall:
    """Return the days of a recall as the rules see them."""
    return _recall(campaign, _made(session, [campaign.id]).get(campaign.id, []))


def _made(session: Session, campaigns: list[int]) -> dict[int, list[Any]]:
    """Return kind, number and moment of the reports of some recalls."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(
        select(CampaignReport.campaign_id, CampaignReport.kind, CampaignReport.number, CampaignReport.made_at)
        .where(CampaignReport.campaign_id.in_(campaigns))
    ):  # fmt: skip
        found.setdefault(row.campaign_id, []).append(row)
    return found


def _recall(campaign: Campaign, made: list[Any]) -> Recall:
    return Recall(
        campaign.notice_on, campaign.confirmed_on, campaign.filed_on, campaign.opened_on, campaign.published_on,
        campaign.owners_told_on, campaign.starts_on, campaign.ends_on,
        {row.number: local_date(row.made_at) for row in made if row.kind == "phase"},
        next((local_date(row.made_at) for row in made if row.kind == "final"), None),
    )  # fmt: skip


def duties_of(session: Session, campaign: Campaign, today: date) -> tuple[Duty, ...]:
    """List what the Recall Regulation asks of a recall; nothing of a service campaign or a withdrawn recall."""
    if campaign.kind != "recall" or campaign.state == "withdrawn":
        return ()
    return duties(recall_of(session, campaign), working_calendar(session), today)


def overdue_recalls(session: Session, _actor: Actor, now: datetime) -> int:
    """Count the recalls in progress, or closed, with a report that is due within two weeks or overdue."""
    today, calendar = local_date(now), working_calendar(session)
    running = list(
        session.scalars(select(Campaign).where(Campaign.kind == "recall", Campaign.state.in_(("open", "closed"))))
    )
    made = _made(session, [campaign.id for campaign in running])
    return sum(
        any(
            duty.done_on is None and duty.key in {PHASE, FINAL} and (duty.due - today).days <= REPORT_NOTICE
            for duty in duties(_recall(campaign, made.get(campaign.id, [])), calendar, today)
        )
        for campaign in running
    )


#: Calendar days before its last day in which a report counts as work that waits.
REPORT_NOTICE = 14


def reports(session: Session, campaign_id: int) -> list[CampaignReport]:
    """Return the reports made, the newest first."""
    return list(
        session.scalars(
            select(CampaignReport)
            .where(CampaignReport.campaign_id == campaign_id)
            .order_by(CampaignReport.made_at.desc(), CampaignReport.id.desc())
        )
    )


def due_cars(actor: Actor) -> Select[Any]:
    """Select the number of campaigns in progress that still have a car of the actor's to do."""
    return (
        select(func.count(CampaignCar.campaign_id.distinct()))
        .join(Campaign, Campaign.id == CampaignCar.campaign_id)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .where(Campaign.state == "open", CampaignCar.state == "due", ours(actor))
    )


def filing_job(session: Session, number: str) -> Job | None:
    """Return the newest job that files the cars of a campaign, while it is not done."""
    found = session.scalars(
        select(Job).where(Job.kind == "campaign_file").order_by(Job.id.desc()).limit(50)
    )  # fmt: skip
    job = next((job for job in found if job.payload.get("campaign") == number), None)
    return job if job is not None and job.state != "done" else None
