"""Alarms of the nightly check: headquarters sees what differs, and somebody explains it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import DomainError, NotFoundError
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.service import open_repair
from tests.factories.vehicles import make_vehicle
from warranty.guarantee.models import WatchAlarm
from warranty.guarantee.queries.alarms import figures, unexplained
from warranty.guarantee.services.alarms import EXPLANATION_LENGTH, close_alarm
from warranty.guarantee.services.nightly import prove_cars

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def car(session: Session) -> Vehicle:
    return make_vehicle(session)


@pytest.fixture
def alarm(session: Session, now: datetime, car: Vehicle) -> int:
    """A car whose kept count of days was bent, as the night finds it."""
    open_repair(session, make_actor(session, "service_manager"), now, car)
    session.execute(text("update guarantee_watch set repair_days = 17"))
    session.expire_all()
    prove_cars(session, [car.id], now)
    return session.scalars(select(WatchAlarm.id)).one()


@pytest.fixture
def engineer(session: Session) -> Actor:
    return make_actor(session, "quality")


def test_only_what_differs_is_marked(session: Session, alarm: int) -> None:
    row = session.get_one(WatchAlarm, alarm)
    found = figures(row.kept, row.reckoned)
    assert [(one.name, one.kept, one.reckoned) for one in found if one.differs] == [("repair_days", 17, 1)]
    assert {"level", "rows", "guarantee_ends_on"} <= {one.name for one in found}


def test_without_a_kept_row_every_figure_differs() -> None:
    assert {one.name for one in figures({}, {"level": "green", "value": 1}) if one.differs} == {"level", "value"}


def test_closing_keeps_who_when_and_why(session: Session, now: datetime, alarm: int, engineer: Actor) -> None:
    assert unexplained(session, engineer, now) == 1
    row = close_alarm(session, alarm, "  数据修正脚本漏算\n已补记  ", engineer, now)
    assert (row.closed_by, row.closed_at, row.explanation) == (engineer.name, now, "数据修正脚本漏算\n已补记")
    assert unexplained(session, engineer, now) == 0
    with pytest.raises(DomainError, match="already"):
        close_alarm(session, alarm, "另一种说法", engineer, now)
    assert row.explanation == "数据修正脚本漏算\n已补记"


@pytest.mark.parametrize("said", ["", " \n ", "长" * (EXPLANATION_LENGTH + 1)])
def test_an_explanation_is_needed(session: Session, now: datetime, alarm: int, engineer: Actor, said: str) -> None:
    with pytest.raises(DomainError) as refused:
        close_alarm(session, alarm, said, engineer, now)
    assert refused.value.faults[0].field == "explanation"
    assert unexplained(session, engineer, now) == 1


def test_who_only_looks_cannot_close(session: Session, now: datetime, alarm: int) -> None:
    with pytest.raises(AccessDeniedError):
        close_alarm(session, alarm, "原因", make_actor(session, "reader"), now)
    with pytest.raises(NotFoundError):
        close_alarm(session, alarm + 1, "原因", make_actor(session, "quality"), now)


def test_headquarters_sees_the_alarm_and_closes_it_on_its_page(
    session: Session, car: Vehicle, alarm: int, sign_in: SignIn
) -> None:
    quality, vin = make_user(session, "quality"), car.vin
    session.commit()
    client = sign_in(quality)
    assert "待说明的夜间核对异常" in client.get("/").text
    assert vin in client.get("/guarantee/alarms").text
    page = client.get(f"/guarantee/alarms/{alarm}").text
    assert page.count("<mark>") == 2  # kept and reckoned of the one figure
    assert "<mark>17</mark>" in page
    refused = client.post(f"/guarantee/alarms/{alarm}", data={"explanation": " "})
    assert (refused.status_code, "请填写原因" in refused.text) == (422, True)
    assert client.post(f"/guarantee/alarms/{alarm}", data={"explanation": "补录工单"}).status_code == 302
    assert "补录工单" in client.get(f"/guarantee/alarms/{alarm}").text
    assert vin not in client.get("/guarantee/alarms?state=open").text
    again = client.post(f"/guarantee/alarms/{alarm}", data={"explanation": "再写一次"})
    assert (again.status_code, "已关闭此异常" in again.text) == (422, True)


def test_open_alarms_stand_before_explained_ones(
    session: Session, now: datetime, car: Vehicle, sign_in: SignIn
) -> None:
    for at, closed in ((1, None), (2, now)):
        session.add(WatchAlarm(
            vehicle_id=car.id, vin=car.vin, at=now.replace(minute=at), kept={}, reckoned={}, closed_at=closed,
            closed_by="质量" if closed else None, explanation="原因" if closed else None,
        ))  # fmt: skip
    reader = make_user(session, "reader")
    session.commit()
    page = sign_in(reader).get("/guarantee/alarms").text
    body = page[page.index("<tbody>") :]
    assert body.index("待说明") < body.index("已说明")


def test_a_reader_is_told_who_closes_and_gets_no_form(session: Session, alarm: int, sign_in: SignIn) -> None:
    reader = make_user(session, "reader")
    session.commit()
    client = sign_in(reader)
    page = client.get(f"/guarantee/alarms/{alarm}").text
    assert "由质量工程师或系统管理员" in page
    assert "explanation" not in page
    assert client.post(f"/guarantee/alarms/{alarm}", data={"explanation": "x"}).status_code == 403


def test_dealers_see_no_alarm_not_even_exported(session: Session, alarm: int, sign_in: SignIn) -> None:
    user = make_user(session, "service_manager", make_dealer(session))
    session.commit()
    client = sign_in(user)
    for path in ("/guarantee/alarms", f"/guarantee/alarms/{alarm}"):
        assert client.get(path).status_code == 403
    assert client.post("/exports/", data={"list": "guarantee_alarms", "query": ""}).status_code in {403, 404}
    assert "guarantee/alarms" not in client.get("/guarantee/watch").text
