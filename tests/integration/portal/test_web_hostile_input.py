"""What no page of ours sends: each is refused at its place or read as nothing; none is a fault of ours."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from portal.auth.models import User
from portal.auth.roles import permissions_of
from portal.kernel.access import Actor
from portal.kernel.jobs import Job, run_one
from portal.kernel.room import house
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.support.world import World, build

SignIn = Callable[[User], FlaskClient]
HUGE = "9" * 30
ENDLESS = "9" * 5_000  # Python refuses to read it as a number
READERS = ("administrator", "service_manager")


@pytest.fixture
def world(session: Session) -> World:
    built = build(session)
    leave(session)
    return built


def cursor(value: Any, key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode().rstrip("=")


def test_no_state_of_a_list_in_an_address_breaks_it(app: Flask, world: World, sign_in: SignIn) -> None:
    faults = []
    marks = [cursor(value, 1) for value in (10**30, "\0", "9999-12-31", "0001-01-01T00:00:00+08:00", "NaN", "1e400")]
    for role in READERS:
        client = sign_in(world.users[role])
        for spec in house().lists.values():
            if spec.permission not in permissions_of([role]):
                continue
            with app.test_request_context():
                url = app.url_for(spec.endpoint)
            tries = [
                f"{item.key}={text}" for item in spec.filters for text in ("a%00b", "0001-01-01", "9999-12-31", HUGE)
            ]
            tries += [f"sort={sort}&after={mark}" for sort in spec.sorts for mark in (*marks, cursor("1", 10**30))]
            faults += [f"{role} {url}?{one}" for one in tries if client.get(f"{url}?{one}").status_code != 200]
    assert faults == []


@pytest.mark.parametrize(
    "address",
    [
        f"/downloads/{HUGE}", f"/service/number1/photos/{HUGE}.jpg", f"/settlement/number1/lines/{HUGE}",
        "/service/a%00b", "/claims/a%00b", "/vehicles/a%00b",
    ],
)  # fmt: skip
def test_an_address_that_names_nothing_is_not_there(world: World, sign_in: SignIn, address: str) -> None:
    assert sign_in(world.users["service_manager"]).get(address).status_code == 404


@pytest.mark.parametrize("address", [f"/settlement/number1?after={HUGE}", f"/service/operations?q=a&model={HUGE}"])
def test_a_number_beyond_every_key_is_read_as_none(world: World, sign_in: SignIn, address: str) -> None:
    assert sign_in(world.users["service_manager"]).get(address).status_code == 200


@pytest.mark.parametrize("version", ["²", HUGE, ENDLESS, "\0"])
def test_a_version_that_is_none_is_no_fault_of_ours(world: World, sign_in: SignIn, version: str) -> None:
    clerk, manager = sign_in(world.users["warranty_clerk"]), sign_in(world.users["service_manager"])
    auditor, administrator = sign_in(world.users["auditor"]), sign_in(world.users["administrator"])
    claim, order = f"/claims/{world.claim.number}", f"/service/{world.order.number}"
    answers = [
        clerk.post(f"{claim}/edit", data={"row_version": version}),
        clerk.post(f"{claim}/submit", data={"seen_version": version}),
        clerk.post(f"{claim}/refill", data={"row_version": version}),
        auditor.post(f"{claim}/decide", data={"row_version": version, "outcome": "approve"}),
        auditor.post("/claims/queue/batch", data={"claims": f"{world.claim.number}@{version}", "count": version}),
        manager.post(f"{order}/work", data={"version": version, "remove": f"job-{version}"}),
        manager.post(f"/settlement/{world.settlement.number}/confirm", data={"version": version}),
        administrator.post(f"/network/{world.dealer.code}/suspend", data={"version": version}),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


def test_a_nul_is_dropped_and_the_rest_kept(session: Session, world: World, sign_in: SignIn) -> None:
    opening = {
        "key": "k\0ey", "vin": world.vehicle.vin, "odometer_km": "12", "type": "general",
        "received_at": "2026-11-20T09:00", "promised_at": "2026-11-20T12:00", "presenter_name": "王\0小明",
        "presenter_phone": "13800000001", "concern": "异\0响", "odometer_acknowledged": "y",
    }  # fmt: skip
    answer = sign_in(world.users["service_advisor"]).post("/service/new", data=opening)
    assert answer.status_code == 302, answer.text
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    order = session.scalars(select(RepairOrder).where(RepairOrder.presenter_name == "王小明")).one()
    assert [job.concern for job in order.jobs] == ["异响"]


def test_a_moment_of_another_age_is_refused_at_its_field(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.users["service_advisor"])
    for moment in ("0001-01-01T00:00", "9999-12-31T23:59"):
        answer = client.post("/service/new", data={"vin": world.vehicle.vin, "received_at": moment})
        assert (answer.status_code, "2026-01-31 09:30" in answer.text) == (422, True)


def test_an_amount_that_would_overflow_is_refused_at_its_field(world: World, sign_in: SignIn) -> None:
    sent = {"number": "12345678", "amount": "9e9999999"}
    answer = sign_in(world.users["settlement"]).post(f"/settlement/{world.settlement.number}/invoice", data=sent)
    assert answer.status_code == 422


def test_every_list_is_exported(app: Flask, session: Session, world: World, sign_in: SignIn) -> None:
    asked = 0
    for role in READERS:
        client = sign_in(world.users[role])
        for spec in house().lists.values():
            if spec.permission in permissions_of([role]):
                with app.test_request_context():
                    columns = ",".join(column.key for column in spec.columns)
                answer = client.post("/exports/", data={"list": spec.key, "query": f"columns={columns}"})
                assert answer.status_code == 302
                asked += 1
    with app.app_context():
        while run_one("test"):
            pass
    jobs = session.execute(select(Job.payload, Job.state).where(Job.kind == "export", Job.state != "queued")).all()
    failed = [job.payload["list"] for job in jobs if job.state == "failed" and "list" in job.payload]
    assert failed == []
    assert len([job for job in jobs if job.state == "done" and "list" in job.payload]) == asked
