"""Home, search, error pages and what every answer carries, as a browser gets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, TooManyRequests

from dealers.service.models import RepairOrder
from portal.auth.models import User
from portal.kernel.access import Permission, public
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.room import WorkItem, house
from portal.kernel.scoping import leave
from tests.factories.network import act_as, actor_of_user, make_dealer, make_user
from tests.factories.service import open_repair
from tests.factories.vehicles import make_vehicle
from tests.support.world import build

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def clerk(session: Session, sign_in: SignIn) -> FlaskClient:
    """A signed-in warranty clerk."""
    user = make_user(session, "warranty_clerk")
    session.commit()
    return sign_in(user)


def test_the_frame_says_who_and_where_and_in_which_language(session: Session, sign_in: SignIn) -> None:
    dealer = make_dealer(session, name="武汉东方汽车")
    user = make_user(session, "service_advisor", dealer, display_name="李明")
    session.commit()
    text = sign_in(user).get("/").text
    assert '<html lang="zh-CN">' in text
    assert "<title>待办 · 三包</title>" in text
    assert "李明" in text
    assert "武汉东方汽车" in text
    assert "服务顾问" in text
    assert 'href="#main"' in text
    assert 'id="main"' in text


def test_the_language_follows_the_browser_before_anybody_signed_in(app: Flask) -> None:
    text = app.test_client().get("/auth/sign-in", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="en">' in text


def test_nothing_on_a_page_is_inline(clerk: FlaskClient) -> None:
    text = clerk.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "something comes from elsewhere"


def test_every_asset_of_the_frame_is_there(clerk: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="((?:/static|/bootstrap)[^"]+)"', clerk.get("/").text)
    assert len(found) >= 6
    for url in found:
        if "/vendor/" not in url:  # collected at set-up, not kept in the repository
            with clerk.get(url) as answer:
                assert answer.status_code == 200, url


def test_headers_keep_strangers_out(clerk: FlaskClient) -> None:
    headers = clerk.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_home_counts_what_waits_for_this_person(app: Flask, clerk: FlaskClient) -> None:
    house().work[:] = [
        WorkItem("a", "Quiet", Permission.CLAIM_VIEW, lambda *_: 0, "ui.home"),
        WorkItem("b", "Busy", Permission.CLAIM_VIEW, lambda *_: 1234, "ui.search", "q=x"),
        WorkItem("c", "Of headquarters", Permission.CLAIM_VIEW, lambda *_: 5, "ui.home", side="head_office"),
        WorkItem("d", "Not allowed", Permission.CLAIM_DECIDE, lambda *_: 5, "ui.home"),
        WorkItem("e", "Not built", Permission.CLAIM_VIEW, lambda *_: 5, "nowhere.at_all"),
    ]
    text = clerk.get("/").text
    assert text.index("Busy") < text.index("Quiet"), "what has something to do comes first"
    assert "1,234" in text
    assert 'href="/search?q=x"' in text
    assert 'class="is-quiet"' in text
    assert not {"Of headquarters", "Not allowed", "Not built"} & set(re.findall(r"work-label\">([^<]+)", text))


def test_the_menu_shows_only_what_one_may_enter(session: Session, sign_in: SignIn) -> None:
    clerk, administrator = make_user(session, "warranty_clerk"), make_user(session, "administrator")
    session.commit()
    assert "/auth/users" not in sign_in(clerk).get("/").text
    assert "/auth/users" in sign_in(administrator).get("/").text


@pytest.mark.parametrize("typed", ["{vin}", "{tail8}", " {tail6} ", "{plate}"])
def test_the_search_leads_straight_to_the_car(session: Session, clerk: FlaskClient, typed: str) -> None:
    car = make_vehicle(session, plate="鄂A5X689")
    vin = car.vin
    session.commit()
    text = typed.format(vin=vin.lower(), tail8=vin[-8:], tail6=vin[-6:], plate="鄂a·5x689")
    answer = clerk.get("/search", query_string={"q": text})
    assert answer.status_code == 302
    assert answer.location == f"/vehicles/{vin}"


def test_an_unknown_vin_is_told_from_a_mistyped_one(clerk: FlaskClient) -> None:
    assert "还没有这辆车" in clerk.get("/search?q=LDC613P23A1305189").text
    assert "校验位不符" in clerk.get("/search?q=LDC613P24A1305189").text


def test_a_search_with_too_little_says_how_much_is_needed(clerk: FlaskClient) -> None:
    assert "请至少输入 VIN 后 6 位" in clerk.get("/search?q=00011").text


def test_each_role_is_offered_its_own_work_first(session: Session, sign_in: SignIn) -> None:
    """The main button of the work list leads to what the role does most; no place is offered twice."""
    first = {"administrator": "/auth/users", "network_manager": "/network/", "auditor": "/claims/queue?state=submitted",
             "settlement": "/settlement/", "service_advisor": "/service/new"}  # fmt: skip
    people = {role: make_user(session, role) for role in first}
    session.commit()
    for role, address in first.items():
        offered = re.findall(r'class="btn btn-[a-z-]+" href="([^"]+)"', sign_in(people[role]).get("/").text)
        assert offered[0] == address, role
        assert len(set(offered)) == len(offered)


def test_a_search_for_nothing_explains_itself(clerk: FlaskClient) -> None:
    answer = clerk.get("/search?q=")
    assert answer.status_code == 200
    assert "可以这样搜索" in answer.text


def test_what_was_searched_for_is_escaped(clerk: FlaskClient) -> None:
    text = clerk.get("/search", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text
    assert "没有找到" in text


@pytest.mark.own_app
class TestErrors:
    @pytest.fixture
    def faulty(self, app: Flask) -> FlaskClient:
        """A client of an app with views that fail in every way."""
        app.config["PROPAGATE_EXCEPTIONS"] = False

        @public
        def fail(kind: str) -> str:
            raise {
                "400": BadRequest(), "429": TooManyRequests(), "500": ZeroDivisionError(),
                "409": ConflictError.at(None, "Somebody changed this in the meantime. Please look at it again."),
                "422": DomainError.at(None, "Please give a reason."),
            }[kind]  # fmt: skip

        app.add_url_rule("/fail/<kind>", "fail", fail, methods=["GET"])
        return app.test_client()

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("400", "请求无法识别"),
            ("409", "请重新查看"),
            ("422", "请填写原因"),
            ("429", "尝试次数过多"),
            ("500", "系统出了问题"),
        ],
    )
    def test_a_fault_is_said_in_plain_words_with_a_way_on(self, faulty: FlaskClient, kind: str, words: str) -> None:
        answer = faulty.get(f"/fail/{kind}")
        assert answer.status_code == int(kind)
        assert words in answer.text
        assert 'href="/"' in answer.text
        assert "Traceback" not in answer.text
        assert "ZeroDivisionError" not in answer.text

    def test_a_page_that_is_not_there(self, clerk: FlaskClient) -> None:
        answer = clerk.get("/no/such/page")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text

    def test_a_page_one_may_not_enter(self, clerk: FlaskClient) -> None:
        answer = clerk.get("/auth/users")
        assert answer.status_code == 403
        assert "没有权限" in answer.text

    def test_htmx_gets_a_note_not_a_page(self, faulty: FlaskClient) -> None:
        answer = faulty.get("/fail/422", headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert "<html" not in answer.text
        assert "请填写原因" in answer.text


def test_documents_are_found_by_number_within_ones_own_station(
    app: Flask, session: Session, now: datetime, sign_in: SignIn
) -> None:
    own, stranger = make_user(session), make_user(session)
    car = make_vehicle(session)
    act_as(session, actor_of_user(own))
    order = session.get_one(RepairOrder, open_repair(session, actor_of_user(own), now, car))
    number = order.number
    session.commit()
    assert sign_in(own).get("/search", query_string={"q": number.lower()}).location == f"/service/{number}"
    assert sign_in(own).get("/search", query_string={"q": number[:-2]}).location == f"/service/{number}"
    assert sign_in(stranger).get("/search", query_string={"q": number}).status_code == 200


def test_every_paper_is_found_by_its_number_and_by_no_other_station(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    world = build(session)
    papers = {
        "PA": world.authorisation, "RC": world.case, "RB": world.return_box, "TR": world.stock.transfer,
        "RV": world.recovery, "RA": world.recovery_contract, "CL": world.old_part, "SC": world.stock.take,
    }  # fmt: skip
    for series, paper in papers.items():
        paper.number = f"{series}-D0001-202611-0001"
    world.old_part.number += "-2"  # the claim's number, and its line
    numbers = [paper.number for paper in papers.values()]
    world.campaign.number, world.campaign.state = "RC-HQ-202611-0001", "draft"
    outsiders = [make_user(session, role, make_dealer(session)) for role in ("service_manager", "parts_clerk")]
    session.commit()
    leave(session)
    inside = [sign_in(user) for user in world.users.values()]
    outside = [sign_in(user) for user in outsiders]

    def found(clients: list[FlaskClient], number: str) -> set[str]:
        answers = [client.get("/search", query_string={"q": number}) for client in clients]
        assert not any("校验位不符" in answer.text for answer in answers)  # long as it is, it is no VIN
        return {answer.location for answer in answers if answer.status_code == 302}

    for number in numbers:
        (page,) = found(inside, number)
        assert page.endswith(f"/{number}")
        assert found(outside, number) == set()
    assert found(outside, "RC-HQ-202611-0001") == set()  # a campaign that headquarters still prepares
    assert found(inside, "RC-HQ-202611-0001") == {"/campaigns/RC-HQ-202611-0001"}


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("/guarantee/watch", "/guarantee/watch"),
        ("/guarantee/orders/SAMR-43/new", "/guarantee/orders"),
        ("/guarantee/holidays/2026", "/guarantee/holidays"),
        ("/guarantee/maker", "/guarantee/watch"),  # stands below no list: the first of its room
        ("/catalogue/operations", "/catalogue/operations"),
    ],
)
def test_the_menu_shows_below_which_list_a_page_stands(session: Session, sign_in: SignIn, path: str, item: str) -> None:
    user = make_user(session, "administrator")
    session.commit()
    page = sign_in(user).get(path).text
    assert re.findall(r'<li><a href="([^"]+)" aria-current="(?:page|true)"', page) == [item]
