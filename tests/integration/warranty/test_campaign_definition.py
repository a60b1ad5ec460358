"""Which cars the rows of a definition mean."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.campaigns import make_campaign
from tests.factories.service import PUMP, make_repair_order
from tests.factories.vehicles import make_model, make_vehicle, make_vin
from tests.support.rows import fill
from warranty.campaigns import queries
from warranty.campaigns.models import Campaign, CampaignCar, CampaignVin
from warranty.campaigns.rules.scopes import ENGINE_RANGE, PART, PRODUCTION, VIN_LIST, VIN_RANGE, Scope
from warranty.campaigns.services import run
from warranty.campaigns.services.define import add_scope

HQ = Actor.system("headquarters")


def draft(session: Session, now: datetime) -> Campaign:
    return make_campaign(session, now, opened=False)


def meant(session: Session, campaign: Campaign) -> set[int]:
    return set(session.scalars(select(CampaignCar.vehicle_id).where(CampaignCar.campaign_id == campaign.id)))


def test_a_vin_range_means_the_serials_of_its_head(session: Session, now: datetime) -> None:
    cars = {number: make_vehicle(session, vin=make_vin(number)) for number in (6, 7, 100, 900, 901)}
    make_vehicle(session, vin=make_vin(50, year="S"))
    make_vehicle(session, vin=make_vin(51, plant="3"))
    make_vehicle(session, vin=make_vin(52, head="LSVAM419"))
    campaign = draft(session, now)
    add_scope(session, campaign.id, Scope(VIN_RANGE, make_vin(7), make_vin(900)), HQ)
    assert queries.count_meant(session, campaign) == 3
    assert run.file_and_open(session, campaign.id, HQ, now) == 3
    assert meant(session, campaign) == {cars[7].id, cars[100].id, cars[900].id}


def test_production_means_the_model_and_both_days(session: Session, now: datetime) -> None:
    model, other = make_model(session), make_model(session)
    built = [date(2025, 1, 31), date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 2)]
    cars = [make_vehicle(session, model_id=model.id, produced_on=day) for day in built]
    make_vehicle(session, model_id=other.id, produced_on=built[1])
    make_vehicle(session, model_id=model.id, produced_on=None)
    campaign = draft(session, now)
    scope = Scope(PRODUCTION, since=built[1], until=built[2])
    add_scope(session, campaign.id, scope, HQ, model_code=model.code.lower())
    run.file_and_open(session, campaign.id, HQ, now)
    assert meant(session, campaign) == {cars[1].id, cars[2].id}


def test_a_batch_of_engines_is_a_range_of_their_numbers(session: Session, now: datetime) -> None:
    numbers = ("EA211-0099", "EA211-0100", "EA211-0200", "EA211-0201", "EA211-01500", "EA888-0150")
    cars = [make_vehicle(session, engine_no=number) for number in numbers]
    campaign = draft(session, now)
    add_scope(session, campaign.id, Scope(ENGINE_RANGE, "ea211-0100", "EA211-0200"), HQ)
    run.file_and_open(session, campaign.id, HQ, now)
    assert meant(session, campaign) == {cars[1].id, cars[2].id}


def test_a_part_batch_means_cars_that_got_the_part_in_those_days(session: Session, now: datetime) -> None:
    fill(session, Part, number=PUMP)
    before = make_repair_order(session, now - timedelta(days=10))
    inside = make_repair_order(session, now)
    make_repair_order(session, now, completed=False)
    make_vehicle(session)
    campaign = draft(session, now)
    add_scope(session, campaign.id, Scope(PART, PUMP, since=now.date() - timedelta(days=2)), HQ)
    run.file_and_open(session, campaign.id, HQ, now)
    assert meant(session, campaign) == {inside.vehicle_id}
    assert before.vehicle_id not in meant(session, campaign)


def test_a_car_that_several_rows_mean_is_filed_once(session: Session, now: datetime) -> None:
    cars = [make_vehicle(session, vin=make_vin(number)) for number in (1, 2)]
    campaign = make_campaign(session, now, cars[0], opened=False)
    add_scope(session, campaign.id, Scope(VIN_RANGE, make_vin(1), make_vin(2)), HQ)
    assert queries.count_meant(session, campaign) == 2
    assert run.file_and_open(session, campaign.id, HQ, now) == 2


def test_a_vin_that_is_not_registered_yet_waits_on_the_list(session: Session, now: datetime) -> None:
    known, unknown = make_vehicle(session), make_vin(777_777)
    campaign = make_campaign(session, now, known, opened=False)
    add_scope(session, campaign.id, Scope(VIN_LIST), HQ, vins=f"{unknown} {known.vin}")
    assert session.scalar(select(func.count(CampaignVin.id))) == 2
    assert len(campaign.scopes) == 1
    run.file_and_open(session, campaign.id, HQ, now)
    assert meant(session, campaign) == {known.id}
    late = make_vehicle(session, vin=unknown)
    assert run.file_scope(session, campaign.scopes[0], now) == 1
    assert meant(session, campaign) == {known.id, late.id}


def test_what_is_no_vin_is_told(session: Session, now: datetime) -> None:
    campaign = draft(session, now)
    with pytest.raises(DomainError) as refused:
        add_scope(session, campaign.id, Scope(VIN_LIST), HQ, vins=f"{make_vin(1)} LSV")
    (fault,) = refused.value.faults
    assert (fault.field, fault.message % fault.facts) == ("vins", "1 are no VIN, the first is LSV.")
