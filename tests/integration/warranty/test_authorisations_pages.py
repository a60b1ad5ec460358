"""The pages of pre-authorisations, as a station, headquarters and another station see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.vehicles.models import Vehicle
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.db import db
from tests.factories.authorisations import make_authorisation
from tests.factories.claims import make_catalogue, make_claim, make_completed_order
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from tests.support.queries import count_queries
from warranty.authorisations.models import PreAuthorisation
from warranty.claims.services import Edit, edit_claim, submit_claim

SignIn = Callable[[User], FlaskClient]
pytestmark = pytest.mark.databases("sqlite")
TYPED = {
    "request-type": "high_amount", "request-component": "engine", "request-causal_part": "w-pump",
    "request-odometer_km": "8000", "request-asked": "25,000.00", "request-concern": "漏水",
    "request-cause": "密封失效", "request-correction": "更换水泵总成",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A station, its car, and who looks at it."""

    session: Session
    now: datetime
    dealer: Dealer
    car: Vehicle
    clerk: FlaskClient
    auditor: FlaskClient
    stranger: FlaskClient

    def row(self, number: str) -> PreAuthorisation:
        """Read one fresh, and leave no transaction open that would keep SQLite from the pages."""
        found = self.session.scalars(select(PreAuthorisation).where(PreAuthorisation.number == number)).one()
        self.session.refresh(found)
        self.session.expunge(found)
        self.session.rollback()
        return found

    def make(self, state: str, **values: object) -> str:
        number = make_authorisation(
            self.session, self.now, state, dealer=self.dealer, vehicle=self.car, **values  # type: ignore[arg-type]
        ).number  # fmt: skip
        self.session.commit()
        return number


@pytest.fixture
def scene(session: Session, now: datetime, sign_in: SignIn) -> Scene:
    make_catalogue(session)
    dealer, other = make_dealer(session), make_dealer(session)
    users = (
        make_user(session, "warranty_clerk", dealer), make_user(session, "auditor"),
        make_user(session, "warranty_clerk", other),
    )  # fmt: skip
    car = make_vehicle(session)
    session.commit()
    return Scene(session, now, dealer, car, *(sign_in(user) for user in users))


def text_of(client: FlaskClient, path: str) -> str:
    return client.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_one_click_on_the_order_asks_and_the_second_leads_to_the_same(scene: Scene) -> None:
    order = make_completed_order(scene.session, scene.dealer, scene.car, scene.now - timedelta(days=1))
    number, job = order.number, str(order.jobs[0].id)
    scene.session.commit()
    panel = text_of(scene.clerk, f"/authorisations/order/{number}/panel")
    assert f'name="job" value="{job}"' in panel
    places = {
        scene.clerk.post("/authorisations/ask", data={"order": number, "job": job}).headers["Location"]
        for _press in range(2)
    }
    (place,) = places
    sheet = text_of(scene.clerk, place)
    assert 'value="752.10"' in sheet
    assert "水泵密封失效" in sheet
    assert 'name="job"' not in text_of(scene.clerk, f"/authorisations/order/{number}/panel")
    assert 'action="/authorisations/ask"' not in text_of(scene.auditor, f"/authorisations/order/{number}/panel")


def test_what_is_missing_is_told_at_its_field_and_what_was_typed_stays(scene: Scene) -> None:
    place = scene.clerk.post("/authorisations/ask", data={"vin": scene.car.vin}).headers["Location"]
    answer = scene.clerk.post(f"{place}/submit", data={**TYPED, "request-cause": " ", "request-asked": "0"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#request-cause"' in page
    assert 'href="#request-asked"' in page
    assert "更换水泵总成" in page
    wrong = scene.clerk.post(f"{place}/submit", data={**TYPED, "request-asked": "12.345"})
    assert wrong.status_code == 422
    assert scene.row(place.rsplit("/", 1)[1]).state == "draft"


def test_from_the_request_to_the_reserved_amount(scene: Scene) -> None:
    place = scene.clerk.post("/authorisations/ask", data={"vin": scene.car.vin}).headers["Location"]
    number = place.rsplit("/", 1)[1]
    assert scene.clerk.post(f"{place}/edit", data=TYPED).status_code == 302
    assert scene.row(number).causal_part == "W-PUMP"
    sent = {**TYPED, "request-submissions": "0"}
    assert scene.clerk.post(f"{place}/submit", data=sent).status_code == 302
    assert scene.clerk.post(f"{place}/submit", data=sent).status_code == 302  # pressed twice
    found = scene.row(number)
    assert (found.state, found.version, found.asked) == ("submitted", 1, Decimal("25000.00"))
    above = scene.auditor.post(f"{place}/decide", data={"decide-outcome": "pass", "decide-amount": "25000.01"})
    assert above.status_code == 422
    seen = str(found.row_version)
    passed = {"decide-outcome": "pass", "decide-amount": "20,000", "decide-reason": "按定额", "decide-version": seen}
    assert scene.auditor.post(f"{place}/decide", data=passed).status_code == 302
    again = scene.auditor.post(f"{place}/decide", data={**passed, "decide-outcome": "refuse"})
    assert again.status_code == 409
    assert scene.row(number).granted == Decimal("20000.00")
    sheet = text_of(scene.clerk, place)
    assert "20,000.00" in sheet
    assert "2027-01-19" in sheet


def test_another_station_gets_404_and_the_clerk_may_not_decide(scene: Scene) -> None:
    number = scene.make("submitted")
    assert scene.stranger.get(f"/authorisations/{number}").status_code == 404
    for step in ("edit", "submit", "withdraw"):
        assert scene.stranger.post(f"/authorisations/{number}/{step}", data=TYPED).status_code == 404
    assert number not in text_of(scene.stranger, f"/authorisations/car/{scene.car.vin}/panel")
    assert number not in text_of(scene.stranger, "/authorisations/")
    assert scene.clerk.post(f"/authorisations/{number}/decide", data={"decide-outcome": "pass"}).status_code == 403
    assert scene.auditor.post("/authorisations/ask", data={"vin": scene.car.vin}).status_code == 403


def test_a_claim_is_offered_what_its_car_has_left(scene: Scene) -> None:
    number = scene.make("passed", amount=Decimal("1000.00"))
    scene.make("submitted")
    first, second = (
        make_claim(
            scene.session, now=scene.now, dealer=scene.dealer, vehicle=scene.car, odometer_km=8_000 + place,
            completed=scene.now - timedelta(days=9 - place),
        ).number
        for place in range(2)
    )  # fmt: skip
    edit_claim(scene.session, first, Edit({"pre_authorisation": number}), Actor.system("test"))
    submit_claim(scene.session, first, Actor.system("test"), scene.now)
    scene.session.commit()
    path = f"/authorisations/car/{scene.car.vin}/choices?claim="
    offered = text_of(scene.clerk, path + second)
    assert offered.count("<option") == 1
    assert f'value="{number}"' in offered
    assert "247.90 yuan left" in offered
    assert "1,000.00 yuan left" in text_of(scene.clerk, path + first)  # its own use does not stand in its way
    mend = text_of(scene.clerk, f"/claims/{second}")
    assert f"/authorisations/car/{scene.car.vin}/choices?claim={second}" in mend
    edited = scene.clerk.post(
        f"/claims/{second}/edit", data={"pre_authorisation": number.lower()},
        headers={"HX-Request": "true", "Accept-Language": "en"},
    ).get_data(as_text=True)  # fmt: skip
    assert f"Applied for are 752.10 yuan; of the 1,000.00 of pre-authorisation {number}, 247.90 are left." in edited
    used = text_of(scene.auditor, f"/authorisations/{number}")
    assert first in used
    assert "752.10" in used


def test_where_there_is_none_the_claim_offers_to_ask_for_its_own_job(scene: Scene) -> None:
    claim = make_claim(scene.session, now=scene.now, dealer=scene.dealer, vehicle=scene.car)
    number, job = claim.number, claim.job_id
    order = scene.session.scalars(select(RepairOrder.number).where(RepairOrder.id == claim.order_id)).one()
    scene.session.commit()
    offered = text_of(scene.clerk, f"/authorisations/car/{scene.car.vin}/choices?claim={number}")
    assert 'form="ask-authorisation"' in offered
    mend = text_of(scene.clerk, f"/claims/{number}")
    assert f'name="job" value="{job}"' in mend.split('id="ask-authorisation"', 1)[1].split("</form>", 1)[0]
    asked = scene.clerk.post("/authorisations/ask", data={"order": order, "job": str(job)}).headers["Location"]
    waits = text_of(scene.clerk, f"/authorisations/car/{scene.car.vin}/choices?claim={number}")
    assert f'href="{asked}"' in waits
    assert "not passed yet" in waits
    assert "ask-authorisation" not in waits
    strange = text_of(scene.stranger, f"/authorisations/car/{scene.car.vin}/choices?claim={number}")
    assert "ask-authorisation" not in strange


def test_the_buttons_are_those_of_the_state_and_the_person(scene: Scene) -> None:
    number = scene.make("passed")
    assert f"/authorisations/{number}/revoke" in text_of(scene.auditor, f"/authorisations/{number}")
    clerk = text_of(scene.clerk, f"/authorisations/{number}")
    assert f"/authorisations/{number}/withdraw" in clerk
    assert f"/authorisations/{number}/revoke" not in clerk
    assert scene.auditor.post(f"/authorisations/{number}/revoke", data={"revoke-reason": " "}).status_code == 422
    assert scene.auditor.post(f"/authorisations/{number}/revoke", data={"revoke-reason": "另行安排"}).status_code == 302
    assert scene.row(number).state == "withdrawn"
    for client in (scene.clerk, scene.auditor):
        sheet = text_of(client, f"/authorisations/{number}")
        assert "另行安排" in sheet
        assert "<form" not in sheet.split("<main", 1)[1].split("</main>", 1)[0]


def test_what_waits_stands_on_the_work_list_and_leads_to_its_list(scene: Scene) -> None:
    number = scene.make("submitted")
    home = text_of(scene.auditor, "/")
    assert "/authorisations/?state=submitted" in home
    assert number in text_of(scene.auditor, "/authorisations/?state=submitted")
    assert number not in text_of(scene.auditor, "/authorisations/?state=returned")
    assert number in text_of(scene.auditor, f"/authorisations/?vin={scene.car.vin[-6:]}&dealer={scene.dealer.code}")
    assert number not in text_of(scene.auditor, "/authorisations/?holds_on=2026-11-20")
    scene.auditor.post(f"/authorisations/{number}/decide", data={"decide-outcome": "return", "decide-reason": "补充"})
    assert "/authorisations/?state=returned" in text_of(scene.clerk, "/")


def test_a_list_asks_no_more_for_many_than_for_few(scene: Scene) -> None:
    scene.make("passed")
    with count_queries(db.engine) as few:
        text_of(scene.clerk, "/authorisations/")
    for _more in range(3):
        make_authorisation(
            scene.session, scene.now, dealer=scene.dealer, vehicle=make_vehicle(scene.session)
        )  # fmt: skip
    scene.session.commit()
    with count_queries(db.engine) as many:
        text_of(scene.clerk, "/authorisations/")
    assert len(many) <= len(few)
