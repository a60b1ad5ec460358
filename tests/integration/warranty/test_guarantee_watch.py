"""The watch follows every change of a visit, tells once, and is proved every night."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.rules import Extras
from dealers.service.rules.law import LawFacts
from dealers.service.services import JobText, cancel_order, complete_order, reopen_order, save_job
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.scoping import DealerScope, HeadOfficeScope, enter, leave
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.service import make_repair_order, open_repair
from tests.factories.vehicles import make_vehicle
from warranty.guarantee.lists import waiting
from warranty.guarantee.models import CarWatch, WatchAlarm, WatchNotice
from warranty.guarantee.services.nightly import prove_cars


@pytest.fixture
def car(session: Session) -> Vehicle:
    return make_vehicle(session)


@pytest.fixture
def manager(session: Session) -> Actor:
    return make_actor(session, "service_manager")


def kept(session: Session, car: Vehicle) -> CarWatch | None:
    return session.scalars(select(CarWatch).where(CarWatch.vehicle_id == car.id)).first()


def repaired(session: Session, now: datetime, car: Vehicle, actor: Actor, days: int, ago: int, km: int) -> RepairOrder:
    """Store a leak of the engine that took ``days`` days and began ``ago`` days before now."""
    extras = Extras(substitute="agreed") if days > 5 else None
    done = make_repair_order(
        session, now, actor=actor, car=car, completed=False, extras=extras, odometer_km=km,
        received_at=now - timedelta(days=ago), promised_at=now - timedelta(days=ago - 1),
    )  # fmt: skip
    return complete_order(session, done.id, actor, now, completed_at=now - timedelta(days=ago - days))


def test_opening_a_repair_order_begins_the_watch(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    assert kept(session, car) is None
    open_repair(session, manager, now, car)
    row = kept(session, car)
    assert row is not None
    assert (row.level, row.counter, row.value, row.open_visit) == ("green", "same_problem", 1, True)
    assert row.last_dealer_id == manager.dealer_id


def test_days_of_all_stations_add_up(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    repaired(session, now, car, manager, 12, 60, 8_000)
    other = make_actor(session, "service_manager", make_dealer(session))
    repaired(session, now, car, other, 10, 30, 9_000)
    row = kept(session, car)
    assert row is not None
    assert (row.level, row.counter, row.value, row.limit) == ("orange", "repair_days", 22, 30)
    assert [tuple(one[:3]) for one in row.rows] == [("repair_days", "", 22), ("same_problem", "engine:leak", 2)]


def test_a_job_that_is_no_quality_problem_does_not_count(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    order = open_repair(session, manager, now, car)
    job = session.get_one(RepairOrder, order).jobs[0]
    save_job(session, order, job.id, JobText(job.concern, law=LawFacts(quality_problem=False)), manager, now)
    assert kept(session, car) is None


def test_a_cancelled_order_leaves_the_watch(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    order = open_repair(session, manager, now, car)
    cancel_order(session, order, "客户离店", manager, now)
    assert kept(session, car) is None


def test_mending_a_record_adds_no_day(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    order = repaired(session, now, car, manager, 4, 40, 8_000)
    reopen_order(session, order.id, "补充说明", manager, now)
    row = kept(session, car)
    assert row is not None
    assert (row.repair_days, row.open_visit) == (4, False)


def test_a_part_that_the_certificate_does_not_declare_is_told_at_its_field(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    order = open_repair(session, manager, now, car)
    job = session.get_one(RepairOrder, order).jobs[0]
    wrong = LawFacts(main_part="stator", action="replace_assembly", same_as="2020-01-01/1")
    text = JobText(job.concern, component="body", law=wrong)
    from dealers.service.services import JobEdit, Work, save_work

    with pytest.raises(DomainError) as refused:
        save_work(session, order, Work(jobs=(JobEdit(job.id, text),)), manager, now)
    place = f"job-{job.id}"
    assert [fault.field for fault in refused.value.faults] == [
        f"{place}-action", f"{place}-main_part", f"{place}-same_as"
    ]  # fmt: skip


def test_somebody_is_told_once_a_level_over_all_stations(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    repaired(session, now, car, manager, 21, 90, 8_000)
    other = make_actor(session, "service_manager", make_dealer(session))
    repaired(session, now, car, other, 1, 40, 9_000)
    repaired(session, now, car, other, 4, 30, 9_500)
    told = session.execute(select(WatchNotice.level, WatchNotice.dealer_id, WatchNotice.value)).all()
    assert [tuple(row) for row in told] == [("orange", manager.dealer_id, 21), ("red", other.dealer_id, 26)]


def test_a_dealer_sees_its_own_cars_only(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    repaired(session, now, car, manager, 21, 60, 8_000)
    stranger = make_actor(session, "service_manager", make_dealer(session))
    assert waiting(session, manager, now) == 1
    assert waiting(session, stranger, now) == 0
    leave(session)
    enter(session, stranger, DealerScope(stranger.dealer_id or 0))
    assert session.scalars(select(WatchNotice)).all() == []


def test_a_night_without_a_change_finds_nothing(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    repaired(session, now, car, manager, 12, 60, 8_000)
    open_repair(session, manager, now, car, odometer_km=9_000)
    tonight = prove_cars(session, [car.id], now)
    assert (tonight.cars, tonight.watched, tonight.alarms) == (1, 1, 0)
    in_a_week = prove_cars(session, [car.id], now + timedelta(days=9))
    assert (in_a_week.renewed, in_a_week.alarms) == (1, 0)
    row = kept(session, car)
    assert row is not None
    session.refresh(row)
    assert row.repair_days == 12 + 10


def test_a_row_that_somebody_bent_is_an_alarm_and_is_put_right(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    repaired(session, now, car, manager, 12, 60, 8_000)
    session.execute(text("update guarantee_watch set repair_days = 2"))
    session.expire_all()
    assert prove_cars(session, [car.id], now).alarms == 1
    alarm = session.scalars(select(WatchAlarm)).one()
    assert (alarm.kept["repair_days"], alarm.reckoned["repair_days"]) == (2, 12)
    session.expire_all()
    row = kept(session, car)
    assert row is not None
    assert row.repair_days == 12
    assert prove_cars(session, [car.id], now).alarms == 0


def test_a_visit_that_came_past_the_services_is_an_alarm(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    repaired(session, now, car, manager, 2, 60, 8_000)
    session.execute(text("delete from guarantee_watch"))
    session.expire_all()
    assert prove_cars(session, [car.id], now, filling=True).alarms == 0
    session.execute(text("delete from guarantee_watch"))
    session.expire_all()
    assert prove_cars(session, [car.id], now).alarms == 1


@pytest.mark.parametrize("table", ["repair_order", "repair_job", "labour_line", "part_line"])
def test_a_repair_record_cannot_be_deleted_for_six_years(
    session: Session, now: datetime, car: Vehicle, manager: Actor, table: str
) -> None:
    repaired(session, now, car, manager, 2, 60, 8_000)
    session.commit()
    for child in ("labour_line", "part_line", "repair_job", "repair_order"):
        if child == table:
            break
    with pytest.raises(DBAPIError, match="kept for six years"):
        session.execute(text(f"delete from {table}"))
    session.rollback()


def test_an_older_record_may_go(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    order = repaired(session, now, car, manager, 2, 60, 8_000)
    session.execute(text("update repair_order set received_at = '2015-01-01 00:00:00'"))
    for table in ("labour_line", "part_line", "repair_job"):
        session.execute(text(f"delete from {table}"))
    assert session.scalar(select(RepairJob.id).where(RepairJob.order_id == order.id)) is None


def test_the_page_of_a_car_says_why_and_what_if(
    session: Session, now: datetime, car: Vehicle, manager: Actor, sign_in: Callable[..., FlaskClient]
) -> None:
    repaired(session, now, car, manager, 21, 60, 8_000)
    dealer = session.get_one(Dealer, manager.dealer_id)
    user = make_user(session, "service_advisor", dealer)
    session.commit()
    client = sign_in(user)
    page = client.get(f"/guarantee/cars/{car.vin}").text
    for words in ("橙色", "21 / 30", "再累计修理10日即超过30日", "第二十四条第一款第（四）项", "发动机渗漏"):
        assert words in page
    asked = client.get(f"/guarantee/cars/{car.vin}?days=10&component=other&action=repair").text
    assert "新的质量问题</span> 0 →" in asked
    assert "已达退换条件" in asked
    assert "累计修理31日，超过30日" in asked
    assert page.count("涉及维修：") == 2  # once a counter
    assert re.search(r'<input class="form-control num"[^>]* name="days"', page)
    for days in ("x", "-1", "367", "1.5"):
        wrong = client.get(f"/guarantee/cars/{car.vin}?days={days}&component=other&action=repair")
        assert wrong.status_code == 422
        assert wrong.text.count("应为 0 到 366 之间的整数") == 2  # in the summary and at the field
        assert f'value="{days}"' in wrong.text
    assert "橙色" in client.get(f"/guarantee/strip?vin={car.vin}").text
    assert client.get("/guarantee/strip?vin=unknown").text == ""
    assert car.vin in client.get("/guarantee/watch?level=orange&running=yes").text


def test_another_stations_order_is_named_by_its_day_alone(
    session: Session, now: datetime, car: Vehicle, manager: Actor, sign_in: Callable[..., FlaskClient]
) -> None:
    order = repaired(session, now, car, manager, 21, 60, 8_000)
    user = make_user(session, "service_advisor", make_dealer(session))
    session.commit()
    page = sign_in(user).get(f"/guarantee/cars/{car.vin}").text
    assert order.number not in page
    assert '涉及维修：<span class="visit-day">2026-09-21</span>' in page


def test_two_stations_at_once_count_both(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    other = make_actor(session, "service_manager", make_dealer(session))
    for actor, km in ((manager, 8_000), (other, 8_100)):
        leave(session)
        enter(session, actor, DealerScope(actor.dealer_id or 0))
        open_repair(session, actor, now, car, odometer_km=km)
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    row = kept(session, car)
    assert row is not None
    assert row.repair_days == 2


def test_each_side_marks_its_notices_as_seen(
    session: Session, now: datetime, car: Vehicle, manager: Actor, sign_in: Callable[..., FlaskClient]
) -> None:
    repaired(session, now, car, manager, 21, 60, 8_000)
    dealer, vin = session.get_one(Dealer, manager.dealer_id), car.vin
    users = [
        make_user(session, "service_advisor", dealer), make_user(session, "customer_centre"),
        make_user(session, "service_advisor", make_dealer(session)),
    ]  # fmt: skip
    newest = session.scalars(select(WatchNotice.id)).one()
    session.commit()
    names = [user.display_name for user in users]
    station, centre, stranger = [sign_in(user) for user in users]
    assert vin in centre.get("/guarantee/notices").text
    assert vin not in stranger.get("/guarantee/notices").text
    for client in (stranger, station):
        assert client.post("/guarantee/notices/seen", data={"up_to": newest}).status_code == 302
    assert seen_by(session) == (names[0], None, None)
    centre.post("/guarantee/notices/seen", data={"up_to": newest})
    assert seen_by(session) == (names[0], None, names[1])


def seen_by(session: Session) -> tuple[str | None, str | None, str | None]:
    """Return who saw the only notice, by side; the session writes nothing afterwards."""
    row = session.execute(
        select(WatchNotice.dealer_seen_by, WatchNotice.region_seen_by, WatchNotice.centre_seen_by)
    ).one()
    session.rollback()  # SQLite has one writer
    return row.dealer_seen_by, row.region_seen_by, row.centre_seen_by
