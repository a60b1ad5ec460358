"""Certificates: what a model promises by the day of sale, and the paper that an owner is handed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.auth.models import User
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.guarantee import MAKER, make_maker, make_terms
from tests.factories.network import act_as, make_actor, make_dealer, make_user
from tests.factories.vehicles import make_model, make_vehicle
from tests.support.visit import pdf_text
from warranty.guarantee.documents import build
from warranty.guarantee.models import CertificateIssue, ModelCertificate
from warranty.guarantee.queries.cars import car_of
from warranty.guarantee.queries.tables import model_row
from warranty.guarantee.rules.facts import Term
from warranty.guarantee.services.certificates import WearPart, add_certificate, issue_certificate

SignIn = Callable[[User], FlaskClient]
HQ = Actor.system("王部长")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session, postcode="201600")


@pytest.fixture
def car(session: Session, dealer: Dealer) -> Vehicle:
    make_maker(session)
    return make_vehicle(session, dealer=dealer)


def model_code(session: Session, car: Vehicle) -> str:
    from dealers.vehicles.models import VehicleModel

    return session.get_one(VehicleModel, car.model_id).code


def advisor(session: Session, dealer: Dealer) -> Actor:
    actor = make_actor(session, "service_advisor", dealer)
    act_as(session, actor)
    return actor


def printed(app: Flask, session: Session, number: str, now: datetime) -> bytes:
    with app.test_request_context():
        return to_pdf(house().papers["guarantee_certificate"], build(session, number), now)


def test_a_certificate_holds_for_sales_from_its_day_on(session: Session, car: Vehicle, now: datetime) -> None:
    code = model_code(session, car)
    add_certificate(session, code, make_terms(valid_from=date(2025, 3, 1)), HQ, now)
    later = make_terms(valid_from=date(2027, 1, 1), usage_coefficient=Decimal("0.003"))
    add_certificate(session, code, later, HQ, now)
    older = make_vehicle(session, invoiced_on=date(2025, 2, 28), delivered_on=None)
    found = {one.vin: car_of(session, one.id, now).case for one in (car, older)}
    mine, theirs = found[car.vin], found[older.vin]
    assert mine is not None
    assert theirs is not None
    assert (mine.certificate.guarantee, mine.certificate.usage_coefficient) == (Term(36, 80_000), Decimal("0.004"))
    assert "涡轮增压器" in mine.certificate.main_parts["engine"]
    assert theirs.certificate.guarantee == Term(24, 50_000)
    row = model_row(session, code, date(2026, 11, 20))
    assert [(one.version, row.state(one)) for one in row.versions] == [(2, "coming"), (1, "in_force")]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"guarantee": Term(23, 80_000)}, "guarantee-months"),
        ({"guarantee": Term(24, 49_999)}, "guarantee-km"),
        ({"repair": Term(36, 59_999), "guarantee": Term(24, 50_000)}, "repair-km"),
        ({"repair": Term(35, 80_000), "guarantee": Term(24, 50_000)}, "repair-months"),
        ({"repair": Term(36, 79_999)}, "repair-km"),
        ({"usage_coefficient": Decimal("0.0051")}, "usage_coefficient"),
        ({"usage_coefficient": Decimal("0.0000001")}, "usage_coefficient"),
        ({"usage_coefficient": Decimal(0)}, "usage_coefficient"),
        ({"main_parts": {}}, None),
        ({"main_parts": {"engine": ["a/b"]}}, "more-engine"),
        ({"main_parts": {"moods": ["a"]}}, "parts-moods"),
        ({"special_parts": ["x", "x"]}, "special_parts"),
        ({"wear_parts": [WearPart("tyre", 0, 5)]}, "wear-0-months"),
        ({"wear_parts": [WearPart("tyre", 1, 5), WearPart("tyre", 1, 5)]}, "wear-1-name"),
        ({"valid_from": date(2999, 1, 1)}, "valid_from"),
    ],
)  # fmt: skip
@pytest.mark.databases("sqlite")
def test_less_than_the_law_is_told_at_its_field(
    session: Session, now: datetime, given: dict[str, Any], field: str | None
) -> None:
    model = make_model(session)
    with pytest.raises(DomainError) as refused:
        add_certificate(session, model.code, make_terms(**given), HQ, now)
    assert field in {fault.field for fault in refused.value.faults}
    assert session.scalar(select(func.count(ModelCertificate.id))) == 0


@pytest.mark.databases("sqlite")
def test_the_order_of_the_day_sets_the_least(session: Session, now: datetime) -> None:
    """Before 2022 the coefficient lay between 0.5 and 0.8 %; what no order protects has no least."""
    model = make_model(session)
    with pytest.raises(DomainError) as refused:
        add_certificate(session, model.code, make_terms(valid_from=date(2020, 1, 1)), HQ, now)
    assert [(fault.field, fault.facts["order"]) for fault in refused.value.faults] == [
        ("usage_coefficient", "AQSIQ-150")
    ]
    other = make_model(session, category="other")
    add_certificate(session, other.code, make_terms(guarantee=Term(1, 1)), HQ, now)


@pytest.mark.databases("sqlite")
def test_what_cars_were_sold_with_is_never_changed(session: Session, now: datetime) -> None:
    model = make_model(session)
    today = date(2026, 11, 20)
    add_certificate(session, model.code, make_terms(valid_from=today), HQ, now)
    for day in (date(2026, 11, 19), today):
        with pytest.raises(DomainError) as refused:
            add_certificate(session, model.code, make_terms(valid_from=day), HQ, now)
        assert [fault.field for fault in refused.value.faults] == ["valid_from"]


@pytest.mark.databases("sqlite")
def test_an_electric_car_needs_its_battery_limit(session: Session, now: datetime) -> None:
    model = make_model(session, powertrain="electric")
    with pytest.raises(DomainError) as refused:
        add_certificate(session, model.code, make_terms(), HQ, now)
    assert [fault.field for fault in refused.value.faults] == ["battery_limit"]
    add_certificate(session, model.code, make_terms(battery_limit="三包有效期内容量衰减不超过20%"), HQ, now)


def test_the_first_goes_with_the_sale_and_a_lost_one_is_issued_again(
    app: Flask, session: Session, car: Vehicle, dealer: Dealer, now: datetime
) -> None:
    vin, code = car.vin, dealer.code
    actor = advisor(session, dealer)
    first = issue_certificate(session, vin, "", actor, now)
    assert (first.number, first.kind, first.dealer_id) == (f"TC-{code}-202611-0001", "first", dealer.id)
    with pytest.raises(DomainError) as refused:
        issue_certificate(session, vin, " ", actor, now)
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    again = issue_certificate(session, vin, "车主遗失", actor, now)
    assert (again.number, again.kind, again.reason) == (f"TC-{code}-202611-0002", "again", "车主遗失")
    paper = app.extensions["house"].papers["guarantee_certificate"]
    assert paper.shown_at(session, again.number) == ("guarantee.certificates", {"vin": vin})
    assert paper.shown_at(session, "TC-1") is None
    session.commit()
    text = pdf_text(printed(app, session, again.number, now))
    assert "补办" in text
    assert "车主遗失" in text
    act_as(session, HQ)
    assert issue_certificate(session, vin, "总部补发", HQ, now).number == "TC-HQ-202611-0001"
    issues = select(AuditEntry).where(AuditEntry.table_name == "guarantee_certificate_issue")
    traced = session.scalars(issues.order_by(AuditEntry.id)).all()
    assert [entry.actor for entry in traced][:2] == [actor.name] * 2


def test_the_paper_holds_all_of_article_9_and_stays_as_it_was(
    app: Flask, session: Session, car: Vehicle, dealer: Dealer, now: datetime, tmp_path: Path
) -> None:
    add_certificate(session, model_code(session, car), make_terms(), HQ, now)
    actor = advisor(session, dealer)
    number = issue_certificate(session, car.vin, "", actor, now).number
    session.commit()
    pdf = printed(app, session, number, now)
    text = pdf_text(pdf)
    flat = re.sub(r"\s+", "", text)
    for expected in (
        *(re.sub(r"\s+", "", MAKER[name]) for name in MAKER if not name.endswith("_en")), car.vin, "2025-01-10",
        dealer.name, dealer.address or "", "201600", dealer.phone or "", "2025-03-01", "2025-03-03", "乘用车",
        "36个月或80,000公里", "60个月或150,000公里", "0.4%",
        "曲轴", "涡轮增压器", "制动主缸", "防盗系统", "轮胎", "6个月或10,000公里",
        "刮水器刮片", "不适用（非纯电动", "第二十四条第一款第（四）项", "超过30日", "第6日起", number,
        "首次出具", "Three-guaranteescertificate",
    ):  # fmt: skip
        assert expected in flat, expected
    assert "未登记" not in flat
    pages = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert int(re.search(r"Pages:\s+(\d+)", pages)[1]) <= 2  # type: ignore[index]
    act_as(session, HQ)
    dealer.address = "别处"
    session.commit()
    assert "别处" not in pdf_text(printed(app, session, number, now))


@pytest.mark.databases("sqlite")
def test_what_nobody_registered_is_said_and_not_made_up(app: Flask, session: Session, now: datetime) -> None:
    make_maker(session)
    seller = make_dealer(session, address=None, phone=None)
    car = make_vehicle(session, dealer=seller, produced_on=None, delivered_on=None)
    text = pdf_text(printed(app, session, issue_certificate(session, car.vin, "", HQ, now).number, now))
    assert text.count("未登记") == 5 + 13  # address, postcode, phone, built, delivered; and each wear part's period


@pytest.mark.databases("sqlite")
def test_an_electric_cars_paper_says_how_much_the_battery_may_lose(app: Flask, session: Session, now: datetime) -> None:
    make_maker(session)
    model = make_model(session, powertrain="electric")
    add_certificate(
        session,
        model.code,
        make_terms(battery_limit="容量衰减不超过20%", main_parts={"drive_motor": ["stator"]}),
        HQ,
        now,
    )
    car = make_vehicle(session, model_id=model.id)
    text = pdf_text(printed(app, session, issue_certificate(session, car.vin, "", HQ, now).number, now))
    assert "容量衰减不超过20%" in text
    assert "纯电动" in text
    assert "定子" in text


@pytest.mark.databases("sqlite")
def test_who_may_not_issue_is_told_why(session: Session, car: Vehicle, dealer: Dealer, now: datetime) -> None:
    unsold = make_vehicle(session, invoiced_on=None, delivered_on=None, owner_id=None)
    taxi = make_vehicle(session, use="rental")
    for vin in (unsold.vin, taxi.vin):
        with pytest.raises(DomainError):
            issue_certificate(session, vin, "", HQ, now)
    with pytest.raises(NotFoundError):
        issue_certificate(session, "LSVAM4180R2999999", "", HQ, now)
    mine = issue_certificate(session, car.vin, "", HQ, now).number
    session.commit()
    vin = car.vin
    stranger = make_actor(session, "service_manager")
    technician = make_actor(session, "technician", dealer)
    act_as(session, stranger)
    with pytest.raises(DomainError):
        issue_certificate(session, vin, "遗失", stranger, now)
    with pytest.raises(NotFoundError):
        build(session, mine)
    act_as(session, technician)
    assert build(session, mine).number == mine
    with pytest.raises(AccessDeniedError):
        issue_certificate(session, vin, "遗失", technician, now)


@pytest.mark.databases("sqlite")
def test_without_the_makers_data_there_is_no_certificate(session: Session, now: datetime) -> None:
    with pytest.raises(DomainError):
        issue_certificate(session, make_vehicle(session).vin, "", HQ, now)
    assert session.scalar(select(func.count(CertificateIssue.id))) == 0


def test_it_is_issued_and_printed_from_the_cars_page(
    session: Session, car: Vehicle, dealer: Dealer, sign_in: SignIn
) -> None:
    here, there = make_user(session, "service_advisor", dealer), make_user(session, "service_advisor")
    session.commit()
    client, stranger = sign_in(here), sign_in(there)
    place = f"/guarantee/cars/{car.vin}/certificates"
    assert place in client.get(f"/vehicles/{car.vin}").text
    assert "首次出具" in client.get(place).text
    assert client.post(place).status_code == 302
    shown = client.get(place).text
    number = re.search(r"TC-[A-Z0-9]+-202611-0001", shown)
    assert number
    assert client.post(place).status_code == 422
    assert client.post(place, data={"reason": "遗失"}).status_code == 302
    paper = {"kind": "guarantee_certificate", "key": number[0]}
    assert client.post("/documents/", data=paper).status_code == 302
    assert number[0] not in stranger.get(place).text
    assert stranger.post(place, data={"reason": "遗失"}).status_code == 422
    assert stranger.post("/documents/", data=paper).status_code == 404


@pytest.mark.databases("sqlite")
def test_the_form_of_a_certificate_keeps_what_was_typed_and_tells_faults_at_their_fields(
    session: Session, sign_in: SignIn
) -> None:
    model = make_model(session)
    user = make_user(session, "quality")
    session.commit()
    client = sign_in(user)
    place = f"/guarantee/models/{model.code}/new"
    blank = client.get(place).text
    assert blank.count("checked") == 40  # a petrol car: 11 + 5 + 5 + 4 + 3 + 5 + 2 + 5 main parts of the standard
    assert "轮胎" in blank
    form = {
        "valid_from": "2027-01-01", "guarantee-months": "12", "guarantee-km": "50000", "repair-months": "36",
        "repair-km": "60000", "usage_coefficient": "0,5", "parts-engine": ["crankshaft"],
        "more-engine": "涡轮增压器、飞轮",
        "wear-7-name": "tyre", "wear-7-months": "6",
    }  # fmt: skip
    text = client.post(place, data=form).text
    assert 'id="usage_coefficient-error"' in text
    assert 'id="wear-7-km-error"' in text
    form |= {"usage_coefficient": "0.005", "wear-7-km": "10000"}
    answer = client.post(place, data=form)
    assert answer.status_code == 422
    assert 'id="guarantee-months-error"' in answer.text
    assert "SAMR-43 规定不得低于 24" in answer.text
    assert "涡轮增压器、飞轮" in answer.text
    form |= {"guarantee-months": "24", "wear-13-name": "皮带", "wear-13-months": "0", "wear-13-km": "1"}
    assert 'id="wear-13-months-error"' in client.post(place, data=form).text
    assert client.post(place, data=form | {"wear-13-months": "3"}).status_code == 302
    row = session.scalars(select(ModelCertificate)).one()
    assert row.main_parts == {"engine": ["crankshaft", "涡轮增压器", "飞轮"]}
    assert row.wear_parts == [{"name": "tyre", "months": 6, "km": 10000}, {"name": "皮带", "months": 3, "km": 1}]
    shown = client.get(f"/guarantee/models/{model.code}").text
    assert "飞轮" in shown
    assert "皮带" in shown
    again = client.get(place).text
    assert 'value="皮带"' in again
    assert again.count("checked") == 1


def test_the_vehicles_page_shows_the_periods_of_its_certificate(
    session: Session, now: datetime, sign_in: Callable[..., FlaskClient]
) -> None:
    """One truth: what the car's page says of its periods is what the law's page says."""
    car = make_vehicle(session, invoiced_on=date(2026, 6, 5), delivered_on=date(2026, 6, 7))
    official = make_vehicle(
        session, use="official", model_id=car.model_id, invoiced_on=date(2026, 6, 5), delivered_on=date(2026, 6, 7)
    )  # fmt: skip
    model = session.get_one(VehicleModel, car.model_id)
    add_certificate(session, model.code, make_terms(), Actor.system("test"), now)
    reader = make_user(session, "reader")
    session.commit()
    client = sign_in(reader)
    for path in (f"/vehicles/{car.vin}", f"/guarantee/cars/{car.vin}"):
        page = client.get(path).text
        assert "至 2029-06-07 或 80,000 km" in page
        assert "至 2031-06-07 或 150,000 km" in page
    assert "80,000 km" not in client.get(f"/vehicles/{official.vin}").text  # no order protects it: the model's terms
