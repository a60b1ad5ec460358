"""Letters to owners and the reports of a recall, read back from the PDF."""

from __future__ import annotations

import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dealers.vehicles.models import VehicleModel
from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.campaigns import car_in, make_campaign
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import make_customer, make_vehicle
from warranty.campaigns import documents, queries
from warranty.campaigns.services import run
from warranty.campaigns.services.reports import ReportText, make_report

HQ = Actor.system("headquarters")
pytestmark = pytest.mark.databases("sqlite")


def text_of(app: Flask, kind: str, content: Any, now: datetime, folder: Path) -> str:
    with app.test_request_context():
        pdf = to_pdf(house().papers[kind], content, now)
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True)
    return found.stdout


def test_each_owner_gets_a_page_with_what_article_18_asks(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    owners = [make_customer(session, name=name, address=f"{name}的地址") for name in ("王一", "李二")]
    dealer = make_dealer(session)
    cars = [make_vehicle(session, owner_id=owner.id, dealer=dealer) for owner in owners]
    unsold = make_vehicle(session, owner_id=None, invoiced_on=None, delivered_on=None)
    campaign = make_campaign(session, now, *cars, unsold)
    text = text_of(app, "campaign_letters", documents.letters(session, campaign.number), now, tmp_path)
    first, second, _end = text.split("\f")
    assert "尊敬的 王一" in first
    assert "尊敬的 李二" in second
    for page, car in ((first, cars[0]), (second, cars[1])):
        for said in (car.vin, "燃油泵叶轮可能开裂", "避免低油位行驶", "免费更换燃油泵总成", "S2026M0001V", dealer.name):
            assert said in page
        assert "召回通知书" in page
    assert unsold.vin not in text


def test_a_letter_is_the_business_of_the_cars_stations_only(session: Session, now: datetime) -> None:
    mine, theirs = make_dealer(session), make_dealer(session)
    car, other = make_vehicle(session, dealer=mine), make_vehicle(session, dealer=theirs)
    campaign = make_campaign(session, now, car, other)
    advisor = make_actor(session, "service_advisor", mine)
    act_as(session, advisor)
    assert [letter.vin for letter in documents.letters(session, campaign.number).letters] == [car.vin]
    assert documents.one_letter(session, f"{campaign.number}:{car.vin}").letters[0].vin == car.vin
    with pytest.raises(NotFoundError):
        documents.one_letter(session, f"{campaign.number}:{other.vin}")
    with pytest.raises(NotFoundError):
        documents.report(session, f"{campaign.number}:phase:1")


def test_files_of_many_letters_follow_each_other(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "LETTERS_A_FILE", 2)
    cars = [make_vehicle(session) for _ in range(3)]
    campaign = make_campaign(session, now, *cars)
    parts = [documents.letters(session, f"{campaign.number}:{part}") for part in (1, 2)]
    assert [len(part.letters) for part in parts] == [2, 1]
    assert {letter.vin for part in parts for letter in part.letters} == {car.vin for car in cars}
    done = next(car for car in cars if car.vin == parts[0].letters[0].vin)
    run.exempt_car(session, car_in(session, campaign, done).id, "scrapped", "in May", HQ, now)
    again = documents.letters(session, f"{campaign.number}:2")
    assert again == parts[1]  # a car that needs no letter any more pulls no other into another file
    with pytest.raises(NotFoundError):
        documents.letters(session, f"{campaign.number}:3")


PHASE = ReportText(notified="已寄出挂号信 2 封")
FINAL = ReportText("挂号信 2 封，短信 2 条", "", "1 台已出口", "复查 30 台，无复发", "供应商更换模具")


def test_a_phase_report_keeps_the_figures_of_its_day(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    cars = [make_vehicle(session, dealer=make_dealer(session, region="东区")) for _ in range(2)]
    campaign = make_campaign(session, now, *cars, announced=2)
    make_report(session, campaign.id, "phase", PHASE, HQ, now)
    run.exempt_car(session, car_in(session, campaign, cars[0]).id, "scrapped", "scrapped in May", HQ, now)
    make_report(session, campaign.id, "phase", PHASE, HQ, now)
    made = [documents.report(session, f"{campaign.number}:phase:{number}") for number in (1, 2)]
    recall = queries.recall_of(session, campaign)
    first = text_of(app, "recall_report", made[0], now, tmp_path)
    assert "召回阶段性报告（第 1 期）" in first
    assert "已寄出挂号信 2 封" in first
    assert "0.0%" in first
    assert made[0].said["models"] == [session.get_one(VehicleModel, cars[0].model_id).name_zh]
    kept = [paper.said["whole"] for paper in made]
    assert [(whole["affected"], whole["due"], whole["exempt"]) for whole in kept] == [(2, 2, 0), (2, 1, 1)]
    assert recall.reports == {1: date(2026, 11, 20), 2: date(2026, 11, 20)}


def test_the_final_report_follows_the_close_and_ends_the_reports(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    campaign = make_campaign(session, now, make_vehicle(session))
    with pytest.raises(DomainError, match="Close the recall first"):
        make_report(session, campaign.id, "final", FINAL, HQ, now)
    run.step(session, campaign.id, "close", "all done", HQ, now)
    with pytest.raises(DomainError) as refused:
        make_report(session, campaign.id, "final", PHASE, HQ, now)
    assert {fault.field for fault in refused.value.faults} == {"remaining", "effect", "prevention"}
    make_report(session, campaign.id, "final", FINAL, HQ, now)
    text = text_of(app, "recall_report", documents.report(session, f"{campaign.number}:final:1"), now, tmp_path)
    for said in ("召回总结报告", "1 台已出口", "复查 30 台，无复发", "供应商更换模具", "第二十条"):
        assert said in text
    with pytest.raises(ConflictError):
        make_report(session, campaign.id, "phase", PHASE, HQ, now)


def test_a_service_campaign_has_no_reports(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, now, make_vehicle(session), kind="service")
    with pytest.raises(ConflictError):
        make_report(session, campaign.id, "phase", PHASE, HQ, now)
    assert queries.duties_of(session, campaign, now.date()) == ()
