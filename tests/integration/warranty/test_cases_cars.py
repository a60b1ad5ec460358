"""The cars of a case: who may have them, when they change hands, what an import leaves alone, what the meter says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.customers.services import Person
from dealers.network.models import Dealer
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from dealers.vehicles.services import transfer_ownership
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from tests.factories.cases import (
    People,
    make_case,
    make_lemon,
    make_new_car,
    make_note,
    make_people,
    make_replied,
)
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.service import make_repair_order
from tests.support.lists import counts, import_list, rejected_rows, write_list
from warranty.cases.models import GuaranteeCase
from warranty.cases.services import carry_out
from warranty.cases.services.carry_out import Completion
from warranty.cases.services.receive import receive_demand

BUYER = Person("赵六", "13900002222")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def car(session: Session, now: datetime, dealer: Dealer) -> Vehicle:
    return make_lemon(session, now, dealer)


@pytest.fixture
def people(session: Session, dealer: Dealer) -> People:
    return make_people(session, dealer)


def complete(session: Session, case: GuaranteeCase, actor: Actor, now: datetime, **given: Any) -> GuaranteeCase:
    done = replace(Completion(local_date(now)), **given)
    return carry_out.complete_case(session, case.number, done, actor, now)


def fields(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_the_owner_stays_while_a_case_is_open(session: Session, now: datetime, car: Vehicle, people: People) -> None:
    number = make_case(session, now, car).number
    stranger = make_actor(session, "service_manager", make_dealer(session))
    act_as(session, stranger)  # who may not see the case is told that there is one, and no more
    with pytest.raises(DomainError, match="case about this car is open") as refused:
        transfer_ownership(session, car.id, BUYER, local_date(now), stranger, now)
    assert number not in str(refused.value.faults[0].facts)


def test_a_taken_back_car_is_sold_on_from_that_day_at_the_earliest(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    complete(session, make_replied(session, now, car, people), people.manager, now)
    yesterday = local_date(now) - timedelta(days=1)
    with pytest.raises(DomainError, match="taken back on") as refused:
        transfer_ownership(session, car.id, BUYER, yesterday, people.manager, now, told=True)
    assert fields(refused) == ["on"]


def test_a_car_is_not_taken_back_from_before_its_owner_had_it(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_replied(session, now, car, people)
    car.owner_since = local_date(now) + timedelta(days=3)
    session.flush()
    later = now + timedelta(days=5)
    with pytest.raises(DomainError, match="present owner") as refused:
        complete(session, case, people.manager, later, on=local_date(now) + timedelta(days=2))
    assert fields(refused) == ["completed_on"]
    complete(session, case, people.manager, later, on=car.owner_since)


@pytest.mark.parametrize("wrong", ["delivered", "stock"])
def test_a_replacement_is_new_and_of_the_sellers_stock(
    session: Session, now: datetime, car: Vehicle, people: People, wrong: str
) -> None:
    values: dict[str, Any] = {"delivered_on": date(2026, 11, 1)}
    if wrong == "stock":
        values = {"selling_dealer_id": make_dealer(session).id}
    new = make_new_car(session, **values)
    own = make_new_car(session, selling_dealer_id=car.selling_dealer_id)
    case = make_replied(session, now, car, people, choice="replace")
    with pytest.raises(DomainError) as refused, session.begin_nested():
        complete(session, case, people.manager, now, new_vin=new.vin, invoice_no="1")
    assert fields(refused) == ["new_vin"]
    assert complete(session, case, people.manager, now, new_vin=own.vin, invoice_no="1").state == "completed"


def test_a_car_in_a_shop_is_not_taken_back_and_nobody_is_told_which(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    other = make_dealer(session)
    case = make_replied(session, now, car, people)
    advisor = make_actor(session, "service_advisor", other)
    order = make_repair_order(session, now, actor=advisor, car=car, completed=False, odometer_km=10_100)
    act_as(session, people.manager)
    with pytest.raises(DomainError, match="still in a shop") as refused:
        complete(session, case, people.manager, now)
    told = refused.value.faults[0]
    assert (told.field, told.facts) == (None, {})
    assert order.number not in told.message


def test_where_no_owner_is_known_the_other_car_goes_to_who_made_the_demand(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    car.owner_id = car.owner_since = None
    new = make_new_car(session)
    case = make_replied(session, now, car, people, choice="replace", consumer="王小明", phone="13800001111")
    complete(session, case, people.manager, now, new_vin=new.vin, invoice_no="1")
    assert new.owner_id is not None
    owner = session.get_one(Customer, new.owner_id)
    assert (owner.name, owner.phone) == ("王小明", "13800001111")


def test_a_demand_keeps_its_reading_and_a_leap_is_read_again(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    far = make_note(now, odometer_km=58_001)  # 8,000 km were read before
    with pytest.raises(DomainError) as refused:
        receive_demand(session, car.vin, far, people.manager, now)
    assert fields(refused) == ["odometer_km"]
    case = receive_demand(session, car.vin, replace(far, km_sure=True), people.manager, now)
    kept = session.scalars(select(OdometerReading).where(OdometerReading.source == "demand")).one()
    assert (kept.km, kept.reference, kept.vehicle_id) == (58_001, case.number, car.id)


def test_a_leap_of_fifty_thousand_needs_no_tick(session: Session, now: datetime, car: Vehicle, people: People) -> None:
    assert (
        receive_demand(session, car.vin, make_note(now, odometer_km=58_000), people.manager, now).odometer_km == 58_000
    )


def row_of(session: Session, car: Vehicle, **changes: str) -> dict[str, Any]:
    """Return the car as a list of cars has it."""
    model = session.get_one(VehicleModel, car.model_id).code
    owner = session.get(Customer, car.owner_id) if car.owner_id else None
    people = {"车主姓名": owner.name, "车主电话": owner.phone} if owner else {"车主姓名": "", "车主电话": ""}
    seller = session.get_one(Dealer, car.selling_dealer_id).code
    return {"车架号": car.vin, "车型代码": model, "销售经销商代码": seller, **people, **changes}


def test_an_import_leaves_owner_and_seller_of_a_case_alone(
    session: Session, now: datetime, car: Vehicle, people: People, tmp_path: Path
) -> None:
    make_case(session, now, car)
    other = make_dealer(session).code
    same, sold = row_of(session, car), row_of(session, car, 车主姓名="赵六", 车主电话="13900002222")
    moved = row_of(session, car, 销售经销商代码=other)
    session.commit()
    assert counts(import_list(session, "vehicles", write_list(tmp_path / "same.csv", [same]))) == (1, 0, 0, 1, 0)
    for name, row in (("sold", sold), ("moved", moved)):
        result = import_list(session, "vehicles", write_list(tmp_path / f"{name}.csv", [row]))
        assert counts(result) == (1, 0, 0, 0, 1), name
        assert "case about this car is open" in str(rejected_rows(result))


def test_an_import_gives_a_taken_back_car_no_owner(
    session: Session, now: datetime, car: Vehicle, people: People, tmp_path: Path
) -> None:
    complete(session, make_replied(session, now, car, people), people.manager, now)
    row = row_of(session, car, 车主姓名="赵六", 车主电话="13900002222")
    session.commit()
    result = import_list(session, "vehicles", write_list(tmp_path / "a.csv", [row]))
    assert counts(result) == (1, 0, 0, 0, 1)
    assert "taken back" in str(rejected_rows(result))
    session.expire_all()
    assert car.owner_id is None
