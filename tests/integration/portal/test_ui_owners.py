"""The search finds owners: a station its own customers, headquarters everybody, whoever may not see cars nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.queries import find_owned
from dealers.service.services import cancel_order
from dealers.vehicles.models import Vehicle
from portal.auth.models import User
from portal.kernel.access import Actor
from tests.factories.network import act_as, actor_of_user, make_dealer, make_user
from tests.factories.service import open_repair
from tests.factories.vehicles import make_customer, make_vehicle
from tests.support.door import said

SignIn = Callable[[User], FlaskClient]
NAME, PHONE = "欧阳建国", "13912345678"


@pytest.fixture
def stations(session: Session) -> tuple[Dealer, Dealer]:
    return make_dealer(session), make_dealer(session)


def owned_car(session: Session, name: str = NAME, phone: str = PHONE, seller: Dealer | None = None) -> str:
    return make_vehicle(session, owner_id=make_customer(session, name=name, phone=phone).id, dealer=seller).vin


@pytest.mark.parametrize("typed", [NAME, "欧阳", PHONE, "139 1234 5678", "1391234"])
def test_a_station_finds_the_customer_it_sold_to(
    session: Session, stations: tuple[Dealer, Dealer], sign_in: SignIn, typed: str
) -> None:
    vin = owned_car(session, seller=stations[0])
    own, other = (make_user(session, "service_advisor", station) for station in stations)
    session.commit()
    answer = sign_in(own).get("/search", query_string={"q": typed})
    assert (answer.status_code, answer.location) == (302, f"/vehicles/{vin}")
    nothing = sign_in(other).get("/search", query_string={"q": typed})
    assert nothing.status_code == 200
    assert vin not in nothing.text


def test_a_station_finds_the_customer_it_served_once_the_car_was_there(
    session: Session, stations: tuple[Dealer, Dealer], now: datetime
) -> None:
    vin = owned_car(session, seller=stations[0])
    advisor = actor_of_user(make_user(session, "service_manager", stations[1]))

    def found(by: Actor) -> list[str]:
        act_as(session, by)
        return [hit.vin for hit in find_owned(session, NAME, by.dealer_id)]

    assert found(advisor) == []
    car = session.scalars(select(Vehicle).where(Vehicle.vin == vin)).one()
    order = open_repair(session, advisor, now, car)
    assert found(advisor) == [vin]
    cancel_order(session, order, "a mistake", advisor, now)
    assert found(advisor) == []


def test_headquarters_finds_everybody_with_name_and_phone(
    session: Session, stations: tuple[Dealer, Dealer], sign_in: SignIn
) -> None:
    vins = [owned_car(session, phone=f"1391234000{place}", seller=seller) for place, seller in enumerate(stations)]
    owned_car(session, name="王建国")
    reader = make_user(session, "reader")
    session.commit()
    answer = sign_in(reader).get("/search", query_string={"q": NAME})
    text = said(answer)
    assert all(vin in text for vin in vins)
    assert "王建国" not in text
    assert f"{NAME} · 13912340001" in text


@pytest.mark.parametrize("typed", ["欧", "139123", "%阳", "_阳建国", "欧阳1"])
def test_too_little_and_wild_cards_find_nobody(session: Session, typed: str) -> None:
    owned_car(session)
    assert find_owned(session, typed, None) == []
