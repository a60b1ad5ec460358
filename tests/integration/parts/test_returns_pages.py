"""The pages of old parts, as a station, headquarters and another station see them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.returns import services
from parts.returns.models import OldPart, OldPartPhoto, PartDisposal, ReturnBox, ReturnNotice, ReturnRuleVersion
from parts.returns.rules.labels import payload, printed
from portal.auth.models import User
from portal.kernel.db import db
from portal.kernel.lifecycle import Stateful
from tests.factories.network import make_dealer, make_user
from tests.factories.returns import SUPPLIER, make_box, make_due, make_old_part, packer
from tests.factories.settlement import make_approved
from tests.support.queries import count_queries
from warranty.settlement.models import Deduction

SignIn = Callable[[User], FlaskClient]
pytestmark = pytest.mark.databases("sqlite")
ENGLISH = {"Accept-Language": "en"}


@dataclass(frozen=True)
class Scene:
    """A station, and who looks at its old parts."""

    session: Session
    now: datetime
    dealer: Dealer
    clerk: FlaskClient
    desk: FlaskClient
    quality: FlaskClient
    stranger: FlaskClient

    def make(self, state: str, **values: object) -> str:
        number = make_old_part(self.session, state, self.now, self.dealer, **values).number  # type: ignore[arg-type]
        self.session.commit()
        return number

    def state(self, model: type[Stateful], number: str) -> str:
        """Read a state fresh, and leave no transaction open that would keep SQLite from the pages."""
        found = self.session.scalars(select(model.state).where(model.number == number)).one()  # type: ignore[attr-defined]
        self.session.rollback()
        return str(found)

    def box_of(self, number: str) -> str:
        found = self.session.scalars(
            select(ReturnBox.number).join(OldPart, OldPart.box_id == ReturnBox.id).where(OldPart.number == number)
        ).one()
        self.session.rollback()
        return found


@pytest.fixture
def scene(session: Session, now: datetime, sign_in: SignIn) -> Scene:
    dealer, other = make_dealer(session), make_dealer(session)
    users = (
        make_user(session, "warranty_clerk", dealer), make_user(session, "parts_desk"), make_user(session, "quality"),
        make_user(session, "warranty_clerk", other),
    )  # fmt: skip
    session.commit()
    return Scene(session, now, dealer, *(sign_in(user) for user in users))


def text_of(client: FlaskClient, path: str) -> str:
    return client.get(path, headers=ENGLISH).get_data(as_text=True)


def test_a_station_packs_and_ships_and_headquarters_signs_and_inspects(scene: Scene) -> None:
    first, second = scene.make("due"), scene.make("due")
    assert first in text_of(scene.clerk, "/returns/?state=due")
    opened = scene.clerk.post("/returns/boxes")
    number = opened.location.rsplit("/", 1)[1]
    assert scene.clerk.post(f"/returns/boxes/{number}/pack", data={"label": payload(first)}).status_code == 302
    scene.clerk.post(f"/returns/boxes/{number}/pack", data={"parts": [second]})
    page = text_of(scene.clerk, opened.location)
    assert page.count("Take it out") == 2
    shipped = scene.clerk.post(f"/returns/boxes/{number}/ship", data={"carrier": "顺丰", "waybill": "SF1"})
    assert (shipped.status_code, scene.state(ReturnBox, number)) == (302, "shipped")

    wrong = scene.desk.post(f"/returns/boxes/{number}/sign", data={"labels": payload(first)}, headers=ENGLISH)
    assert wrong.status_code == 422
    assert f"{second} is on the packing list, but was not scanned." in wrong.text
    assert scene.state(ReturnBox, number) == "shipped"
    both = f"{payload(first)}\n{payload(second)}\n"
    assert scene.desk.post(f"/returns/boxes/{number}/sign", data={"labels": both}).status_code == 302

    asked = text_of(scene.desk, f"/returns/inspect?label={payload(first)}")
    assert "1,200.50" in asked
    assert asked.count('name="outcome"') == 8
    found = scene.desk.post(f"/returns/inspect/{first}", data={"outcome": "damaged", "place": "a-1"})
    assert (found.status_code, found.location) == (302, "/returns/inspect")
    assert scene.state(OldPart, first) == "stored"
    again = scene.desk.post(f"/returns/inspect/{first}", data={"outcome": "ok"}, headers=ENGLISH)
    assert again.status_code == 409
    assert len(scene.session.scalars(select(Deduction.id)).all()) == 1
    scene.session.rollback()
    assert "does not wait for an inspection" in text_of(scene.desk, f"/returns/inspect?number={first}")


def test_what_was_lacking_is_signed_for_after_a_second_look(scene: Scene) -> None:
    number = scene.make("due")
    absent = make_due(scene.session, scene.now, scene.dealer)
    part = scene.session.scalars(select(OldPart).where(OldPart.number == number)).one()
    box = make_box(scene.session, scene.now, part, absent).number
    gone = absent.number
    scene.session.commit()
    sent = {"labels": payload(number), "lacking": "y"}
    assert scene.desk.post(f"/returns/boxes/{box}/sign", data=sent).status_code == 302
    assert (scene.state(OldPart, number), scene.state(OldPart, gone)) == ("signed", "due")
    assert "Were lacking" in text_of(scene.desk, f"/returns/boxes/{box}")


@pytest.mark.parametrize(
    ("label", "status", "told"),
    [("LSVAM4187R2000001", 422, "is no label"), ("SBOP:CL-X-1-AAAA", 422, "torn"), ("", 200, "Scan a label")],
)
def test_what_is_scanned_wrong_is_told_at_the_field(scene: Scene, label: str, status: int, told: str) -> None:
    answer = scene.desk.get(f"/returns/inspect?label={label}", headers=ENGLISH)
    assert (answer.status_code, told in answer.text) == (status, True)
    box = scene.clerk.post("/returns/boxes").location
    answer = scene.clerk.post(f"{box}/pack", data={"label": label}, headers=ENGLISH)
    assert answer.status_code == 422


def test_a_label_of_nothing_is_told(scene: Scene) -> None:
    answer = scene.desk.get(f"/returns/inspect?label={payload('CL-D0001-202611-0099-2')}", headers=ENGLISH)
    assert (answer.status_code, "There is no old part of this label." in answer.text) == (404, True)


def test_a_wrong_amount_stands_at_its_field_and_what_was_typed_stays(scene: Scene) -> None:
    number = scene.make("signed")
    typed = {"outcome": "damaged", "amount": "99,999.00", "note": "壳体碰伤"}
    answer = scene.desk.post(f"/returns/inspect/{number}", data=typed, headers=ENGLISH)
    assert answer.status_code == 422
    assert "From 0 to what the claim paid for the part." in answer.text
    assert "99,999.00" in answer.text
    assert "壳体碰伤" in answer.text
    assert scene.state(OldPart, number) == "signed"


def test_a_deduction_is_disputed_with_a_photo_and_answered(scene: Scene) -> None:
    number = scene.make("deducted")
    assert "Dispute the deduction" in text_of(scene.clerk, f"/returns/parts/{number}")
    assert "Dispute the deduction" not in text_of(scene.desk, f"/returns/parts/{number}")
    picture = io.BytesIO()
    Image.effect_noise((64, 48), 90).convert("RGB").save(picture, "JPEG")
    sent = {"dispute-reason": "拆检可复现", "photo": (io.BytesIO(picture.getvalue()), "a.jpg")}
    assert scene.clerk.post(f"/returns/parts/{number}/dispute", data=sent).status_code == 302
    photo = scene.session.scalars(select(OldPartPhoto)).one()
    assert photo.side == "dealer"
    kept = photo.id
    scene.session.rollback()
    served = scene.desk.get(f"/returns/parts/{number}/photos/{kept}.jpg")
    assert (served.status_code, served.mimetype) == (200, "image/jpeg")
    assert scene.stranger.get(f"/returns/parts/{number}/photos/{kept}.jpg").status_code == 404
    unsaid = scene.quality.post(f"/returns/parts/{number}/answer", data={"answer-action": "waive"}, headers=ENGLISH)
    assert (unsaid.status_code, "Please give a reason." in unsaid.text) == (422, True)
    said = {"answer-action": "waive", "answer-reason": "属实"}
    assert scene.quality.post(f"/returns/parts/{number}/answer", data=said).status_code == 302
    page = text_of(scene.clerk, f"/returns/parts/{number}")
    assert "1,200.50 yuan were waived" in page
    for place in ("/returns/boxes/RB-", "/vehicles/", "/catalogue/parts/"):
        assert f'href="{place}' in page.split("<main", 1)[1]
    row = scene.quality.get("/returns/?columns=number,deducted", headers=ENGLISH).text.split(number, 1)[1]
    assert "0.00" in row.split("</tr>")[0]  # nor does the list say that it is deducted
    assert "属实" in page


def test_no_photo_is_told_and_nothing_is_kept(scene: Scene) -> None:
    number = scene.make("deducted")
    sent = {"dispute-reason": "拆检可复现", "photo": (io.BytesIO(b"%PDF-1.7"), "a.jpg")}
    answer = scene.clerk.post(f"/returns/parts/{number}/dispute", data=sent, headers=ENGLISH)
    assert answer.status_code == 422
    assert "This is no photo." in answer.text
    assert scene.session.scalars(select(OldPartPhoto)).all() == []


def test_what_is_overdue_is_seen_by_its_station_and_deducted_by_headquarters(scene: Scene) -> None:
    make_due(scene.session, scene.now - timedelta(days=40), scene.dealer)
    services.tell_overdue(scene.session, scene.now)
    code = scene.dealer.code
    scene.session.commit()
    assert "1,200.50" in text_of(scene.clerk, "/returns/overdue")
    assert "Nothing is overdue." in text_of(scene.stranger, "/returns/overdue")
    scene.clerk.post("/returns/notices/seen")
    assert scene.session.scalars(select(ReturnNotice.seen_at)).one() == scene.now
    scene.session.rollback()
    assert "1,200.50" in text_of(scene.desk, "/returns/overdue")
    unsaid = scene.desk.post(f"/returns/overdue/{code}", data={"reason": ""})
    shown = unsaid.text.split('name="shown"')[1].split('value="')[1].split('"')[0]
    assert unsaid.status_code == 422
    assert scene.desk.post(f"/returns/overdue/{code}", data={"reason": "逾期未返", "shown": shown}).status_code == 302
    assert "Nothing is overdue." in text_of(scene.desk, "/returns/overdue")


def test_a_rule_is_written_on_its_page(scene: Scene) -> None:
    typed = {"scope": "part", "subject": "no-such", "demand": "sample", "percent": "20", "days": "14",
             "valid_from": "2026-11-20"}  # fmt: skip
    wrong = scene.desk.post("/returns/rules/new", data=typed, headers=ENGLISH)
    assert (wrong.status_code, "not in the catalogue" in wrong.text) == (422, True)
    assert scene.desk.post("/returns/rules/new", data={**typed, "scope": "gift"}).status_code == 422
    scene.session.add(Part(number="WP-1001", name_zh="水泵", name_en="Pump", initials="sb"))
    scene.session.commit()
    assert scene.desk.post("/returns/rules/new", data={**typed, "subject": "wp-1001"}).status_code == 302
    row = scene.session.scalars(select(ReturnRuleVersion)).one()
    assert (row.subject, row.demand, row.percent, row.days) == ("WP-1001", "sample", 20, 14)
    scene.session.rollback()
    assert "WP-1001" in text_of(scene.clerk, "/returns/rules")
    assert scene.clerk.get("/returns/rules/new").status_code == 403


def test_stored_parts_leave_by_a_list(scene: Scene) -> None:
    number, other = scene.make("stored"), scene.make("stored", supplier="别家工厂")
    page = text_of(scene.desk, f"/returns/disposals/new?maker={SUPPLIER}")
    assert (number in page, other in page) == (True, False)
    sent = {"kind": "hand_over", "receiver": SUPPLIER, "parts": [number, other]}
    refused = scene.desk.post("/returns/disposals/new", data=sent, headers=ENGLISH)
    assert (refused.status_code, f"{other} was made by" in refused.text) == (422, True)
    assert scene.desk.post("/returns/disposals/new", data={**sent, "parts": [number]}).status_code == 302
    made = scene.session.scalars(select(PartDisposal.number)).one()
    scene.session.rollback()
    assert scene.state(OldPart, number) == "handed_over"
    assert number in text_of(scene.desk, f"/returns/disposals/{made}")


def test_what_left_the_store_is_headquarters_own(scene: Scene) -> None:
    """To whom parts of all stations went is no station's to read, list, export or print."""
    number = scene.make("handed_over")
    made = scene.session.scalars(select(PartDisposal.number)).one()
    scene.session.rollback()
    paper = {"kind": "leaving_list", "key": made}
    for client, status, printed_status in ((scene.clerk, 403, 403), (scene.quality, 200, 302)):
        assert client.get("/returns/disposals").status_code == status
        assert client.get(f"/returns/disposals/{made}").status_code == status
        assert client.post("/documents/", data=paper).status_code == printed_status
    page = text_of(scene.clerk, f"/returns/parts/{number}")
    assert (f"/returns/disposals/{made}" in page, SUPPLIER in page.split(made)[-1][:200]) == (False, False)


def test_small_steps_of_a_part_and_a_box(scene: Scene) -> None:
    number = scene.make("accepted")
    assert scene.desk.post(f"/returns/parts/{number}/store", data={"store-place": ""}).status_code == 422
    assert scene.desk.post(f"/returns/parts/{number}/store", data={"store-place": "B-1"}).status_code == 302
    due = scene.make("due")
    assert scene.desk.post(f"/returns/parts/{due}/excuse", data={"excuse-reason": ""}).status_code == 422
    assert scene.desk.post(f"/returns/parts/{due}/excuse", data={"excuse-reason": "公安扣留"}).status_code == 302
    packed = scene.make("packed")
    box = scene.box_of(packed)
    assert scene.clerk.post(f"/returns/boxes/{box}/discard").status_code == 422
    assert scene.clerk.post(f"/returns/boxes/{box}/unpack", data={"part": packed}).status_code == 302
    assert scene.clerk.post(f"/returns/boxes/{box}/discard").status_code == 302
    assert scene.state(ReturnBox, box) == "discarded"


def test_headquarters_records_a_box_of_which_nothing_arrived(scene: Scene) -> None:
    number = scene.make("shipped")
    box = scene.box_of(number)
    path = f"/returns/boxes/{box}/lose"
    assert path in text_of(scene.desk, f"/returns/boxes/{box}")
    assert path not in text_of(scene.clerk, f"/returns/boxes/{box}")
    assert scene.clerk.post(path, data={"reason": "丢失"}).status_code == 403
    assert scene.desk.post(path, data={"reason": ""}).status_code == 422
    assert scene.desk.post(path, data={"reason": "承运商查无此单"}).status_code == 302
    assert (scene.state(ReturnBox, box), scene.state(OldPart, number)) == ("discarded", "due")
    assert "承运商查无此单" in text_of(scene.clerk, f"/returns/boxes/{box}")


def test_the_forms_of_a_box_share_no_id(scene: Scene) -> None:
    """A box that is packed has a form to scan and one to ship, each with a token against forged requests."""
    scene.clerk.application.config["WTF_CSRF_ENABLED"] = True
    text = text_of(scene.clerk, f"/returns/boxes/{scene.box_of(scene.make('packed'))}")
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert text.count('name="csrf_token"') > 1
    assert sorted(set(ids)) == sorted(ids)


def test_a_claims_page_asks_for_its_old_parts(scene: Scene) -> None:
    number = scene.make("due")
    claim = number.rsplit("-", 1)[0]
    assert number in text_of(scene.desk, f"/returns/claims/{claim}")
    assert number not in text_of(scene.stranger, f"/returns/claims/{claim}")


def test_a_label_that_is_scanned_into_the_search_leads_to_its_part(scene: Scene) -> None:
    number = scene.make("due")
    for label in (payload(number), printed(number)):
        assert scene.desk.get("/search", query_string={"q": label}).location == f"/returns/parts/{number}"
        assert number not in scene.stranger.get("/search", query_string={"q": label}).text.replace(label, "")


def test_everybody_finds_the_work_that_waits(scene: Scene) -> None:
    for state in ("due", "packed", "shipped", "signed", "accepted"):
        scene.make(state)
    part = make_old_part(scene.session, "deducted", scene.now, scene.dealer)
    services.dispute(scene.session, part.number, "不属实", [], packer(scene.dealer.id), scene.now)
    scene.session.commit()
    clerk, desk = text_of(scene.clerk, "/"), text_of(scene.desk, "/")
    for words in ("Old parts to send back", "Boxes being packed"):
        assert words in clerk
    for words in ("Boxes on their way to you", "Old parts to inspect", "Good old parts to store",
                  "Deducted old parts to store", "Disputed deductions to answer"):  # fmt: skip
        assert words in desk


@pytest.mark.parametrize(
    "path", ["/returns/", "/returns/boxes", "/returns/overdue", "/returns/boxes/{box}", "/returns/disposals/new"]
)
def test_a_page_asks_the_database_no_more_for_more_rows(scene: Scene, path: str) -> None:
    first = make_old_part(scene.session, "packed", scene.now, scene.dealer)
    box = scene.session.get_one(ReturnBox, first.box_id)

    def more(count: int) -> None:
        parts = [make_due(scene.session, scene.now, scene.dealer) for _ in range(count)]
        services.put_in(scene.session, box.number, [part.number for part in parts], packer(scene.dealer.id), scene.now)
        for _ in range(count):
            make_due(scene.session, scene.now - timedelta(days=50), make_dealer(scene.session))
            make_old_part(scene.session, "stored", scene.now, make_dealer(scene.session))
        scene.session.commit()

    address = path.format(box=box.number)
    more(1)
    scene.desk.get(address)
    with count_queries(db.engine) as few:
        scene.desk.get(address)
    more(4)
    with count_queries(db.engine) as many:
        assert scene.desk.get(address).status_code == 200
    assert len(many) == len(few)


def test_a_part_says_why_less_was_deducted_than_was_found(scene: Scene) -> None:
    (claim,) = make_approved(scene.session, scene.dealer, scene.now, {"part": "1000.00"})
    number = scene.make("deducted", id=claim.id, number=claim.number)
    page = text_of(scene.clerk, f"/returns/parts/{number}")
    assert "1,000.00 yuan are deducted" in page
    assert "200.50 yuan less than was found" in page
