"""The pages of quality reports, as a station, headquarters and another station see them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.quality.models import QualityMeasure, QualityPhoto, QualityReport
from portal.auth.models import User
from portal.kernel.db import db
from portal.kernel.jobs import Job, run_one
from portal.kernel.storage import storage
from tests.factories.claims import make_completed_order
from tests.factories.network import make_dealer, make_user
from tests.factories.quality import make_own_report, make_report
from tests.factories.vehicles import make_vehicle
from tests.support.papers import printed
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]
pytestmark = pytest.mark.databases("sqlite")
CARD = {
    "card-title": "水泵轴封渗漏", "card-part_number": "w-pump", "card-component": "engine", "card-failure_mode": "leak",
    "card-failure_place": "轴封", "card-odometer_km": "8001", "card-road": "city", "card-weather": "rain",
    "card-speed": "low", "card-load": "half", "card-engine_state": "warm", "card-concern": "停车后地面有冷却液",
    "card-cause": "水泵轴封失效", "card-handling": "更换水泵", "card-loss": "拖车", "card-loss_amount": "260.00",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A station with an order, and who looks at it."""

    session: Session
    now: datetime
    dealer: Dealer
    order: str
    job: int
    technician: FlaskClient
    stranger: FlaskClient
    engineer: FlaskClient
    auditor: FlaskClient

    def row(self, number: str) -> QualityReport:
        """Read one fresh, and leave no transaction open that would keep SQLite from the pages."""
        found = self.session.scalars(select(QualityReport).where(QualityReport.number == number)).one()
        self.session.refresh(found)
        self.session.expunge(found)
        self.session.rollback()
        return found

    def make(self, state: str) -> str:
        number = make_report(self.session, self.now, state, dealer=self.dealer).number
        self.session.commit()
        return number


@pytest.fixture
def scene(session: Session, now: datetime, sign_in: SignIn) -> Scene:
    dealer, other = make_dealer(session), make_dealer(session)
    users = (
        make_user(session, "technician", dealer), make_user(session, "technician", other),
        make_user(session, "quality"), make_user(session, "auditor"),
    )  # fmt: skip
    order: RepairOrder = make_completed_order(session, dealer, make_vehicle(session), now)
    number, job = order.number, order.jobs[0].id
    session.commit()
    return Scene(session, now, dealer, number, job, *(sign_in(user) for user in users))


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def phone_photo() -> bytes:
    """Return a photo as a phone makes it, with the place where it was taken."""
    image = Image.effect_noise((640, 480), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 14.0, 0.0)}
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_from_the_order_to_the_submitted_report(scene: Scene) -> None:
    panel = text_of(scene.technician, f"/quality/order/{scene.order}/panel")
    assert f'name="job" value="{scene.job}"' in panel
    sent = {"order": scene.order, "job": str(scene.job)}
    places = {scene.technician.post("/quality/open", data=sent).headers["Location"] for _press in range(2)}
    (place,) = places
    number = place.rsplit("/", 1)[1]
    sheet = text_of(scene.technician, place)
    assert "水泵密封失效" in sheet
    assert 'value="W-PUMP"' in sheet
    assert 'name="job"' not in text_of(scene.technician, f"/quality/order/{scene.order}/panel")
    wrong = scene.technician.post(f"{place}/submit", data={**CARD, "card-road": "", "card-loss_amount": "1.234"})
    assert wrong.status_code == 422
    wrong = scene.technician.post(f"{place}/submit", data={**CARD, "card-road": ""})
    page = wrong.get_data(as_text=True)
    assert (wrong.status_code, 'href="#card-road"' in page, "停车后地面有冷却液" in page) == (422, True, True)
    assert scene.row(number).state == "draft"
    for _press in range(2):
        answer = scene.technician.post(f"{place}/submit", data={**CARD, "card-state": "draft"})
        assert answer.status_code == 302
    found = scene.row(number)
    assert (found.state, found.part_number, found.road) == ("submitted", "W-PUMP", "city")
    assert 'name="card-title"' not in text_of(scene.technician, place)
    assert 'href="/catalogue/parts/W-PUMP"' in text_of(scene.technician, place)


def test_photos_are_kept_without_what_the_phone_wrote_and_shown_to_the_right_people(scene: Scene) -> None:
    number = scene.make("draft")
    data = {"photo": (io.BytesIO(phone_photo()), "IMG_1.jpg"), "caption": "轴封"}
    scene.technician.post(f"/quality/{number}/photos", data=data, content_type="multipart/form-data")
    bad = {"photo": (io.BytesIO(b"no picture"), "x.jpg")}
    scene.technician.post(f"/quality/{number}/photos", data=bad, content_type="multipart/form-data")
    key, kept = scene.session.execute(select(QualityPhoto.id, QualityPhoto.storage_key)).one()
    scene.session.rollback()
    content = storage().get(kept)
    assert content is not None
    assert not Image.open(io.BytesIO(content)).getexif()
    shown = scene.technician.get(f"/quality/{number}/photos/{key}.jpg")
    assert (shown.status_code, shown.data) == (200, content)
    assert scene.stranger.get(f"/quality/{number}/photos/{key}.jpg").status_code == 404
    assert scene.stranger.post(f"/quality/{number}/photos/{key}/remove").status_code == 404
    assert scene.engineer.post(f"/quality/{number}/photos/{key}/remove").status_code == 403  # it is the station's word
    assert scene.technician.post(f"/quality/{number}/photos/{key}/remove").status_code == 302
    assert scene.technician.get(f"/quality/{number}/photos/{key}.jpg").status_code == 404


def test_another_station_gets_404_and_who_may_not_handle_403(scene: Scene) -> None:
    number = scene.make("submitted")
    for path in ("", "/similar"):
        assert scene.stranger.get(f"/quality/{number}{path}").status_code == 404
    for step in ("edit", "submit", "withdraw", "seen"):
        assert scene.stranger.post(f"/quality/{number}/{step}", data=CARD).status_code == 404
    assert number not in text_of(scene.stranger, "/quality/")
    for client in (scene.technician, scene.auditor):
        assert client.post(f"/quality/{number}/answer", data={"answer-outcome": "take_up"}).status_code == 403
    assert "answer-outcome" not in text_of(scene.auditor, f"/quality/{number}")
    assert number in text_of(scene.auditor, "/quality/")


def test_headquarters_takes_up_and_works_through_the_steps(scene: Scene) -> None:
    number = scene.make("submitted")
    place = f"/quality/{number}"
    assert 'value="take_up"' in text_of(scene.engineer, place)
    wrong = scene.engineer.post(f"{place}/answer", data={"answer-outcome": "return", "answer-reason": " "})
    assert (wrong.status_code, scene.row(number).state) == (422, "submitted")
    taken = {"answer-outcome": "take_up", "answer-reason": "已立项"}
    assert scene.engineer.post(f"{place}/answer", data=taken).status_code == 302
    step = {"d1-due_on": "2026-11-25", "d1-done_on": "2026-11-20", "d1-text": "成立小组", "d1-owner_id": ""}
    assert scene.engineer.post(f"{place}/step/1", data=step).status_code == 302
    late = scene.engineer.post(f"{place}/step/4", data={"d4-due_on": "2026-11-25", "d4-done_on": "2026-11-20"})
    page = late.get_data(as_text=True)
    assert (late.status_code, 'href="#d4-done_on"' in page, 'href="#d4-text"' in page) == (422, True, True)
    assert scene.engineer.post(f"{place}/step/9", data=step).status_code == 404
    assert scene.engineer.post(f"{place}/go/abolish").status_code == 404
    stopped = scene.engineer.post(f"{place}/go/decide", data={}, headers={"Accept-Language": "en"})
    assert stopped.status_code == 422
    assert "Still open: D2 D3 D4." in stopped.get_data(as_text=True)
    own = text_of(scene.technician, place)
    assert ("成立小组" in own, "已立项" in own) == (False, True)  # the steps are headquarters'
    assert scene.technician.post(f"{place}/seen").status_code == 302


def test_a_measure_goes_to_every_station_and_comes_back_as_read(scene: Scene) -> None:
    number = scene.make("in_analysis")
    place = f"/quality/{number}"
    given = {"measure-kind": "interim", "measure-in_force_on": "2026-11-20", "measure-text": "更换前检查轴封批号"}
    assert scene.engineer.post(f"{place}/measures", data=given).status_code == 302
    measure = scene.session.scalars(select(QualityMeasure.id)).one()
    scene.session.rollback()
    assert "更换前检查轴封批号" not in text_of(scene.technician, place)
    assert scene.stranger.post(f"/quality/measures/{measure}/read").status_code == 404
    assert scene.engineer.post(f"{place}/measures/{measure}/publish").status_code == 302
    for client in (scene.stranger, scene.technician):
        assert "更换前检查轴封批号" in text_of(client, "/quality/measures/unread")
        assert number not in text_of(scene.stranger, "/quality/part/W-PUMP")
    assert "更换前检查轴封批号" in text_of(scene.technician, f"/quality/order/{scene.order}/panel")
    assert "更换前检查轴封批号" in text_of(scene.stranger, "/quality/part/W-PUMP/panel")
    assert scene.stranger.post(f"/quality/measures/{measure}/read").status_code == 302
    assert "更换前检查轴封批号" not in text_of(scene.stranger, "/quality/measures/unread")
    assert "read by 1 station" in text_of(scene.engineer, place)


def test_a_report_of_headquarters_own_is_begun_from_its_page(scene: Scene) -> None:
    number = make_own_report(scene.session, scene.now).number
    scene.session.commit()
    place = f"/quality/{number}"
    sheet = text_of(scene.engineer, place)
    assert "CL-D0001-202611-0001" in sheet
    typed = {**CARD, "card-odometer_km": "", "card-part_number": ""}
    assert scene.engineer.post(f"{place}/edit", data=typed).status_code == 302
    wrong = scene.engineer.post(f"{place}/begin", data=typed)
    assert (wrong.status_code, 'href="#card-part_number"' in wrong.get_data(as_text=True)) == (422, True)
    begun = scene.engineer.post(
        f"{place}/begin", data={**typed, "card-part_number": "w-pump", "card-title": "轴封渗漏"}
    )
    assert begun.status_code == 302
    found = scene.row(number)
    assert (found.state, found.part_number, found.title) == ("in_analysis", "W-PUMP", "轴封渗漏")
    assert "D4 Root cause" in text_of(scene.engineer, place)
    assert scene.technician.get(place).status_code == 404


def test_words_of_two_characters_narrow_the_list(scene: Scene) -> None:
    number = scene.make("submitted")
    other = make_own_report(scene.session, scene.now, title="中控屏黑屏", failure_mode="no_function").number
    scene.session.commit()
    for typed, found in (("轴封", {number}), ("黑屏", {other}), ("渗漏", set()), ("w-pump", {number, other})):
        page = text_of(scene.engineer, f"/quality/?q={typed}")
        assert {one for one in (number, other) if f">{one}<" in page} == found, typed


def test_work_waits_on_the_home_page_and_leads_to_its_list(scene: Scene) -> None:
    make_report(scene.session, datetime(2026, 11, 1, 2, tzinfo=scene.now.tzinfo), "in_analysis", dealer=scene.dealer)
    scene.session.commit()
    home = text_of(scene.engineer, "/")
    assert "8D steps overdue" in home
    steps = text_of(scene.engineer, "/quality/steps?due=overdue")
    assert ("2026-11-02" in steps, "2026-11-22" in steps) == (True, False)  # D1 to D4 and no more
    assert scene.engineer.get("/quality/steps/mine").status_code == 302
    assert "Quality reports with news" in text_of(scene.technician, "/")


def test_a_sheet_asks_no_more_for_more_steps_and_claims(scene: Scene) -> None:
    first, second = scene.make("submitted"), scene.make("closed")
    text_of(scene.engineer, f"/quality/{first}")
    counts = []
    for number in (first, second):
        with count_queries(db.engine) as sent:
            text_of(scene.engineer, f"/quality/{number}")
        counts.append(len(sent))
    assert counts[1] <= counts[0] + 1  # who has read the measures
    with count_queries(db.engine) as sent:
        text_of(scene.engineer, "/quality/")
    assert len(sent) <= 4


def test_the_printed_card_holds_photos_steps_and_effect_and_a_stations_copy_does_not(scene: Scene) -> None:
    number = scene.make("closed")
    key = "photos/test/one.jpg"
    storage().put(key, phone_photo())
    report = scene.row(number)
    scene.session.add(
        QualityPhoto(
            dealer_id=report.dealer_id, report_id=report.id, storage_key=key, sha256="c" * 64, width=640, height=480,
            caption="轴封磨损", added_by="技师", added_at=scene.now,
        )
    )  # fmt: skip
    scene.session.commit()
    paper = printed(scene.session, scene.engineer, "quality_report", number)
    for words in ("配件质量信息跟踪卡", number, "W-PUMP", "轴封磨损", "D4 根本原因", "第4步已完成", "轴封改用氟橡胶",
                  "某配件厂", "措施后六个月无新增索赔", "城市道路", "260.00"):  # fmt: skip
        assert words in paper, words
    copy = printed(scene.session, scene.technician, "quality_report", number)
    assert "问题已解决" in copy
    for words in ("D4 根本原因", "轴封改用氟橡胶", "责任单位"):
        assert words not in copy, words
    assert scene.stranger.post("/documents/", data={"kind": "quality_report", "key": number}).status_code == 404


def test_a_station_exports_its_own_reports_and_not_headquarters_list(scene: Scene) -> None:
    scene.make("measures")
    for spec, rows in (("quality_reports", 1), ("network_quality_reports", 0)):
        scene.technician.post("/exports/", data={"list": spec, "query": ""})
        assert run_one("test")
        job = scene.session.scalars(select(Job).order_by(Job.id.desc())).first()
        assert job is not None
        assert job.result == {"rows": rows}
        scene.session.rollback()
    assert date(2026, 11, 20).isoformat() in text_of(scene.engineer, "/quality/steps")
