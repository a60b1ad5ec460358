from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.customers.services import Person, find_or_add
from dealers.vehicles.models import OdometerReading, Ownership, Vehicle
from dealers.vehicles.services import Sale, change_plate, record_reading, record_sale, transfer_ownership
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import DomainError, NotFoundError
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import make_customer, make_vehicle

HQ = Actor.system()
SALE = Sale("00012345", date(2026, 11, 1), date(2026, 11, 3), Decimal("128800.00"), Person("王小明", "138 1234 1234"))


def unsold(session: Session) -> Vehicle:
    return make_vehicle(session, invoice_no=None, invoiced_on=None, delivered_on=None, price=None, owner_id=None,
                        owner_since=None, plate=None, selling_dealer_id=None)  # fmt: skip


def fields(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_a_sale_names_owner_seller_and_days_and_leaves_a_trace(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), unsold(session)
    car_id = car.id
    actor = act_as(session, make_actor(session, "service_advisor", dealer))
    car = record_sale(session, car_id, replace(SALE, plate="沪a·d12345"), actor, now)
    assert (car.selling_dealer_id, car.invoice_no, car.plate) == (dealer.id, "00012345", "沪AD12345")
    assert (car.owner_since, car.price) == (date(2026, 11, 3), Decimal("128800.00"))
    owner = session.get_one(Customer, car.owner_id)
    assert (owner.name, owner.phone) == ("王小明", "13812341234")
    trace = session.scalars(
        select(AuditEntry).where(AuditEntry.table_name == "vehicle", AuditEntry.action == "change")
    ).one()
    assert trace.changes["price"] == [None, "128800.00"]
    assert trace.actor == actor.name


def test_headquarters_names_the_seller(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), unsold(session)
    with pytest.raises(DomainError) as error:
        record_sale(session, car.id, replace(SALE, dealer_code="nobody"), HQ, now)
    assert fields(error) == ["dealer_code"]
    assert record_sale(session, car.id, replace(SALE, dealer_code=dealer.code.lower()), HQ, now).selling_dealer_id


def test_a_sold_car_is_not_sold_again(session: Session, now: datetime) -> None:
    with pytest.raises(DomainError, match="recorded already"):
        record_sale(session, make_vehicle(session).id, SALE, HQ, now)


def test_every_fault_of_a_sale_is_told_at_once(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), unsold(session)
    bad = Sale(" ", date(2026, 11, 21), date(2025, 1, 9), Decimal(0), Person(" ", "12"), "flying", "", dealer.code)
    with pytest.raises(DomainError) as error:
        record_sale(session, car.id, bad, HQ, now)
    assert fields(error) == [
        "invoice_no", "price", "use", "invoiced_on", "delivered_on", "owner_name", "owner_phone",
    ]  # fmt: skip
    assert car.owner_id is None


def test_delivery_may_come_before_the_invoice(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), unsold(session)
    sale = replace(SALE, delivered_on=date(2026, 10, 30), dealer_code=dealer.code)
    assert record_sale(session, car.id, sale, HQ, now).owner_since == date(2026, 10, 30)


def test_a_new_owner_leaves_the_old_one_in_the_history(session: Session, now: datetime) -> None:
    car = make_vehicle(session)
    before = car.owner_id
    transfer_ownership(session, car.id, Person("李雷", "13900005678"), date(2026, 11, 20), HQ, now)
    earlier = session.scalars(select(Ownership)).one()
    assert (earlier.customer_id, earlier.since, earlier.until) == (before, date(2025, 3, 1), date(2026, 11, 20))
    assert car.owner_since == date(2026, 11, 20)
    assert session.get_one(Customer, car.owner_id).name == "李雷"


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2025, 2, 28)])
def test_a_transfer_is_neither_to_come_nor_before_the_present_owner(session: Session, now: datetime, day: date) -> None:
    with pytest.raises(DomainError) as error:
        transfer_ownership(session, make_vehicle(session).id, Person("李雷", "13900005678"), day, HQ, now)
    assert fields(error) == ["on"]


def test_the_present_owner_and_an_unsold_car_are_refused(session: Session, now: datetime) -> None:
    owner = make_customer(session, name="王小明", phone="13812341234")
    car, new = make_vehicle(session, owner_id=owner.id), unsold(session)
    with pytest.raises(DomainError, match="present owner already"):
        transfer_ownership(session, car.id, Person(" 王小明 ", "138-1234-1234"), date(2026, 1, 1), HQ, now)
    with pytest.raises(DomainError, match="no owner yet"):
        transfer_ownership(session, new.id, Person("王小明", "13812341234"), date(2026, 1, 1), HQ, now)
    with pytest.raises(NotFoundError):
        transfer_ownership(session, 999, Person("王小明", "13812341234"), date(2026, 1, 1), HQ, now)


def test_an_odd_plate_is_kept_with_a_warning(session: Session, now: datetime) -> None:
    car, other = make_vehicle(session), make_vehicle(session)
    assert change_plate(session, car.id, "粤AD12345", HQ, now) == ()
    warnings = change_plate(session, car.id, "什么1", HQ, now)
    assert (car.plate, len(warnings)) == ("什么1", 1)
    warnings = change_plate(session, other.id, "什么1", HQ, now)
    assert [fault.facts.get("vin") for fault in warnings] == [None, car.vin]
    assert change_plate(session, car.id, " ", HQ, now) == ()
    assert car.plate is None
    with pytest.raises(DomainError):
        change_plate(session, car.id, "沪" * 17, HQ, now)


def read(session: Session, car: Vehicle, km: int, days: int, **values: object) -> str | None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    reference = f"RO-{days}"
    return record_reading(
        session, car.id, km, moment, "repair_order", reference, meter_replaced=bool(values.get("new"))
    ).doubt


def test_readings_are_judged_as_they_come(session: Session) -> None:
    car = make_vehicle(session)
    assert [read(session, car, 10_000, 0), read(session, car, 9_000, 30), read(session, car, 12_000, 60)] == [
        None, "lower", None,
    ]  # fmt: skip
    assert read(session, car, 5, 90, new=True) is None


def test_a_late_reading_changes_the_verdict_on_later_ones(session: Session) -> None:
    car = make_vehicle(session)
    read(session, car, 10_000, 60)
    read(session, car, 11_000, 30)
    doubts = session.scalars(select(OdometerReading.doubt).order_by(OdometerReading.read_at)).all()
    assert list(doubts) == [None, "lower"]


def test_the_reading_of_a_document_is_corrected_not_repeated(session: Session) -> None:
    car = make_vehicle(session)
    read(session, car, 100_000, 0)
    read(session, car, 10_000, 0)
    assert read(session, car, 10_500, 10) is None
    assert session.scalar(select(func.count()).select_from(OdometerReading)) == 2


def test_the_same_name_with_the_same_phone_is_the_same_customer(session: Session) -> None:
    first = find_or_add(session, Person("王小明", "138-1234-1234"))
    assert find_or_add(session, Person(" 王小明 ", "13812341234", address="松卫北路1号")) is first
    assert first.address == "松卫北路1号"
    assert find_or_add(session, Person("王小明", "13812341234", address="别处")).address == "松卫北路1号"
    assert find_or_add(session, Person("王小明", "13900005678")) is not first
    with pytest.raises(DomainError) as error:
        find_or_add(session, Person("王" * 81, "abc"))
    assert fields(error) == ["owner_name", "owner_phone"]
