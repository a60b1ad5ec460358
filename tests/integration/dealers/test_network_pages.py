from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from tests.factories.network import make_dealer, make_labour_rate, make_user

SignIn = Callable[[User], FlaskClient]


def enter(session: Session, sign_in: SignIn, role: str, dealer: Dealer | None = None) -> FlaskClient:
    user = make_user(session, role, dealer)
    session.commit()
    return sign_in(user)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    return answer.get_data(as_text=True)


@pytest.fixture
def bare(session: Session) -> Dealer:
    """A station as a real list has it: without tax code, bank and grade."""
    return make_dealer(
        session, code="A12075", name="上海九华汽车服务有限公司", uscc=None, grade=None, bank_name=None,
        bank_account=None, phone=None, longitude="121.55", latitude="31.21",
    )  # fmt: skip


def test_what_is_missing_is_said(session: Session, sign_in: SignIn, bare: Dealer) -> None:
    text = text_of(enter(session, sign_in, "reader"), "/network/A12075")
    assert "<title>上海九华汽车服务有限公司 · 三包</title>" in text
    assert text.count("未登记</span>") == 5
    assert "有 5 项结算所需的信息未登记。" in text
    assert "/network/A12075/edit" not in text


def test_an_unknown_station_is_404(session: Session, sign_in: SignIn) -> None:
    client = enter(session, sign_in, "administrator")
    text_of(client, "/network/nobody", 404)
    text_of(client, "/network/nobody/edit", 404)
    assert client.post("/network/nobody/suspend").status_code == 404
    assert client.post("/network/nobody/explode").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=a12075", True), ("text=九华", True), ("text=_", False), ("region=东区", True), ("region=西", False),
        ("province=上海", True), ("grade=0", True), ("grade=3", False), ("state=open", True), ("state=closed", False),
    ],
)  # fmt: skip
def test_filters_of_the_list(session: Session, sign_in: SignIn, bare: Dealer, query: str, *, found: bool) -> None:
    text = text_of(enter(session, sign_in, "reader"), f"/network/?{query}")
    assert ('href="/network/A12075"' in text) == found


def test_facts_are_changed_with_the_code_checked_at_its_field(session: Session, sign_in: SignIn, bare: Dealer) -> None:
    client = enter(session, sign_in, "network_manager")
    text = text_of(client, "/network/A12075/edit")
    version = text.split('name="version"')[1].split('value="')[1].split('"')[0]
    form = {
        "version": version, "name": "上海九华", "kind": "station", "grade": "4", "region": "东区", "province": "上海",
        "city": "上海", "uscc": "91110000600037341N",
    }  # fmt: skip
    answer = client.post("/network/A12075/edit", data=form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "校验码不符" in text
    assert 'href="#uscc"' in text
    assert 'value="91110000600037341N"' in text
    form["uscc"] = "91110000600037341L"
    assert client.post("/network/A12075/edit", data=form).location == "/network/A12075"
    text = text_of(client, "/network/A12075")
    assert "91110000600037341L" in text
    assert "四星" in text
    answer = client.post("/network/A12075/edit", data=form)  # the version that was seen is old by now
    assert answer.status_code == 422
    assert "已" in answer.get_data(as_text=True)


def test_a_station_is_suspended_with_a_reason(session: Session, sign_in: SignIn, bare: Dealer) -> None:
    client = enter(session, sign_in, "network_manager")
    assert 'formaction="/network/A12075/suspend"' in text_of(client, "/network/A12075")
    answer = client.post("/network/A12075/suspend", data={"reason": " "})
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.get_data(as_text=True)
    assert client.post("/network/A12075/suspend", data={"reason": "整改期间"}).status_code == 302
    text = text_of(client, "/network/A12075")
    assert "整改期间" in text
    assert 'formaction="/network/A12075/resume"' in text
    assert client.post("/network/A12075/suspend", data={"reason": "again"}).status_code == 409


def test_rates_are_shown_and_added(session: Session, sign_in: SignIn) -> None:
    make_labour_rate(session, 3, "120.00", date(2025, 1, 1))
    client = enter(session, sign_in, "network_manager")
    assert "120.00" in text_of(client, "/network/rates")
    form = {"grade": "3", "rate": "135.5", "valid_from": "2026-11-01"}
    answer = client.post("/network/rates", data=form)
    assert answer.status_code == 422
    assert 'href="#valid_from"' in answer.get_data(as_text=True)
    assert client.post("/network/rates", data={**form, "valid_from": "2027-01-01"}).status_code == 302
    text = text_of(client, "/network/rates")
    assert "135.50" in text
    assert "待生效" in text


def test_who_only_reads_sees_no_form_and_may_not_post(session: Session, sign_in: SignIn) -> None:
    client = enter(session, sign_in, "auditor")
    assert '<form class="panel' not in text_of(client, "/network/rates")
    form = {"grade": "3", "rate": "135.50", "valid_from": "2027-01-01"}
    assert client.post("/network/rates", data=form).status_code == 403
    assert client.get("/network/A1/edit").status_code == 403


def test_a_dealer_sees_its_own_station_and_no_network(session: Session, sign_in: SignIn, bare: Dealer) -> None:
    other = make_dealer(session)
    client = enter(session, sign_in, "service_manager", bare)
    text = text_of(client, "/network/station")
    assert "上海九华汽车服务有限公司" in text
    assert other.name not in text
    for url in ("/network/", "/network/A12075", f"/network/{other.code}", "/network/rates", "/network/A12075/edit"):
        assert client.get(url).status_code == 403, url
    assert enter(session, sign_in, "reader").get("/network/station").location == "/network/"
