"""The pages and papers of a case, as the seller, headquarters and a stranger see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFoundError
from portal.kernel.room import house
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from reports.documents.render import to_pdf
from tests.factories.cases import make_case, make_lemon
from tests.factories.guarantee import make_maker
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from tests.support.queries import count_queries
from tests.support.visit import pdf_text
from warranty.cases.cli import cases
from warranty.cases.documents import build_certificate, build_reply
from warranty.cases.models import GuaranteeCase

SignIn = Callable[[User], FlaskClient]
pytestmark = pytest.mark.databases("sqlite")


@dataclass(frozen=True)
class Scene:
    """A car that its owner may give back, its seller, headquarters' two people, and another dealer."""

    session: Session
    vin: str
    new_vin: str
    seller: FlaskClient
    senior: FlaskClient
    centre: FlaskClient
    stranger: FlaskClient

    def case(self) -> Any:
        """Read the case as columns, and leave no transaction open that would keep SQLite from the pages."""
        columns = (GuaranteeCase.number, GuaranteeCase.state, GuaranteeCase.row_version)
        found = self.session.execute(select(*columns)).one()
        self.session.rollback()
        return found

    def step(self, client: FlaskClient, name: str, **typed: str) -> str:
        """Send a step's form as its page has it; return the page that follows."""
        case = self.case()
        values = {f"{name}-{key}": value for key, value in {"version": str(case.row_version), **typed}.items()}
        answer = client.post(f"/cases/{case.number}/{name}", data=values, follow_redirects=True)
        return answer.get_data(as_text=True)


@pytest.fixture
def scene(session: Session, now: datetime, sign_in: SignIn) -> Scene:
    make_maker(session)
    dealer = make_dealer(session)
    car = make_lemon(session, now, dealer)
    new = make_vehicle(session, invoiced_on=None, delivered_on=None, price=None, owner_id=None, invoice_no=None,
                       plate=None, produced_on=date(2026, 10, 1))  # fmt: skip
    people = [
        make_user(session, "service_manager", dealer), make_user(session, "senior_auditor"),
        make_user(session, "customer_centre"), make_user(session, "service_manager", make_dealer(session)),
    ]  # fmt: skip
    session.commit()
    vins = car.vin, new.vin
    session.rollback()
    return Scene(session, *vins, *(sign_in(user) for user in people))


DEMAND = {
    "received_on": "2026-11-20", "choice": "replace", "odometer_km": "10000", "consumer": "王小明",
    "phone": "13800001111", "statement": "修了一个多月，要求换车", "invoice_shown": "y",
}  # fmt: skip


def receive(scene: Scene, **changes: str) -> str:
    answer = scene.seller.post(f"/cases/new/{scene.vin}", data={**DEMAND, **changes}, follow_redirects=True)
    return answer.get_data(as_text=True)


def test_from_the_demand_to_the_new_car(scene: Scene) -> None:
    form = scene.seller.get(f"/cases/new/{scene.vin}").get_data(as_text=True)
    assert "王小" in form  # the owner is filled in
    shown = receive(scene)
    assert "符合换退条件" in shown
    assert "2026-12-04" in shown
    assert "提交审定" not in shown, "a dealer decides nothing"
    decide = f'action="/cases/{scene.case().number}/decide"'
    assert decide not in shown
    assert decide in scene.senior.get(f"/cases/{scene.case().number}").get_data(as_text=True)
    assert "已同意，待答复" in scene.step(scene.senior, "decide", outcome="accept")
    shown = scene.step(scene.seller, "cost", kind="fitting", what="贴膜", charged="3000", fitted_on="2025-11-20",
                       life_months="60")  # fmt: skip
    assert "2,400.00" in shown
    assert "4,040.00" in shown  # the owner pays 6,440.00 − 2,400.00
    scene.step(scene.seller, "reply", replied_on="2026-11-20")
    shown = scene.step(
        scene.seller, "complete", completed_on="2026-11-20", new_vin=scene.new_vin, invoice_no="00012345"
    )
    assert "打印换车证明" in shown
    assert scene.case().state == "completed"
    old = scene.seller.get(f"/vehicles/{scene.vin}").get_data(as_text=True)
    assert "三包换退车" in old
    assert "自该日重新计算" in scene.seller.get(f"/vehicles/{scene.new_vin}").get_data(as_text=True)
    panel = scene.seller.get(f"/cases/car/{scene.vin}/panel").get_data(as_text=True)
    assert scene.case().number in panel


def test_what_was_typed_stays_and_the_fault_stands_at_its_field(scene: Scene) -> None:
    shown = receive(scene, odometer_km="7000", statement="漏水修了又修")
    assert "漏水修了又修" in shown
    assert re.search(r'id="odometer_km-error"', shown)
    assert scene.session.scalars(select(GuaranteeCase)).all() == []
    scene.session.rollback()
    receive(scene)
    shown = scene.step(scene.senior, "decide", outcome="refuse")
    assert "由另一人复核" in shown
    assert scene.case().state == "received"


def test_a_refusal_goes_over_two_desks(scene: Scene) -> None:
    receive(scene)
    shown = scene.step(scene.senior, "decide", outcome="refuse", reason="维修记录不实")
    assert "confirm_refusal" not in shown, "not by the same person"
    shown = scene.centre.get(f"/cases/{scene.case().number}").get_data(as_text=True)
    assert "维修记录不实" in shown
    assert "已拒绝，待答复" in scene.step(scene.centre, "confirm_refusal")


@pytest.mark.parametrize("version", ["", "x", None])
def test_a_step_without_the_version_of_its_page_is_a_conflict(scene: Scene, version: str | None) -> None:
    receive(scene)
    number = scene.case().number
    typed = {"decide-outcome": "accept"} | ({} if version is None else {"decide-version": version})
    assert scene.senior.post(f"/cases/{number}/decide", data=typed).status_code == 409
    given = {} if version is None else {"version": version}
    assert scene.senior.post(f"/cases/{number}/cost/1/remove", data=given).status_code == 409
    assert scene.case().state == "received"


def test_the_seller_is_told_who_records_a_withdrawal(scene: Scene) -> None:
    receive(scene)
    number = scene.case().number
    shown = scene.seller.get(f"/cases/{number}").get_data(as_text=True)
    assert f'action="/cases/{number}/withdraw"' not in shown
    assert "请将签字的撤回书报送总部" in shown
    assert "消费者签字的撤回书已存档" in scene.senior.get(f"/cases/{number}").get_data(as_text=True)
    shown = scene.step(scene.senior, "withdraw", reason="协商解决")
    assert "没有消费者签字的撤回书" in shown
    assert "已撤回" in scene.step(scene.senior, "withdraw", reason="协商解决", filed="y")


def test_the_owners_delay_goes_from_the_seller_to_headquarters(scene: Scene) -> None:
    receive(scene)
    scene.step(scene.senior, "decide", outcome="accept")
    shown = scene.step(scene.seller, "propose_delay", days="5", reason="车主出国")
    assert "复核确认前期限不变" in shown
    assert "confirm_delay" not in shown
    shown = scene.step(scene.senior, "confirm_delay")
    assert "因消费者原因顺延 5 个工作日，办理期限已相应延后" in shown
    assert "2026-12-25" in shown


def test_a_lowered_fee_is_shown_as_lines(scene: Scene) -> None:
    receive(scene, choice="return")
    shown = scene.step(scene.senior, "decide", outcome="accept", usage_fee="0", reason="优待")
    for line in ("法定使用补偿费", "= 6,440.00", "减免", "− 6,440.00", "128,800.00"):
        assert line in shown, line
    assert " · </td>" not in shown


def test_a_leap_of_the_meter_asks_for_a_second_look(scene: Scene) -> None:
    shown = receive(scene, odometer_km="70000")
    assert "请重新读表" in shown
    assert "km_sure" in shown
    receive(scene, odometer_km="70000", km_sure="y")
    assert scene.case().state == "received"


def test_a_stranger_sees_no_case(scene: Scene) -> None:
    receive(scene)
    number = scene.case().number
    assert scene.stranger.get(f"/cases/{number}").status_code == 404
    assert number not in scene.stranger.get("/cases/").get_data(as_text=True)
    assert scene.stranger.get(f"/cases/car/{scene.vin}/panel").get_data(as_text=True) == ""
    assert number not in scene.stranger.get(f"/vehicles/{scene.vin}").get_data(as_text=True)
    shown = scene.stranger.get(f"/cases/new/{scene.vin}").get_data(as_text=True)
    assert "应向销售者提出" in shown


def test_work_leads_to_its_list(scene: Scene) -> None:
    receive(scene)
    assert "待审定的换退车要求" in scene.senior.get("/").get_data(as_text=True)
    listed = scene.senior.get("/cases/?state=received").get_data(as_text=True)
    assert scene.case().number in listed


def at_headquarters(session: Session) -> None:
    """Hand the session to headquarters: a request, and one made up for a paper, end with no scope."""
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))


def paper(app: Flask, session: Session, kind: str, number: str, now: datetime) -> str:
    build = build_reply if kind == "case_reply" else build_certificate
    session.expire_all()  # what the pages wrote since
    at_headquarters(session)
    with app.test_request_context():
        pdf = to_pdf(house().papers[kind], build(session, number), now)
    return pdf_text(pdf)


def test_the_reply_and_the_certificate_say_what_the_case_says(
    app: Flask, scene: Scene, session: Session, now: datetime
) -> None:
    receive(scene)
    number = scene.case().number
    with pytest.raises(NotFoundError):
        build_reply(session, number)
    session.rollback()
    scene.step(scene.senior, "decide", outcome="accept")
    reply = paper(app, session, "case_reply", number, now)
    session.rollback()
    reply = "".join(reply.split())  # lines break where they like
    for said in (
        "答复书", "同意更换家用汽车产品", "第二十四条", "2026-12-18", "第二十七条",
        "第二十五条", "第二十八条第二款", "6,440.00", "消费者应付销售者",
        "人民币陆仟肆佰肆拾元整", scene.vin, "Replytoademand",
    ):  # fmt: skip
        assert said in reply, said
    at_headquarters(session)
    with pytest.raises(NotFoundError):
        build_certificate(session, number)
    session.rollback()
    scene.step(scene.seller, "reply", replied_on="2026-11-20")
    scene.step(scene.seller, "complete", completed_on="2026-11-20", new_vin=scene.new_vin, invoice_no="00012345")
    certificate = paper(app, session, "case_certificate", number, now)
    for said in ("换车证明", scene.vin, scene.new_vin, "00012345", "重新计算", "三包换退车", "第三十三条", "累计修理"):
        assert said in certificate, said


def test_a_refusal_gives_reasons_and_ways_to_disagree(
    app: Flask, session: Session, now: datetime, sign_in: SignIn
) -> None:
    dealer = make_dealer(session)
    case = make_case(session, now, make_lemon(session, now, dealer, days=12))
    senior = make_user(session, "senior_auditor")
    session.flush()
    number, version = case.number, str(case.row_version)
    session.commit()
    client = sign_in(senior)
    session.rollback()
    client.post(f"/cases/{number}/decide", data={"decide-outcome": "refuse", "decide-version": version})
    reply = paper(app, session, "case_reply", number, now)
    for said in ("不同意退货", "累计修理12日，未超过30日", "消费者协会", "人民法院", "2026-12-04"):
        assert said in reply, said


def test_the_list_asks_as_often_for_many_cases_as_for_one(scene: Scene, session: Session, now: datetime) -> None:
    receive(scene)
    asked = []
    for _ in range(2):
        scene.senior.get("/cases/")
        with count_queries(db.engine) as statements:
            scene.senior.get("/cases/")
        asked.append(len(statements))
        seller = session.get_one(Dealer, session.scalars(select(GuaranteeCase.dealer_id)).first())
        for _more in range(3):
            make_case(session, now, make_lemon(session, now, seller))
        session.commit()
    assert asked[0] == asked[1]


def marks_on(home: str) -> dict[str, int]:
    """Return the clocks of cases among the work on a home page, with how many there are."""
    found = re.findall(r'work-count">(\d+)</span>\s*(?:<span[^>]*>)?换退车(?:期限)?([^<]+?)\s*<', home)
    return {words: int(count) for count, words in found}


def test_the_night_tells_of_clocks(app: Flask, scene: Scene, session: Session, sign_in: SignIn) -> None:
    receive(scene, received_on="2026-11-06")
    number = scene.case().number
    region, reader = make_user(session, "network_manager"), make_user(session, "reader")
    session.commit()
    people = {
        "seller": scene.seller, "senior": scene.senior, "centre": scene.centre, "region": sign_in(region),
        "reader": sign_in(reader),
    }  # fmt: skip
    session.rollback()
    done = CliRunner().invoke(cases, ["escalate"], obj=lambda: app)
    assert done.exit_code == 0, done.output
    assert done.output == "4 marks told.\n"  # ten of ten days for the reply, ten of twenty for the completion
    waits = {who: marks_on(client.get("/").get_data(as_text=True)) for who, client in people.items()}
    assert waits == {
        "seller": {"过半": 0, "已用 80 % 以上": 0, "最后一日": 1, "已逾期": 0},
        "region": {"已用 80 % 以上": 0, "最后一日": 1, "已逾期": 0},
        "senior": {"最后一日": 1, "已逾期": 0},
        "centre": {"最后一日": 1, "已逾期": 0},
        "reader": {},
    }
    assert number in scene.seller.get("/cases/?clock=100").get_data(as_text=True)
    for mark in ("50", "80", "101"):
        assert number not in scene.seller.get(f"/cases/?clock={mark}").get_data(as_text=True)
    assert CliRunner().invoke(cases, ["escalate"], obj=lambda: app).output == "0 marks told.\n"
