"""Campaigns on their pages: from the draft to the counter, as people press the buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.forms import written
from dealers.service.models import RepairOrder
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.jobs import Job, run_one, worker_name
from portal.kernel.room import house
from tests.factories.campaigns import RECALL, car_in, make_campaign
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from warranty.campaigns.models import Campaign, CampaignCar

Enter = Callable[[User], FlaskClient]
HQ = Actor.system("headquarters")


@pytest.fixture
def quality(session: Session, sign_in: Enter) -> FlaskClient:
    user = make_user(session, "quality", None)
    session.commit()
    return sign_in(user)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.get_data(as_text=True)


def sent(**values: Any) -> dict[str, str]:
    said = {**RECALL, "kind": "recall", **values}
    return {name: "y" if value is True else str(value) for name, value in said.items() if value not in (None, False)}


def test_a_recall_is_written_defined_and_opened_by_a_worker(session: Session, quality: FlaskClient) -> None:
    cars = [make_vehicle(session), make_vehicle(session)]
    session.commit()
    made = quality.post("/campaigns/new", data=sent(number="RC-7"))
    assert made.location == "/campaigns/RC-7/definition"
    refused = quality.post("/campaigns/RC-7/file")
    assert refused.status_code == 422
    vins = " ".join(car.vin for car in cars)
    assert quality.post(made.location, data={"kind": "vin_list", "vins": vins}).status_code == 302
    assert "2" in text_of(quality, "/campaigns/RC-7/meant")
    assert quality.post("/campaigns/RC-7/file").status_code == 302
    assert 'hx-get="/campaigns/RC-7/filing"' in text_of(quality, "/campaigns/RC-7")
    assert run_one(worker_name())
    session.rollback()
    assert session.scalars(select(Job)).one().result == {"filed": 2}
    assert session.scalars(select(Campaign)).one().state == "open"
    assert quality.get("/campaigns/RC-7/filing").headers["HX-Refresh"] == "true"
    session.rollback()


def test_an_interrupted_filing_is_not_shown_and_begins_anew(session: Session, quality: FlaskClient) -> None:
    """Cars that an earlier try filed for a definition of then are forgotten."""
    car, other = make_vehicle(session), make_vehicle(session)
    campaign = make_campaign(session, datetime.fromisoformat("2026-11-20T02:00:00+00:00"), car, opened=False)
    session.add(CampaignCar(campaign_id=campaign.id, vehicle_id=other.id, filed_at=campaign.created_at))
    session.commit()
    assert quality.post(f"/campaigns/{campaign.number}/file").status_code == 302
    assert run_one(worker_name())
    session.rollback()
    assert session.scalars(select(CampaignCar.vehicle_id)).all() == [car.id]
    session.rollback()


def test_what_is_wrong_stands_at_its_field(session: Session, quality: FlaskClient) -> None:
    del session
    answer = quality.post("/campaigns/new", data=sent(title="", filed_on="2026-10-01", part_number="NO-SUCH"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="title-error"' in page
    page = quality.post("/campaigns/new", data=sent(filed_on="2026-10-01", part_number="NO-SUCH")).get_data(
        as_text=True
    )
    assert 'id="filed_on-error"' in page
    assert 'id="part_number-error"' in page


def test_the_counter_opens_an_order_for_the_campaign(session: Session, sign_in: Enter, now: datetime) -> None:
    dealer = make_dealer(session)
    car = make_vehicle(session, dealer=dealer)
    campaign = make_campaign(session, now, car)
    user = make_user(session, "service_advisor", dealer)
    session.commit()
    counter = sign_in(user)
    assert "/campaigns/strip?choose=1" in text_of(counter, f"/service/new?vin={car.vin}")
    strip = text_of(counter, f"/campaigns/strip?choose=1&vin={car.vin}")
    assert campaign.number in strip
    assert 'name="campaign"' in strip
    assert text_of(counter, "/campaigns/strip?choose=1&vin=NOBODY") == ""
    typed = {
        "vin": car.vin, "odometer_km": "12000", "type": "general", "received_at": written(now - timedelta(hours=1)),
        "promised_at": written(now + timedelta(hours=3)), "presenter_name": "李明", "presenter_phone": "13812345678",
        "concern": "按召回通知到店", "campaign": campaign.number, "key": "k",
    }  # fmt: skip
    assert counter.post("/service/new", data={**typed, "campaign": "RC-NONE"}).status_code == 422
    opened = counter.post("/service/new", data=typed)
    assert opened.status_code == 302
    session.rollback()
    order = session.scalars(select(RepairOrder)).one()
    assert (order.type, order.jobs[0].campaign) == ("campaign", campaign.number)
    session.rollback()
    page = text_of(counter, opened.location)
    assert re.search(r'<select[^>]*name="job-\d+-campaign"', page)
    assert f"/campaigns/strip?vin={car.vin}" in page


def test_a_stopped_sale_is_told_on_the_form(session: Session, sign_in: Enter, now: datetime) -> None:
    dealer = make_dealer(session)
    car = make_vehicle(session, owner_id=None, invoiced_on=None, delivered_on=None)
    campaign = make_campaign(session, now, car)
    user = make_user(session, "service_manager", dealer)
    session.commit()
    manager = sign_in(user)
    typed = {"invoice_no": "12345678", "invoiced_on": "2026-11-20", "price": "100000", "owner_name": "王小明",
             "owner_phone": "13812345678", "owner_kind": "person", "use": "household"}  # fmt: skip
    answer = manager.post(f"/vehicles/{car.vin}/sale", data=typed)
    assert answer.status_code == 422
    assert 'id="invoice_no-error"' in answer.get_data(as_text=True)
    assert campaign.number in answer.get_data(as_text=True)
    assert "alert-danger" in text_of(manager, f"/campaigns/vehicle/{car.vin}")


def test_a_station_sees_its_own_cars_and_figures(session: Session, sign_in: Enter, now: datetime) -> None:
    mine, theirs = make_dealer(session), make_dealer(session)
    car, other = make_vehicle(session, dealer=mine), make_vehicle(session, dealer=theirs)
    campaign = make_campaign(session, now, car, other)
    make_campaign(session, now, car, opened=False, number="RC-DRAFT")
    user = make_user(session, "service_advisor", mine)
    session.commit()
    counter = sign_in(user)
    listed = text_of(counter, "/campaigns/")
    assert campaign.number in listed
    assert "RC-DRAFT" not in listed
    text_of(counter, "/campaigns/RC-DRAFT", 404)
    cars = text_of(counter, "/campaigns/cars")
    assert car.vin in cars
    assert other.vin not in cars
    page = text_of(counter, f"/campaigns/{campaign.number}")
    assert theirs.code not in page
    text_of(counter, f"/campaigns/cars/{campaign.number}:{other.vin}", 404)
    assert counter.post(f"/campaigns/cars/{campaign.number}:{car.vin}/exempt", data={"reason": "x"}).status_code == 403


def test_a_car_is_left_out_and_taken_in_again(session: Session, quality: FlaskClient, now: datetime) -> None:
    car = make_vehicle(session)
    campaign = make_campaign(session, now, car)
    session.commit()
    place = f"/campaigns/cars/{campaign.number}:{car.vin}"
    lacking = quality.post(f"{place}/exempt", data={"why": "exported", "reason": ""})
    assert lacking.status_code == 422
    assert quality.post(f"{place}/exempt", data={"why": "exported", "reason": "海关单证 12"}).status_code == 302
    session.rollback()
    assert car_in(session, campaign, car).exemption == "exported"
    session.rollback()
    assert quality.post(f"{place}/include", data={"reason": "回国"}).status_code == 302


def test_work_that_waits_is_counted(session: Session, now: datetime) -> None:
    from tests.factories.network import make_actor

    dealer = make_dealer(session)
    advisor = make_actor(session, "service_advisor", dealer)
    make_campaign(session, now, make_vehicle(session, dealer=dealer), make_vehicle(session, dealer=dealer))
    make_campaign(session, now, make_vehicle(session))
    counts = {item.key: item.count for item in house().work}
    assert counts["campaign_cars"](session, advisor, now) == 1
    assert counts["recall_reports"](session, HQ, now) == 0  # begun on 1 November: the first is due on 1 February
    assert counts["recall_reports"](session, HQ, now + timedelta(days=60)) == 2
