"""Campaigns with their cars, as tests need them: deterministic, given a session at headquarters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.campaigns.rules.scopes import VIN_LIST, Scope
from warranty.campaigns.services.define import CampaignFacts, add_campaign, add_scope
from warranty.campaigns.services.run import file_and_open

RECALL: dict[str, Any] = {
    "title": "燃油泵总成更换", "defect": "燃油泵叶轮可能开裂", "hazard": "行驶中熄火，存在安全隐患",
    "precaution": "避免低油位行驶", "measure": "免费更换燃油泵总成", "filing_no": "S2026M0001V",
    "confirmed_on": date(2026, 10, 12), "filed_on": date(2026, 10, 15), "starts_on": date(2026, 11, 1),
    "stop_sale": True,
}  # fmt: skip


def make_campaign(
    session: Session, now: datetime, *cars: Vehicle, kind: str = "recall", opened: bool = True, **values: Any
) -> Campaign:
    """Store a campaign that means ``cars`` by their VINs; opened unless told otherwise."""
    actor = Actor.system("headquarters")
    campaign = add_campaign(session, CampaignFacts(kind, **{**RECALL, **values}), actor, now)
    if cars:
        add_scope(session, campaign.id, Scope(VIN_LIST), actor, vins=" ".join(car.vin for car in cars))
    if opened:
        file_and_open(session, campaign.id, actor, now)
    return campaign


def car_in(session: Session, campaign: Campaign, car: Vehicle) -> CampaignCar:
    """Return a car's row in a campaign, as it is now."""
    return session.scalars(
        select(CampaignCar)
        .where(CampaignCar.campaign_id == campaign.id, CampaignCar.vehicle_id == car.id)
        .execution_options(populate_existing=True)
    ).one()
