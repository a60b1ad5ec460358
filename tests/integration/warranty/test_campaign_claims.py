"""A campaign claim rests on a campaign that was open for the car and done by this visit only."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from dealers.service.services import JobText, complete_order, reopen_order, save_job
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import advance
from tests.factories.campaigns import car_in, make_campaign
from tests.factories.network import act_as, make_actor, make_dealer, make_labour_rate
from tests.factories.service import fill_repair, make_operation, open_repair, use_stub_catalogue
from tests.factories.vehicles import make_vehicle
from warranty.campaigns.models import CampaignCar
from warranty.campaigns.services.run import step
from warranty.claims.models import Claim
from warranty.claims.queries.facts import dossier
from warranty.claims.rules.checks import run
from warranty.claims.services import make_claims_from_order

HQ = Actor.system("headquarters")


@pytest.fixture
def manager(session: Session) -> Actor:
    dealer = make_dealer(session)
    make_labour_rate(session, grade=dealer.grade or 0)
    make_operation(session)
    use_stub_catalogue()
    return make_actor(session, "service_manager", dealer)


def claimed(session: Session, manager: Actor, now: datetime) -> tuple[Claim, RepairOrder]:
    """Do a campaign on a car and claim it, as the dealer."""
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, manager)
    order = open_repair(session, manager, now, car, type="campaign", campaign=campaign.number)
    fill_repair(session, order, manager, now)
    done = complete_order(session, order, manager, now)
    (number,) = make_claims_from_order(session, done.number, manager, now)
    return session.query(Claim).filter_by(number=number).one(), done


def found(session: Session, claim: Claim, now: datetime) -> set[str]:
    session.flush()
    seen = dossier(session, claim.number, now)
    assert seen is not None
    return {finding.check for finding in run(seen.facts)} & {"campaign_not_open", "campaign_done_before", "wrong_type"}


def test_a_campaign_claim_takes_its_campaign_from_the_job(session: Session, manager: Actor, now: datetime) -> None:
    claim, order = claimed(session, manager, now)
    assert (claim.type, claim.campaign) == ("campaign", order.jobs[0].campaign)
    assert found(session, claim, now) == set()


def test_work_done_while_it_was_open_stays_claimable(session: Session, manager: Actor, now: datetime) -> None:
    claim, order = claimed(session, manager, now)
    act_as(session, HQ)
    step(session, campaign_of(session, order), "close", "over", HQ, now)
    act_as(session, manager)
    assert found(session, claim, now) == set()


def campaign_of(session: Session, order: RepairOrder) -> int:
    """Return the campaign that an order did."""
    return session.query(CampaignCar).filter_by(order_id=order.id).one().campaign_id


def test_another_number_is_not_open_for_the_car(session: Session, manager: Actor, now: datetime) -> None:
    claim, _order = claimed(session, manager, now)
    claim.campaign = "RC-NOBODY"
    assert found(session, claim, now) == {"campaign_not_open"}
    claim.campaign = None
    assert found(session, claim, now) == {"campaign_not_open"}


def test_what_another_visit_did_is_not_paid_again(session: Session, manager: Actor, now: datetime) -> None:
    claim, _order = claimed(session, manager, now)
    act_as(session, HQ)
    campaign = make_campaign(session, now, car_of(session, claim))
    row = car_in(session, campaign, car_of(session, claim))
    assert row.state == "due"
    act_as(session, manager)
    other = open_repair(session, manager, now, car_of(session, claim), type="campaign", campaign=campaign.number)
    fill_repair(session, other, manager, now)
    complete_order(session, other, manager, now)
    claim = session.query(Claim).filter_by(number=claim.number).one()  # whoever changed seats forgot it
    claim.campaign = campaign.number
    assert found(session, claim, now) == {"campaign_done_before"}


def car_of(session: Session, claim: Claim) -> Vehicle:
    return session.get_one(Vehicle, claim.vehicle_id)


def test_a_claim_at_headquarters_binds_the_campaign(session: Session, manager: Actor, now: datetime) -> None:
    claim, order = claimed(session, manager, now)
    advance(session, claim, "submit", manager, now)
    reopen_order(session, order.id, "a word", manager, now)
    job = order.jobs[0]
    names = ("concern", "cause", "correction", "component", "failure_mode", "technician")
    text = JobText(**{name: getattr(job, name) for name in names}, campaign="")
    with pytest.raises(DomainError, match="rests on this job"):
        save_job(session, order.id, job.id, text, manager, now)
