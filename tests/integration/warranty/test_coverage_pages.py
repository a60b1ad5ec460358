"""The pages of coverage: what headquarters enters, what everybody may ask, who sees which agreement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.claims import make_claim
from tests.factories.coverage import make_contract, make_grant, make_part_warranty, make_policy
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from warranty.coverage.models import CoveragePolicy, Goodwill, PartWarranty, ServiceContract

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def station(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def car(session: Session, station: Dealer) -> Vehicle:
    return make_vehicle(session, dealer=station)


@pytest.fixture
def come_in(session: Session, sign_in: SignIn) -> Callable[..., FlaskClient]:
    def come(role: str, dealer: Dealer | None = None) -> FlaskClient:
        user = make_user(session, role, dealer)
        session.commit()
        client = sign_in(user)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        head_office(session)
        return client

    return come


def head_office(session: Session) -> None:
    """Signing in handed the session back."""
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))


def count(session: Session, model: type) -> int:
    head_office(session)
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_policy_is_entered_followed_and_withdrawn(
    session: Session, come_in: Callable[..., FlaskClient], car: Vehicle
) -> None:
    client = come_in("quality")
    given = {"valid_from": "2022-01-01", "months": "36", "km": "100000", "note": "整车"}
    made = client.post("/coverage/policies/new", data={**given, "component": "", "use": "", "model": "", "series": ""})
    assert made.status_code == 302
    place = made.headers["Location"]
    neither = client.post(f"{place}/new", data={**given, "valid_from": "2026-12-01", "months": ""})
    assert (neither.status_code, "Please enter the months, or withdraw the policy." in neither.text) == (422, True)
    early = client.post(f"{place}/new", data=given)
    assert (early.status_code, "today at the earliest" in early.text) == (422, True)
    done = client.post(f"{place}/new", data={**given, "valid_from": "2026-12-01", "withdrawn": "y"})
    assert done.status_code == 302
    text = client.get(place).text
    assert "withdrawn" in text
    assert "100,000" in text
    assert count(session, CoveragePolicy) == 2


def test_a_part_warranty_is_entered_and_followed(session: Session, come_in: Callable[..., FlaskClient]) -> None:
    client = come_in("administrator")
    given = {"valid_from": "2022-01-01", "months": "12", "km": "", "number": "", "wear_class": "bulb"}
    made = client.post("/coverage/parts/new", data=given)
    place = made.headers["Location"]
    assert client.post(f"{place}/new", data={"valid_from": "2026-12-01", "months": "6", "km": "9"}).status_code == 302
    assert "any mileage" in client.get(place).text
    wrong = client.post("/coverage/parts/new", data={**given, "number": "NONE"})
    assert (wrong.status_code, "not in the catalogue" in wrong.text) == (422, True)
    assert count(session, PartWarranty) == 2


def test_a_contract_is_entered_and_cancelled(
    session: Session, come_in: Callable[..., FlaskClient], car: Vehicle, station: Dealer
) -> None:
    vin, code, client = car.vin, station.code, come_in("quality")
    given = {
        "number": "yb-1", "product": "延保", "vin": vin.lower(), "seller": code, "begins_on": "2026-01-01",
        "until_on": "2028-01-01", "until_km": "", "components": ["engine"],
    }  # fmt: skip
    assert client.post("/coverage/contracts/new", data={**given, "components": ["wing"]}).status_code == 422
    assert client.post("/coverage/contracts/new", data=given).headers["Location"].endswith("/coverage/contracts/YB-1")
    late = client.post("/coverage/contracts/YB-1/cancel", data={"day": "2029-01-01", "why": "退款"})
    assert (late.status_code, "within the contract" in late.text) == (422, True)
    assert client.post("/coverage/contracts/YB-1/cancel", data={"day": "2026-06-01", "why": "退款"}).status_code == 302
    assert "Cancelled from 2026-06-01: 退款" in client.get("/coverage/contracts/YB-1").text
    assert count(session, ServiceContract) == 1


def test_goodwill_is_granted_by_who_may(session: Session, come_in: Callable[..., FlaskClient], car: Vehicle) -> None:
    vin = car.vin
    given = {
        "vin": vin, "begins_on": "2026-11-01", "until_on": "2026-12-31", "component": "engine", "reason": "老客户",
        "headquarters_share": "80", "dealer_share": "0", "customer_share": "20",
    }  # fmt: skip
    assert come_in("auditor").post("/coverage/goodwill/new", data=given).status_code == 403
    client = come_in("senior_auditor")
    wrong = client.post("/coverage/goodwill/new", data={**given, "customer_share": "10"})
    assert (wrong.status_code, "they add up to 90." in wrong.text) == (422, True)
    assert client.post("/coverage/goodwill/new", data=given).headers["Location"].endswith(f"/coverage/cars/{vin}")
    assert count(session, Goodwill) == 1


def test_a_dealer_lists_its_own_agreements_and_sees_all_that_covers_a_car(
    session: Session, now: datetime, come_in: Callable[..., FlaskClient], car: Vehicle, station: Dealer
) -> None:
    vin = car.vin
    make_contract(session, now, car, number="YB-OWN", seller=station.code)
    make_grant(session, now, car, headquarters_share=70, dealer_share=10, station=station.code, reason="只给本站看")
    own, other = come_in("warranty_clerk", station), come_in("warranty_clerk", make_dealer(session))
    assert "YB-OWN" in own.get("/coverage/contracts").text
    assert own.get("/coverage/contracts/YB-OWN").status_code == 200
    assert vin in own.get("/coverage/goodwill").text
    assert "YB-OWN" not in other.get("/coverage/contracts").text
    assert other.get("/coverage/contracts/YB-OWN").status_code == 404
    assert vin not in other.get("/coverage/goodwill").text
    text = other.get(f"/coverage/cars/{vin}?component=engine&part=&day=2026-11-20&km=9000").text
    assert "Extended-service contract: YB-OWN" in text
    assert "只给本站看" not in text


def test_a_question_is_answered_with_its_reasons(
    session: Session, now: datetime, come_in: Callable[..., FlaskClient], car: Vehicle, station: Dealer
) -> None:
    vin = car.vin
    make_policy(session, now)
    make_part_warranty(session, now)
    client = come_in("service_advisor", station)
    asked = f"/coverage/cars/{vin}?component=engine&part=W-PUMP&day=2026-11-20&km=70000"
    text = client.get(asked).text
    assert "Covered by Coverage policy: whole car (version 1), until 2028-03-03 or 100,000 km." in text
    assert "70,000 km are beyond 2028-03-03 or 60,000 km." in text
    assert "The part is not known to have been replaced." in text
    part = client.get(asked, headers={"HX-Request": "true"}).text
    assert "Covered by" in part
    assert "<html" not in part
    assert client.get(f"/coverage/cars/{vin}?component=engine&day=&km=x").status_code == 422
    assert client.get(f"/coverage/cars/{vin.lower()}").headers["Location"].endswith(vin)
    panel = client.get(f"/coverage/cars/{vin}/panel").text
    assert "2028-03-03" in panel
    assert "Traction battery" not in panel, "a petrol car has none"


def test_a_claim_shows_what_covers_its_part(
    session: Session, now: datetime, come_in: Callable[..., FlaskClient], station: Dealer
) -> None:
    number = make_claim(session, now=now, dealer=station).number
    text = come_in("warranty_clerk", station).get(f"/claims/{number}").text
    assert "Covered by Three-guarantees order of 2021, repair period, until 2028-03-03 or 60,000 km." in text


def test_a_taxi_that_nothing_covers_is_returned_and_a_policy_mends_it(
    session: Session, now: datetime, come_in: Callable[..., FlaskClient], station: Dealer
) -> None:
    taxi = make_vehicle(session, use="rental")
    number = make_claim(session, now=now, dealer=station, vehicle=taxi).number
    client = come_in("warranty_clerk", station)
    refused = client.post(f"/claims/{number}/submit", data={"seen_version": "0"})
    assert (refused.status_code, "Neither the law nor a policy nor a contract" in refused.text) == (422, True)
    head_office(session)
    make_policy(session, now, 12, 50_000, use="rental")
    session.commit()
    text = client.get(f"/claims/{number}").text
    assert "Coverage ended" in text, "it was sold in March 2025 with a year"
    assert "Coverage policy: whole car, rental (version 1)" in text
