from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.lists import ORDERS
from dealers.service.models import RepairOrder
from dealers.service.room import ROOM
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.drafts import load_draft
from portal.kernel.listing import fetch_page
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.conftest import NOW
from tests.factories.network import actor_of_user, make_dealer, make_user
from tests.factories.service import GASKET, PUMP, make_repair_order
from tests.factories.stock import make_clerk, make_part, make_stock
from tests.factories.vehicles import make_vehicle

SignIn = Callable[[User], FlaskClient]
HTMX = {"HX-Request": "true"}


@dataclass
class Counter:
    """A station with people, a car, and an order half done; nothing of it is tied to a session."""

    app: Flask
    sign_in: SignIn
    client: FlaskClient
    users: dict[str, User]
    car: str
    number: str
    order_id: int
    job: int
    labour: int
    parts: dict[str, int]

    @property
    def url(self) -> str:
        return f"/service/{self.number}"

    def other(self, name: str) -> FlaskClient:
        return self.sign_in(self.users[name])

    @contextmanager
    def stored(self) -> Iterator[Session]:
        """Look into the database for a moment, at headquarters; nothing stays open."""
        with self.app.app_context():
            session = db.session()
            enter(session, Actor.system("test"), HeadOfficeScope("test"))
            yield session
            session.rollback()
            leave(session)


@pytest.fixture
def counter(app: Flask, session: Session, sign_in: SignIn) -> Counter:
    advisor = make_user(session)
    own = session.get_one(Dealer, advisor.dealer_id)
    users = {
        "advisor": advisor, "manager": make_user(session, "service_manager", own),
        "auditor": make_user(session, "auditor"),
        "stranger": make_user(session, "service_manager", make_dealer(session)),
    }  # fmt: skip
    car = make_vehicle(session, plate="沪A12345")
    order = make_repair_order(session, NOW, actor=actor_of_user(advisor), car=car, completed=False)
    job = order.jobs[0]
    lines = {line.part_number: line.id for line in job.parts}
    facts = (car.vin, order.number, order.id, job.id, job.labour[0].id, lines)
    session.commit()  # from here on the test's own session holds no lock
    return Counter(app, sign_in, sign_in(advisor), users, *facts)


def typed(text: str) -> dict[str, str]:
    """Read back what a browser would send of a page's working form."""
    form = text[text.index('name="version"') - 200 : text.index("</form>", text.index('name="version"'))]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if (name and not ('type="radio"' in tag or 'type="checkbox"' in tag)) or " checked" in tag:
            assert name is not None
            fields[name[1]] = value[1] if value else ""
    fields |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def opening(car: str, **values: str) -> dict[str, str]:
    return {
        "key": "form-1", "vin": car, "odometer_km": "24000", "type": "general",
        "received_at": "2026-11-20T09:30", "promised_at": "2026-11-20T17:00", "presenter_name": "李明",
        "presenter_phone": "13812345678", "concern": "刹车异响", **values,
    }  # fmt: skip


def count(counter: Counter) -> int:
    with counter.stored() as session:
        return session.scalar(select(func.count()).select_from(RepairOrder)) or 0


def test_an_order_is_opened_once_however_often_the_form_is_sent(counter: Counter) -> None:
    places = {counter.client.post("/service/new", data=opening(counter.car)).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert count(counter) == 2
    page = counter.client.get(places.pop())
    assert page.status_code == 200
    assert "刹车异响" in page.text


def test_what_is_missing_is_told_and_what_was_typed_stays(counter: Counter) -> None:
    for wrong, field in (
        ({"odometer_km": "abc"}, "odometer_km"),
        ({"promised_at": "soon"}, "promised_at"),
        ({}, "vin"),
    ):
        values = opening(counter.car, presenter_phone="", **wrong)
        answer = counter.client.post("/service/new", data=values | ({} if wrong else {"vin": ""}))
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert 'value="刹车异响"' in answer.text
    assert 'href="#presenter_phone"' in answer.text
    assert count(counter) == 1


def test_a_lower_odometer_asks_to_be_acknowledged(counter: Counter) -> None:
    low = opening(counter.car, odometer_km="100")
    answer = counter.client.post("/service/new", data=low)
    assert answer.status_code == 422
    assert 'name="odometer_acknowledged"' in answer.text
    assert "23,456" in answer.text
    assert counter.client.post("/service/new", data=low | {"odometer_acknowledged": "y"}).status_code == 302


def test_the_new_page_fills_in_a_car_and_says_that_it_is_in_the_shop(counter: Counter) -> None:
    page = counter.client.get(f"/service/new?vin={counter.car}")
    assert page.status_code == 200
    assert re.search(r'id="presenter_name"[^>]*value="王小', page.text)
    assert counter.number in page.text
    theirs = counter.other("stranger").get(f"/service/new?vin={counter.car}")
    assert counter.car in theirs.text
    assert not re.search(r'id="presenter_name"[^>]*value="王小', theirs.text)
    assert counter.number not in theirs.text


def test_cars_are_suggested_with_owners_only_where_they_are_known(counter: Counter) -> None:
    mine = counter.client.get(f"/service/cars?q={counter.car[-6:]}")
    assert counter.car in mine.text
    assert "data-fill-presenter-name" in mine.text
    theirs = counter.other("stranger").get(f"/service/cars?q={counter.car[-6:]}")
    assert counter.car in theirs.text
    assert "data-fill-presenter-name" not in theirs.text


def test_operations_are_suggested_by_initials(counter: Counter) -> None:
    found = counter.client.get("/service/operations?q=GHSB&model=1").text
    assert 'data-value="SB0101"' in found
    assert counter.client.get("/service/operations?q=&model=1").text.strip() == ""


def test_a_draft_is_kept_and_offered_again(counter: Counter) -> None:
    kept = counter.client.post("/service/draft?form=new", data={"vin": counter.car, "concern": "半句话"})
    assert kept.status_code == 204
    assert "/service/new?draft=1" in counter.client.get("/service/new").text
    assert 'value="半句话"' in counter.client.get("/service/new?draft=1").text
    counter.client.post("/service/new", data=opening(counter.car))
    with counter.stored() as session:
        assert load_draft(session, counter.users["advisor"].id, "service:new") is None
    counter.client.post("/service/draft?form=new", data={"vin": "x"})
    counter.client.post("/service/draft/drop", data={"form": "new"})
    assert "/service/new?draft=1" not in counter.client.get("/service/new").text


def test_a_draft_of_an_order_is_offered_on_its_page(counter: Counter) -> None:
    fields = typed(counter.client.get(counter.url).text) | {f"job-{counter.job}-cause": "半个原因"}
    counter.client.post(f"/service/draft?form={counter.number}", data=fields)
    assert f"{counter.url}?draft=1" in counter.client.get(counter.url).text
    assert "半个原因" in counter.client.get(f"{counter.url}?draft=1").text
    counter.client.post(f"{counter.url}/work", data=fields)
    assert f"{counter.url}?draft=1" not in counter.client.get(counter.url).text


def test_a_draft_is_bounded_and_belongs_to_an_own_order(counter: Counter) -> None:
    assert counter.client.post("/service/draft", data={"note": "x" * 70_000}).status_code == 422
    theirs = counter.other("stranger").post(f"/service/draft?form={counter.number}", data={"a": "b"})
    assert theirs.status_code == 404


def test_the_page_is_saved_whole_with_and_without_htmx(counter: Counter) -> None:
    fields = typed(counter.client.get(counter.url).text) | {
        f"job-{counter.job}-cause": "轴封老化", "new_concern": "空调不凉", "towing_fee": "200",
        f"job-{counter.job}-add_labour": "ghsb",
    }  # fmt: skip
    answer = counter.client.post(f"{counter.url}/work", data=fields, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    with counter.stored() as session:
        order = session.get_one(RepairOrder, counter.order_id)
        assert [item.concern for item in order.jobs][1:] == ["空调不凉"]
        assert (order.jobs[0].cause, len(order.jobs[0].labour)) == ("轴封老化", 2)
        assert str(order.towing_fee) == "200.00"
    assert counter.client.post(f"{counter.url}/work", data=typed(answer.text)).status_code == 302


def test_lines_are_removed_by_their_button(counter: Counter) -> None:
    fields = typed(counter.client.get(counter.url).text)
    counter.client.post(f"{counter.url}/work", data=fields | {"remove": f"part-{counter.parts[GASKET]}"})
    with counter.stored() as session:
        order = session.get_one(RepairOrder, counter.order_id)
        assert [line.part_number for line in order.jobs[0].parts] == [PUMP]
        assert str(order.parts_total) == "386.50"


def test_an_out_of_date_page_says_so_and_loses_nothing_typed(counter: Counter) -> None:
    cause = f"job-{counter.job}-cause"
    fields = typed(counter.client.get(counter.url).text)
    counter.client.post(f"{counter.url}/work", data=fields | {f"job-{counter.job}-technician": "钱师傅"})
    late = counter.client.post(f"{counter.url}/work", data=fields | {cause: "我写的原因"}, headers=HTMX)
    assert late.status_code == 422
    assert "我写的原因" in late.text
    assert counter.users["advisor"].display_name in late.text
    with counter.stored() as session:
        assert session.get_one(RepairOrder, counter.order_id).jobs[0].cause != "我写的原因"
    assert counter.client.post(f"{counter.url}/work", data=typed(late.text)).status_code == 302
    with counter.stored() as session:
        assert session.get_one(RepairOrder, counter.order_id).jobs[0].cause == "我写的原因"


def test_faults_stand_at_their_fields_and_nothing_is_half_saved(counter: Counter) -> None:
    fields = typed(counter.client.get(counter.url).text)
    hours = f"labour-{counter.labour}-hours"
    wrong = fields | {hours: "9.99", f"job-{counter.job}-cause": "新的", "towing_fee": "1.234"}
    answer = counter.client.post(f"{counter.url}/work", data=wrong, headers=HTMX)
    assert 'href="#towing_fee"' in answer.text
    answer = counter.client.post(f"{counter.url}/work", data=wrong | {"towing_fee": "1"}, headers=HTMX)
    assert answer.status_code == 422
    assert f'href="#{hours}"' in answer.text
    assert 'value="9.99"' in answer.text
    with counter.stored() as session:
        assert session.get_one(RepairOrder, counter.order_id).jobs[0].cause == "水泵轴封渗漏，冷却液低于下限"


def test_an_order_is_completed_and_reopened_from_its_page(counter: Counter) -> None:
    fields = typed(counter.client.get(counter.url).text) | {"do": "complete"}
    bare = counter.client.post(f"{counter.url}/work", data=fields | {f"job-{counter.job}-cause": ""})
    assert bare.status_code == 422
    done = counter.client.post(f"{counter.url}/work", data=fields, headers=HTMX)
    assert done.headers["HX-Redirect"] == counter.url
    page = counter.client.get(counter.url).text
    assert 'name="version"' not in page
    assert f"{counter.url}/reopen" not in page  # an advisor may not
    manager = counter.other("manager")
    assert manager.post(f"{counter.url}/reopen", data={"reason": ""}).status_code == 422
    assert manager.post(f"{counter.url}/reopen", data={"reason": "换错了件"}).status_code == 302
    assert "换错了件" in manager.get(counter.url).text


def test_completing_tells_what_still_stands_in_the_books_of_stock(counter: Counter, session: Session) -> None:
    """The pump lies in stock and is not issued, the gasket was never there: the first is told, neither is a block."""
    pump, dealer = make_part(session, PUMP), session.get_one(Dealer, counter.users["advisor"].dealer_id)
    make_stock(session, make_clerk(session, dealer), pump, NOW, "3")
    session.commit()
    fields = typed(counter.client.get(counter.url).text) | {"do": "complete"}
    assert counter.client.post(f"{counter.url}/work", data=fields).status_code == 302
    text = counter.client.get(counter.url).text
    assert f"库存账上仍有：{PUMP} × 1。" in text
    assert 'name="version"' not in text  # completed all the same


def test_an_order_is_cancelled_with_a_reason(counter: Counter) -> None:
    assert counter.client.post(f"{counter.url}/cancel", data={"reason": " "}).status_code == 422
    assert counter.client.post(f"{counter.url}/cancel", data={"reason": "客户不修了"}).status_code == 302
    with counter.stored() as session:
        assert session.get_one(RepairOrder, counter.order_id).state == "cancelled"


def test_headquarters_reads_every_order_and_writes_none(counter: Counter) -> None:
    client = counter.other("auditor")
    page = client.get(counter.url)
    assert page.status_code == 200
    assert 'name="version"' not in page.text
    assert client.post(f"{counter.url}/work", data={}).status_code == 403
    listed = client.get("/service/").text
    assert counter.number in listed
    assert "D0001" in listed


def test_the_list_finds_and_filters(counter: Counter) -> None:
    number, row = counter.number, f'href="{counter.url}"'
    for query in (number, number[:12].lower(), counter.car, counter.car[-6:], "沪A12345"):
        assert row in counter.client.get("/service/", query_string={"q": query}).text, query
    for query in ("q=nothing", "state=completed", "type=pdi", "since=2026-11-21", "until=2026-11-18", "promise=passed"):
        assert row not in counter.client.get(f"/service/?{query}").text, query
    for query in ("state=open", "type=general", "since=2026-11-20", "until=2026-11-20", "sort=number"):
        assert row in counter.client.get(f"/service/?{query}").text, query


def test_the_list_shows_days_and_sums_as_they_are(counter: Counter) -> None:
    with counter.stored() as session:
        (row,) = fetch_page(session, ORDERS, {"columns": "days,labour_total,parts_total,total"}).rows
    # 1.80 h × 120.00 + 386.50 + 18.90; an hour in the shop is a day
    assert (row.labour_total, row.parts_total, row.total) == (Decimal("216.00"), Decimal("405.40"), Decimal("621.40"))
    assert row.days == 1


def test_another_dealers_order_is_not_there(counter: Counter) -> None:
    client = counter.other("stranger")
    assert client.get(counter.url).status_code == 404
    assert client.post(f"{counter.url}/work", data={"do": "complete"}).status_code == 404
    assert client.post(f"{counter.url}/cancel", data={"reason": "x"}).status_code == 404
    assert counter.number not in client.get("/service/").text
    panel = client.get(f"/service/vehicle/{counter.car}").text
    assert "水泵总成" in panel
    assert not [word for word in (counter.number, "李明", "386.50", "13812345678") if word in panel]


def picture(kind: str = "JPEG", size: tuple[int, int] = (3000, 1000)) -> bytes:
    image = Image.new("RGB", size, "red")
    buffer = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Phone maker"
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def test_photos_are_kept_shrunk_and_shown_to_whom_they_concern(counter: Counter) -> None:
    files = [(BytesIO(picture()), "a.jpg"), (BytesIO(b"GIF89a nonsense"), "b.gif")]
    answer = counter.client.post(f"{counter.url}/photos", data={"photo": files, "caption": "渗漏处"})
    assert answer.status_code == 302
    page = counter.client.get(counter.url).text
    assert "b.gif" in page
    place = re.search(rf'src="({counter.url}/photos/\d+\.jpg)"', page)
    assert place is not None
    shown = counter.client.get(place[1])
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    with Image.open(BytesIO(shown.data)) as image:
        assert image.size == (667, 2000)  # upright, the longest side 2,000
        assert not image.getexif()
    assert counter.other("stranger").get(place[1]).status_code == 404
    assert counter.client.post(place[1].removesuffix(".jpg") + "/remove").status_code == 302
    assert counter.client.get(place[1]).status_code == 404


def test_sending_no_photo_says_so(counter: Counter) -> None:
    answer = counter.client.post(f"{counter.url}/photos", data={}, follow_redirects=True)
    assert answer.status_code == 200


def test_the_work_list_counts_cars_in_the_shop_and_late_ones(counter: Counter) -> None:
    actor = actor_of_user(counter.users["advisor"])
    with counter.stored() as session:
        for moment, late in ((NOW, 0), (NOW + timedelta(days=1), 1)):
            counts = {item.key: item.count(session, actor, moment) for item in ROOM.work}
            assert counts == {"orders_late": late, "orders_open": 1}
