"""A campaign from its definition to the proof on each car."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dealers.customers.services import Person
from dealers.service.services import (
    JobText,
    cancel_order,
    complete_order,
    reopen_order,
    save_job,
)
from dealers.vehicles.services import Sale, record_sale
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import history
from portal.kernel.money import yuan
from portal.kernel.states import StateError
from tests.factories.campaigns import RECALL, car_in, make_campaign
from tests.factories.network import act_as, make_actor, make_dealer, make_labour_rate
from tests.factories.service import (
    PUMP,
    fill_repair,
    make_operation,
    open_repair,
    use_stub_catalogue,
)
from tests.factories.vehicles import make_model, make_vehicle, make_vin
from warranty.campaigns import queries
from warranty.campaigns.models import Campaign
from warranty.campaigns.queries.cars import car_page, of_car
from warranty.campaigns.rules.figures import Tally
from warranty.campaigns.rules.scopes import PRODUCTION, VIN_RANGE, Scope
from warranty.campaigns.services import run
from warranty.campaigns.services.define import (
    CampaignFacts,
    add_campaign,
    add_scope,
    change_campaign,
    name_model,
    remove_scope,
)

HQ = Actor.system("headquarters")


def faults(error: DomainError) -> list[tuple[str | None, str]]:
    return [(fault.field, fault.message % fault.facts) for fault in error.faults]


def draft(session: Session, now: datetime, **values: Any) -> Campaign:
    return make_campaign(session, now, opened=False, **values)


# --- the campaign itself ------------------------------------------------------------------------


def test_a_number_is_given_or_taken_as_typed(session: Session, now: datetime) -> None:
    assert draft(session, now).number == "RC-HQ-202611-0001"
    assert draft(session, now, kind="service").number == "SC-HQ-202611-0001"
    assert draft(session, now, number="zh-2026-7").number == "ZH-2026-7"
    with pytest.raises(DomainError) as refused:
        draft(session, now, number="ZH-2026-7")
    assert [fault.field for fault in refused.value.faults] == ["number"]


def test_a_recall_is_not_opened_before_its_plan_is_filed(session: Session, now: datetime) -> None:
    lacking: dict[str, Any] = {"filing_no": "", "filed_on": None, "precaution": ""}
    campaign = make_campaign(session, now, make_vehicle(session), opened=False, **lacking)
    with pytest.raises(DomainError) as refused:
        run.file_and_open(session, campaign.id, HQ, now)
    assert [field for field, _text in faults(refused.value)] == ["precaution", "filing_no", "filed_on"]
    service = make_campaign(session, now, make_vehicle(session), opened=False, kind="service", **lacking)
    assert run.file_and_open(session, service.id, HQ, now) == 1


def test_a_model_in_its_makers_words_must_be_named_first(session: Session, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = draft(session, now)
    scope = add_scope(session, campaign.id, Scope(PRODUCTION, label="FORD FOCUS 2001"), HQ)
    with pytest.raises(DomainError, match="no model of the range"):
        run.file_and_open(session, campaign.id, HQ, now)
    code = make_model(session).code
    name_model(session, campaign.id, scope.id, code, HQ)
    with pytest.raises(DomainError, match="means no registered car"):
        run.file_and_open(session, campaign.id, HQ, now)
    scope.model_id = car.model_id
    assert run.file_and_open(session, campaign.id, HQ, now) == 1


def test_an_open_campaign_becomes_wider_never_narrower(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, now, make_vehicle(session))
    with pytest.raises(ConflictError):
        remove_scope(session, campaign.id, campaign.scopes[0].id, HQ)
    add_scope(session, campaign.id, Scope(VIN_RANGE, make_vin(1), make_vin(2)), HQ)
    assert [scope.position for scope in campaign.scopes] == [1, 2]


def test_days_that_contradict_each_other_are_told_at_their_fields(session: Session, now: datetime) -> None:
    wrong = {**RECALL, "filed_on": date(2026, 10, 11), "ends_on": date(2026, 10, 1)}
    with pytest.raises(DomainError) as refused:
        add_campaign(session, CampaignFacts("recall", **wrong), HQ, now)
    assert {field for field, _text in faults(refused.value)} == {"filed_on", "ends_on"}


def test_only_headquarters_quality_defines_campaigns(session: Session, now: datetime) -> None:
    manager = make_actor(session, "service_manager", make_dealer(session))
    with pytest.raises(AccessDeniedError):
        add_campaign(session, CampaignFacts("service", "x"), manager, now)
    reader = make_actor(session, "reader", None)
    campaign = make_campaign(session, now, make_vehicle(session))
    with pytest.raises(AccessDeniedError):
        run.step(session, campaign.id, "close", "over", reader, now)


def test_a_closed_campaign_is_not_changed_until_it_is_opened_again(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, now, make_vehicle(session))
    with pytest.raises(DomainError, match="give a reason"):
        run.step(session, campaign.id, "close", " ", HQ, now)
    run.step(session, campaign.id, "close", "all but exported cars are done", HQ, now)
    with pytest.raises(ConflictError):
        change_campaign(session, campaign.id, CampaignFacts("recall", "other"), HQ)
    run.step(session, campaign.id, "reopen", "one came in", HQ, now)
    assert campaign.state == "open"
    with pytest.raises(StateError):
        run.step(session, campaign.id, "reopen", "again", HQ, now)


# --- done once ----------------------------------------------------------------------------------


@pytest.fixture
def advisor(session: Session) -> Actor:
    dealer = make_dealer(session)
    make_labour_rate(session, grade=dealer.grade or 0)
    make_operation(session)
    use_stub_catalogue()
    return make_actor(session, "service_manager", dealer)


def visit(session: Session, advisor: Actor, now: datetime, car: Any, number: str) -> int:
    order = open_repair(session, advisor, now, car, type="campaign", campaign=number)
    fill_repair(session, order, advisor, now)
    return order


def test_completing_the_visit_proves_the_campaign(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    order = visit(session, advisor, now, car, campaign.number)
    assert car_in(session, campaign, car).state == "due"
    done = complete_order(session, order, advisor, now)
    row = car_in(session, campaign, car)
    assert (row.state, row.order_number, row.station_id) == ("done", done.number, advisor.dealer_id)
    assert (row.done_on, row.odometer_km) == (date(2026, 11, 20), 23_456)
    assert row.parts is not None
    assert PUMP in row.parts
    assert [step.action for step in history(session, row)] == ["do"]
    assert of_car(session, car.id, advisor.dealer_id, only_open=True) == []


def test_a_second_visit_is_told_and_completes_nothing(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    first = visit(session, advisor, now, car, campaign.number)
    second = visit(session, advisor, now, car, campaign.number)
    complete_order(session, first, advisor, now)
    with pytest.raises(DomainError) as refused:
        complete_order(session, second, advisor, now)
    ((field, text),) = faults(refused.value)
    assert text == f"Campaign {campaign.number} was done on this car before, on 2026-11-20. It is done once."
    assert field is not None
    assert field.endswith("-campaign")
    with pytest.raises(DomainError, match="not due for campaign"):
        open_repair(session, advisor, now, car, type="campaign", campaign=campaign.number)


def test_a_campaign_order_says_which_campaign_it_does(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car, type="campaign")
    filled = fill_repair(session, order, advisor, now)
    with pytest.raises(DomainError) as refused:
        complete_order(session, order, advisor, now)
    job = filled.jobs[0]
    assert [fault.field for fault in refused.value.faults] == [f"job-{job.id}-campaign"]
    text = JobText(job.concern, job.cause, job.correction, campaign=campaign.number)
    save_job(session, order, job.id, text, advisor, now)
    complete_order(session, order, advisor, now)
    assert car_in(session, campaign, car).state == "done"


def test_a_job_names_no_campaign_of_another_car(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, make_vehicle(session))
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car, type="campaign")
    job = fill_repair(session, order, advisor, now).jobs[0]
    with pytest.raises(DomainError) as refused:
        save_job(session, order, job.id, JobText("x", campaign=campaign.number), advisor, now)
    assert [fault.field for fault in refused.value.faults] == [f"job-{job.id}-campaign"]


def test_a_visit_mended_or_cancelled_takes_its_proof_along(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    order = visit(session, advisor, now, car, campaign.number)
    complete_order(session, order, advisor, now)
    reopened = reopen_order(session, order, "a word was wrong", advisor, now)
    assert car_in(session, campaign, car).state == "done"
    complete_order(session, order, advisor, now)
    assert car_in(session, campaign, car).state == "done"
    reopen_order(session, order, "it was the other car", advisor, now)
    cancel_order(session, order, "it was the other car", advisor, now)
    row = car_in(session, campaign, car)
    assert (row.state, row.order_id, row.station_id, row.done_on) == ("due", None, None, None)
    assert [step.action for step in history(session, row)] == ["do", "undo"]
    assert reopened.state == "cancelled"


@pytest.mark.parametrize("step", ["close", "withdraw"])
def test_what_is_over_is_not_done(session: Session, advisor: Actor, now: datetime, step: str) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    order = visit(session, advisor, now, car, campaign.number)
    act_as(session, HQ)
    run.step(session, campaign.id, step, "over", HQ, now)
    act_as(session, advisor)
    with pytest.raises(DomainError, match="is not open"):
        complete_order(session, order, advisor, now)


def test_an_exempt_car_is_not_done_until_it_is_taken_in_again(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    row = car_in(session, campaign, car)
    run.exempt_car(session, row.id, "exported", "customs paper 12", HQ, now)
    assert queries.progress(session, campaign.id, HQ).whole == Tally(1, 1, 0, 1)
    act_as(session, advisor)
    with pytest.raises(DomainError, match="not due for campaign"):
        open_repair(session, advisor, now, car, type="campaign", campaign=campaign.number)
    act_as(session, HQ)
    assert run.include_car(session, row.id, "came back", HQ, now).exemption is None
    assert queries.progress(session, campaign.id, HQ).whole.due == 1


# --- sale ---------------------------------------------------------------------------------------

UNSOLD: dict[str, Any] = {"owner_id": None, "invoiced_on": None, "delivered_on": None, "invoice_no": None}


def sale() -> Sale:
    owner = Person("王小明", "13812345678", "person", None)
    return Sale("12345678", date(2026, 11, 20), date(2026, 11, 20), yuan("129800"), owner)


def test_a_stopped_car_is_not_sold_before_it_is_done(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session, **UNSOLD)
    campaign = make_campaign(session, now, car)
    act_as(session, advisor)
    with pytest.raises(DomainError) as refused:
        record_sale(session, car.id, sale(), advisor, now)
    text = f"The sale of this car is stopped by {campaign.number}. Do the work first, then record the sale."
    assert faults(refused.value) == [("invoice_no", text)]
    complete_order(session, visit(session, advisor, now, car, campaign.number), advisor, now)
    assert record_sale(session, car.id, sale(), advisor, now).owner_id is not None


def test_without_the_mark_a_sale_goes_on(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session, **UNSOLD)
    make_campaign(session, now, car, stop_sale=False)
    act_as(session, advisor)
    assert record_sale(session, car.id, sale(), advisor, now).invoice_no == "12345678"


# --- who sees what ------------------------------------------------------------------------------


def test_figures_by_dealer_and_region_and_a_dealers_own(session: Session, advisor: Actor, now: datetime) -> None:
    north, south = make_dealer(session, region="北区"), make_dealer(session, region="南区")
    cars = [make_vehicle(session, dealer=dealer) for dealer in (north, north, south)]
    unsold = make_vehicle(session, **UNSOLD)
    campaign = make_campaign(session, now, *cars, unsold)
    act_as(session, advisor)
    complete_order(session, visit(session, advisor, now, cars[0], campaign.number), advisor, now)
    mine = queries.progress(session, campaign.id, advisor)
    assert mine.whole == Tally(1, 1, 1, 0)
    act_as(session, HQ)
    found = queries.progress(session, campaign.id, HQ)
    assert found.whole == Tally(4, 3, 1, 0)
    assert found.regions == {"北区": Tally(2, 2, 1, 0), "南区": Tally(1, 1), "": Tally(1, 0)}
    assert {part.code: part.tally.affected for part in found.parts} == {north.code: 2, south.code: 1, "": 1}


def test_another_station_learns_what_and_when_but_no_number(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    stranger = make_actor(session, "service_advisor", make_dealer(session))
    act_as(session, advisor)
    complete_order(session, visit(session, advisor, now, car, campaign.number), advisor, now)
    own = of_car(session, car.id, advisor.dealer_id)[0]
    act_as(session, stranger)
    (seen,) = of_car(session, car.id, stranger.dealer_id)
    assert (seen.state, seen.done_on, seen.parts) == ("done", date(2026, 11, 20), own.parts)
    assert own.order_number is not None
    assert replace(seen, order_number=own.order_number) == own
    assert seen.order_number is None
    with pytest.raises(NotFoundError):
        car_page(session, campaign.number, car.vin, stranger)


def test_a_draft_does_not_exist_for_a_dealer(session: Session, advisor: Actor, now: datetime) -> None:
    campaign = make_campaign(session, now, make_vehicle(session), opened=False)
    act_as(session, advisor)
    with pytest.raises(NotFoundError):
        queries.find(session, campaign.number, advisor)
