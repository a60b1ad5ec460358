from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.queries import knows_car
from dealers.service.services import cancel_order
from dealers.service.visits import StationVisits
from dealers.vehicles.lists import VEHICLES
from dealers.vehicles.models import Vehicle
from dealers.vehicles.ports import NoWatch
from dealers.vehicles.queries import VehiclePage, find, vehicle_page
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFoundError
from portal.kernel.listing import all_rows
from portal.kernel.scoping import leave
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import (
    make_customer,
    make_model,
    make_ownership,
    make_reading,
    make_vehicle,
    make_vin,
)
from tests.support.queries import count_queries


def show(session: Session, vin: str, actor: Actor, now: datetime) -> VehiclePage:
    return vehicle_page(session, vin, actor, now, StationVisits(), NoWatch())


def make_visit(session: Session, dealer: Dealer, car: Vehicle, number: str = "RO-1") -> RepairOrder:
    order = RepairOrder(
        number=number, dealer_id=dealer.id, vehicle_id=car.id, vin=car.vin, type="general", odometer_km=10,
        received_at=datetime(2026, 1, 1, tzinfo=UTC), created_at=datetime(2026, 1, 1, tzinfo=UTC),
        advisor_name="-", owner_name="-", presenter_name="-", presenter_phone="-",
    )  # fmt: skip
    session.add(order)
    session.flush()
    return order


def test_a_car_is_found_by_whole_vin_tail_or_plate(session: Session) -> None:
    car = make_vehicle(session, vin=make_vin(123456), plate="沪AD12345")
    make_vehicle(session, vin=make_vin(123457))
    for text in (car.vin, car.vin.lower(), "123456", car.vin[-7:], car.vin[-8:], " 沪a·d12345 "):
        assert [hit.vin for hit in find(session, text)] == [car.vin], text
    assert [find(session, text) for text in ("", "   ", "23456", "999999", "京A00000")] == [[]] * 5


def test_further_characters_are_compared(session: Session) -> None:
    one, two = make_vin(123456, plant="2"), make_vin(123456, plant="3")
    make_vehicle(session, vin=one)
    make_vehicle(session, vin=two)
    assert [hit.vin for hit in find(session, "123456")] == sorted([one, two])
    assert [hit.vin for hit in find(session, one[-7:])] == [one]
    assert find(session, "9123456") == []


def test_a_hit_masks_the_owner_for_everybody(session: Session) -> None:
    car = make_vehicle(session, owner_id=make_customer(session, name="王小明").id)
    hit = find(session, car.vin)[0]
    assert (hit.owner, hit.plate) == ("王**", car.plate)


def test_wildcards_mean_nothing(session: Session) -> None:
    make_vehicle(session)
    assert find(session, "%%%%%%") == find(session, "______") == []


@pytest.fixture
def known_car(session: Session) -> tuple[str, Dealer, Dealer]:
    """A car sold by the first dealer, with two owners; the second dealer knows nothing of it."""
    seller, other = make_dealer(session), make_dealer(session)
    owner = make_customer(session, name="王小明", phone="13812341234", address="松卫北路1号")
    car = make_vehicle(session, dealer=seller, owner_id=owner.id)
    first = make_customer(session, name="李雷", phone="13900005678")
    make_ownership(session, car, date(2025, 3, 1), customer_id=first.id)
    return car.vin, seller, other


def test_headquarters_and_the_seller_see_people_in_full(
    session: Session, known_car: tuple[str, Dealer, Dealer], now: datetime
) -> None:
    vin, seller, _other = known_car
    for actor in (make_actor(session, "auditor"), make_actor(session, "service_advisor", seller)):
        page = show(session, vin, act_as(session, actor), now)
        assert page.full
        assert page.owner is not None
        assert (page.owner.name, page.owner.phone, page.owner.address) == ("王小明", "13812341234", "松卫北路1号")
        assert [person.name for person in page.earlier] == ["李雷"]
        assert (page.sale.invoice_no, str(page.sale.price)) == ("00000001", "128800.00")


def test_another_dealer_sees_masked_people_and_no_price(
    session: Session, known_car: tuple[str, Dealer, Dealer], now: datetime
) -> None:
    vin, _seller, other = known_car
    page = show(session, vin, act_as(session, make_actor(session, "service_advisor", other)), now)
    assert not page.full
    assert page.owner is not None
    assert (page.owner.name, page.owner.phone, page.owner.address) == ("王**", "138****1234", None)
    assert [(person.name, person.phone) for person in page.earlier] == [("李**", "139****5678")]
    assert (page.sale.invoice_no, page.sale.price) == (None, None)
    assert "小明" not in repr(page)


def test_a_dealer_who_served_the_car_sees_people_until_then_not(
    session: Session, known_car: tuple[str, Dealer, Dealer], now: datetime
) -> None:
    vin, seller, other = known_car
    stranger = make_dealer(session)
    car = session.get_one(Vehicle, 1)
    make_visit(session, other, car)
    actors = [make_actor(session, "service_advisor", dealer) for dealer in (other, stranger, seller)]
    assert [show(session, vin, act_as(session, actor), now).full for actor in actors] == [True, False, True]


def test_an_unknown_car_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        show(session, make_vin(7), Actor.system(), now)


def test_coverage_runs_from_delivery_and_by_the_highest_plausible_reading(session: Session, now: datetime) -> None:
    model = make_model(session, guarantee_months=24, guarantee_km=50_000, repair_months=36, repair_km=60_000)
    car = make_vehicle(session, model_id=model.id, invoiced_on=date(2025, 2, 20), delivered_on=date(2025, 2, 28))
    make_reading(session, car, 30_000, date(2026, 1, 1))
    make_reading(session, car, 55_000, date(2026, 10, 1))
    make_reading(session, car, 40_000, date(2026, 11, 1))
    page = show(session, car.vin, Actor.system(), now)
    assert [(period.kind, period.end, period.state) for period in page.coverage] == [
        ("guarantee", date(2027, 2, 28), "km_over"),
        ("repair", date(2028, 2, 28), "in_force"),
    ]
    assert page.distance_km == 55_000
    assert [(row.km, row.doubt) for row in page.readings] == [(40_000, "lower"), (55_000, None), (30_000, None)]


def test_without_delivery_the_invoice_day_counts_and_without_both_nothing_does(session: Session, now: datetime) -> None:
    invoiced = make_vehicle(session, invoiced_on=date(2025, 2, 20), delivered_on=None)
    unsold = make_vehicle(session, invoiced_on=None, delivered_on=None, owner_id=None)
    assert show(session, invoiced.vin, Actor.system(), now).coverage[0].start == date(2025, 2, 20)
    page = show(session, unsold.vin, Actor.system(), now)
    assert (page.coverage, page.sold, page.owner) == ((), False, None)


def test_the_page_asks_no_more_for_more_history(session: Session, now: datetime) -> None:
    short, long = make_vehicle(session), make_vehicle(session)
    for number in range(20):
        make_reading(session, long, 1_000 * number, date(2025, 4, 1 + number))
        make_ownership(session, long, date(2025, 5, 1 + number))
    vins = short.vin, long.vin
    counts = []
    for vin in vins:
        session.expire_all()
        with count_queries(db.engine) as statements:
            show(session, vin, Actor.system(), now)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_an_export_of_the_list_is_confined_like_its_page(session: Session) -> None:
    seller, other = make_dealer(session), make_dealer(session)
    own = make_vehicle(session, dealer=seller).vin
    make_vehicle(session, dealer=other)
    make_vehicle(session)
    act_as(session, make_actor(session, "service_advisor", seller))
    assert [row.vin for row in all_rows(session, VEHICLES, {})] == [own]
    act_as(session, make_actor(session, "reader"))
    assert len(list(all_rows(session, VEHICLES, {}))) == 3
    leave(session)
    assert list(all_rows(session, VEHICLES, {})) == []


def test_a_reading_tells_the_number_of_an_order_only_to_who_may_open_it(session: Session, now: datetime) -> None:
    mine, other = make_dealer(session), make_dealer(session)
    car = make_vehicle(session)
    for dealer, number, km in ((mine, "RO-1", 10), (other, "RO-2", 20)):
        make_visit(session, dealer, car, number)
        make_reading(session, car, km, date(2026, 1, 1), source="repair_order", reference=number)
    clerk, office = make_actor(session, "service_advisor", mine), make_actor(session, "reader")
    act_as(session, clerk)
    assert {one.reference for one in show(session, car.vin, clerk, now).readings} == {"RO-1", None}
    act_as(session, office)
    assert {one.reference for one in show(session, car.vin, office, now).readings} == {"RO-1", "RO-2"}


def test_a_cancelled_order_makes_no_station_know_a_car(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), make_vehicle(session)
    order = make_visit(session, dealer, car)
    manager = make_actor(session, "service_manager", dealer)
    act_as(session, manager)
    assert knows_car(session, car.id, dealer.id)
    cancel_order(session, order.id, "wrong car", manager, now)
    session.flush()
    assert not knows_car(session, car.id, dealer.id)
