from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service import services
from dealers.service.models import RepairOrder
from dealers.service.queries import car_by_vin, find_cars, find_operations, order_view, visits
from dealers.service.rules import Extras, Reading
from dealers.service.services import JobText, Work
from dealers.vehicles.models import OdometerReading
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import advance, history
from tests.factories.network import act_as, make_actor, make_dealer, make_labour_rate
from tests.factories.service import (
    GASKET,
    OIL,
    PUMP,
    fill_repair,
    make_opening,
    make_operation,
    make_repair_order,
    open_repair,
    use_stub_catalogue,
)
from tests.factories.vehicles import make_model, make_reading, make_vehicle


@pytest.fixture
def advisor(session: Session) -> Actor:
    """A service advisor at a three-star station with a rate, an operation and a catalogue."""
    use_stub_catalogue()
    make_labour_rate(session, rate="120.00")
    make_operation(session)
    return make_actor(session)


def faults(error: DomainError) -> list[str | None]:
    return [fault.field for fault in error.faults]


def test_opening_counts_the_number_reads_the_meter_and_notes_the_concern(
    session: Session, advisor: Actor, now: datetime
) -> None:
    car = make_vehicle(session)
    code = session.get_one(Dealer, advisor.dealer_id).code
    act_as(session, advisor)
    first = services.open_order(session, make_opening(car, now), advisor, now)
    second = services.open_order(session, make_opening(car, now, type="maintenance"), advisor, now)
    assert (first, second) == (f"RO-{code}-202611-0001", f"RO-{code}-202611-0002")
    view = order_view(session, first)
    assert (view.order.state, view.order.advisor_name, view.jobs[0].payer) == ("open", advisor.name, "warranty")
    assert order_view(session, second).jobs[0].payer == "customer"
    reading = session.scalars(select(OdometerReading).where(OdometerReading.reference == first)).one()
    assert (reading.km, reading.source) == (23_456, "repair_order")


def test_the_owner_comes_from_the_register_unless_typed(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    owner = car_by_vin(session, car.vin)
    assert owner is not None
    act_as(session, advisor)
    order = session.get_one(RepairOrder, open_repair(session, advisor, now, car))
    assert (order.owner_name, order.owner_phone) == (owner.owner_name, owner.owner_phone)
    typed = session.get_one(RepairOrder, open_repair(session, advisor, now, car, owner_name="王总"))
    assert (typed.owner_name, typed.presenter_name) == ("王总", "李明")


def test_a_car_nobody_knows_opens_nothing(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    with pytest.raises(DomainError) as refused:
        services.open_order(session, replace(make_opening(car, now), vin="LSV00000000000000"), advisor, now)
    assert faults(refused.value) == ["vin"]
    assert session.scalar(select(func.count()).select_from(RepairOrder)) == 0


def test_the_same_form_sent_twice_opens_one_order(session: Session, advisor: Actor, now: datetime) -> None:
    opening = make_opening(make_vehicle(session), now)
    act_as(session, advisor)
    numbers = {services.open_order(session, opening, advisor, now, key="form-1") for _ in range(3)}
    assert len(numbers) == 1
    assert session.scalar(select(func.count()).select_from(RepairOrder)) == 1


@pytest.mark.parametrize("action", ["suspend", "close"])
def test_a_suspended_or_closed_station_opens_nothing(
    session: Session, advisor: Actor, now: datetime, action: str
) -> None:
    car = make_vehicle(session)
    dealer = session.get_one(Dealer, advisor.dealer_id)
    advance(session, dealer, action, Actor.system(), now, reason="audit")
    act_as(session, advisor)
    with pytest.raises(DomainError, match="suspended or closed"):
        services.open_order(session, make_opening(car, now), advisor, now)


def test_headquarters_and_lookers_open_nothing(session: Session, advisor: Actor, now: datetime) -> None:
    opening = make_opening(make_vehicle(session), now)
    with pytest.raises(DomainError, match="Only a station"):
        services.open_order(session, opening, Actor.system(), now)
    parts_clerk = make_actor(session, "parts_clerk")
    with pytest.raises(AccessDeniedError):
        services.open_order(session, opening, parts_clerk, now)


def test_an_odometer_below_the_last_reading_must_be_acknowledged(
    session: Session, advisor: Actor, now: datetime
) -> None:
    car = make_vehicle(session)
    make_reading(session, car, 50_000, date(2026, 9, 1))
    act_as(session, advisor)
    opening = make_opening(car, now)
    with pytest.raises(DomainError) as refused:
        services.open_order(session, opening, advisor, now)
    assert refused.value.faults[0].facts == {"km": "50,000", "day": "2026-09-01"}
    number = services.open_order(session, replace(opening, odometer_acknowledged=True), advisor, now)
    reading = session.scalars(select(OdometerReading).where(OdometerReading.reference == number)).one()
    assert reading.doubt == "lower"


def test_lines_have_the_rate_and_price_of_the_day_and_the_totals_follow(
    session: Session, advisor: Actor, now: datetime
) -> None:
    make_labour_rate(session, rate="135.00", valid_from=date(2026, 11, 20))
    car = make_vehicle(session)
    act_as(session, advisor)
    order = fill_repair(session, open_repair(session, advisor, now, car), advisor, now)
    # 1.80 h × 135.00 (in force since the day the car came in) = 243.00; 386.50 + 18.90 = 405.40
    assert (order.labour_total, order.parts_total) == (Decimal("243.00"), Decimal("405.40"))
    view = order_view(session, order.number)
    assert [(p.number, p.causal) for p in view.jobs[0].parts] == [(PUMP, True), (GASKET, False)]
    assert (view.totals.warranty, view.totals.customer) == (Decimal("648.40"), Decimal("0.00"))


def test_another_payer_brings_that_payers_prices(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = fill_repair(session, open_repair(session, advisor, now, car), advisor, now)
    job = order.jobs[0]
    text = JobText(job.concern, job.cause, job.correction, job.component, job.failure_mode, "customer")
    services.save_job(session, order.id, job.id, text, advisor, now)
    # retail is 20 yuan above the warranty price in the stub
    assert [line.unit_price for line in order.jobs[0].parts] == [Decimal("406.50"), Decimal("38.90")]
    pump = job.parts[0].id
    services.change_part(session, order.id, pump, Decimal(2), advisor, now, unit_price=Decimal("400.00"))
    assert order.parts_total == Decimal("838.90")


def test_the_makers_price_and_quota_cannot_be_talked_up(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = fill_repair(session, open_repair(session, advisor, now, car), advisor, now)
    line, part = order.jobs[0].labour[0], order.jobs[0].parts[0]
    services.change_part(session, order.id, part.id, Decimal(1), advisor, now, unit_price=Decimal("999.00"))
    assert part.unit_price == Decimal("386.50")
    with pytest.raises(DomainError) as refused:
        services.change_labour(session, order.id, line.id, Decimal("1.90"), advisor, now)
    assert faults(refused.value) == [f"labour-{line.id}-hours"]
    services.change_labour(session, order.id, line.id, Decimal("1.50"), advisor, now)
    assert order.labour_total == Decimal("180.00")


def test_parts_and_labour_are_found_by_code_name_and_initials(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car)
    job = session.get_one(RepairOrder, order).jobs[0].id
    for typed in ("sb0101", "水泵", "GHSB", "water pump"):
        assert services.add_labour(session, order, job, typed, advisor, now).operation_code == "SB0101"
    assert services.add_part(session, order, job, "jy", advisor, now).part_number == OIL
    with pytest.raises(DomainError, match="Several fit") as several:
        services.add_part(session, order, job, "sb", advisor, now)
    assert PUMP in str(several.value.faults[0].facts["found"])
    with pytest.raises(DomainError, match="No part fits"):
        services.add_part(session, order, job, "nothing", advisor, now)


def test_a_models_own_operation_comes_before_the_general_one(session: Session, advisor: Actor) -> None:
    model, other = make_model(session), make_model(session)
    make_operation(session, model_id=model.id, hours=Decimal("2.20"))
    assert [op.hours for op in find_operations(session, "SB", model.id)] == [Decimal("2.20")]
    assert [op.hours for op in find_operations(session, "SB", other.id)] == [Decimal("1.80")]


def test_an_order_is_completed_when_its_record_is_whole(session: Session, advisor: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car)
    job = session.get_one(RepairOrder, order).jobs[0].id
    with pytest.raises(DomainError) as refused:
        services.complete_order(session, order, advisor, now)
    assert faults(refused.value) == [f"job-{job}-cause", f"job-{job}-correction"]
    fill_repair(session, order, advisor, now)
    done = services.complete_order(session, order, advisor, now, completed_at=now - timedelta(minutes=10))
    assert (done.state, done.completed_at) == ("completed", now - timedelta(minutes=10))


def test_a_completed_order_is_reopened_by_a_manager_with_a_reason_only(session: Session, now: datetime) -> None:
    manager = make_actor(session, "service_manager")
    order = make_repair_order(session, now, actor=manager)
    act_as(session, manager)
    job = session.get_one(RepairOrder, order.id).jobs[0].id
    with pytest.raises(ConflictError, match="Reopen it first"):
        services.add_labour(session, order.id, job, "SB0101", manager, now)
    with pytest.raises(DomainError) as refused:
        services.reopen_order(session, order.id, "  ", manager, now)
    assert faults(refused.value) == ["reason"]
    advisor = Actor(manager.user_id, "顾问", manager.dealer_id, frozenset({*manager.permissions} - {"service.reopen"}))
    with pytest.raises(AccessDeniedError):
        services.reopen_order(session, order.id, "typing slip", advisor, now)
    reopened = services.reopen_order(session, order.id, "换了另一只水泵", manager, now)
    assert (reopened.state, reopened.completed_at) == ("open", order.completed_at)  # the car stays handed back
    assert [(step.action, step.reason) for step in history(session, reopened)] == [
        ("complete", None), ("reopen", "换了另一只水泵"),
    ]  # fmt: skip


def test_an_order_is_cancelled_with_a_reason_and_keeps_its_number(
    session: Session, advisor: Actor, now: datetime
) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car)
    services.cancel_order(session, order, "客户离店", advisor, now)
    following = session.get_one(RepairOrder, open_repair(session, advisor, now, car)).number
    assert following.endswith("-0002")


def test_an_out_of_date_page_changes_nothing_and_names_who_was_faster(
    session: Session, advisor: Actor, now: datetime
) -> None:
    car = make_vehicle(session)
    act_as(session, advisor)
    order = open_repair(session, advisor, now, car)
    seen = session.get_one(RepairOrder, order).row_version
    job = session.get_one(RepairOrder, order).jobs[0].id
    services.save_job(session, order, job, JobText("漏水", "轴封"), advisor, now, version=seen)
    with pytest.raises(ConflictError) as late:
        services.save_work(session, order, Work(new_concern="异响"), advisor, now, version=seen)
    assert late.value.faults[0].facts == {"who": advisor.name}


def test_substitute_car_and_towing_are_recorded(session: Session, advisor: Actor, now: datetime) -> None:
    extras = Extras(12, Decimal("80.00"), Decimal("200.00"), "transport", None, None, Decimal("150.00"))
    order = make_repair_order(session, now, actor=advisor, extras=extras, type="out_call")
    assert (order.towing_fee, order.substitute, order.substitute_amount) == (
        Decimal("200.00"), "transport", Decimal("150.00"),
    )  # fmt: skip
    assert (order.state, order.out_call_km) == ("completed", 12)


def test_a_dealer_does_not_meet_anothers_orders(session: Session, advisor: Actor, now: datetime) -> None:
    order = make_repair_order(session, now, actor=advisor, completed=False)
    number, key, job = order.number, order.id, order.jobs[0].id
    stranger = make_actor(session, dealer=make_dealer(session))
    act_as(session, stranger)
    with pytest.raises(NotFoundError):
        order_view(session, number)
    with pytest.raises(NotFoundError):
        services.save_job(session, key, job, JobText("x"), stranger, now)
    with pytest.raises(NotFoundError):
        services.cancel_order(session, key, "mine", stranger, now)


def test_visits_of_all_stations_show_what_and_when_without_prices_and_people(
    session: Session, advisor: Actor, now: datetime
) -> None:
    car = make_vehicle(session)
    order = make_repair_order(session, now, actor=advisor, car=car)
    other = make_actor(session, dealer=make_dealer(session))
    cancelled = make_repair_order(session, now, actor=other, car=car, completed=False)
    services.cancel_order(session, cancelled.id, "twice", other, now)
    station = session.get_one(Dealer, advisor.dealer_id).name
    number = order.number
    act_as(session, other)
    (visit,) = visits(session, car.vin, other.dealer_id, now)
    assert (visit.station, visit.number, visit.days, visit.odometer_km) == (station, None, 1, 23_456)
    assert visit.jobs[0].parts == ("水泵总成", "水泵密封垫")
    shown = str(visit)
    assert not any(word in shown for word in ("李明", "13812345678", "386.50", "赵师傅", number))
    with pytest.raises(NotFoundError):
        order_view(session, number)
    act_as(session, advisor)
    assert [visit.number for visit in visits(session, car.vin, advisor.dealer_id, now)] == [number]


def test_the_counter_finds_a_car_by_vin_tail_and_plate(session: Session) -> None:
    car = make_vehicle(session, plate="沪A12345")
    make_vehicle(session)
    make_reading(session, car, 12_000, date(2026, 5, 1))
    for typed in (car.vin, car.vin[-6:], car.vin[-8:], "沪A12345", " 沪a 12345", "I" + car.vin):
        assert [found.vin for found in find_cars(session, typed)] == [car.vin], typed
    assert find_cars(session, car.vin[-4:]) == []
    assert find_cars(session, car.vin)[0].last == Reading(12_000, date(2026, 5, 1))
