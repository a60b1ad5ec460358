from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import CatalogueLook, Part, PartChange, PartGroup, PartPicture, PartPrice, Supplier
from parts.catalogue.services.chains import Succession, supersede
from parts.catalogue.services.facts import PartFacts, change_part
from parts.catalogue.services.news import mark_seen, tell
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.storage import storage
from tests.conftest import NOW
from tests.factories.catalogue import make_assembly, make_fitment, make_part, make_supplier
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_model, make_vehicle
from tests.support.at_once import both_at_once
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]
DESK = Actor.system("desk")
TODAY = date(2026, 11, 20)
FACTS = {
    "name_zh": "前制动片", "name_en": "Front pads", "unit": "副", "supplier": "G1", "assembly": "3501",
    "component": "brakes", "per_vehicle": "4", "wear_class": "brake_lining", "special": "y",
}  # fmt: skip


@pytest.fixture
def desk(session: Session, sign_in: SignIn) -> FlaskClient:
    """Headquarters' parts desk."""
    user = make_user(session, "parts_desk")
    make_supplier(session)
    make_assembly(session)
    session.commit()
    return sign_in(user)


def test_a_part_is_added_changed_and_found_everywhere_at_once(
    session: Session, desk: FlaskClient, sign_in: SignIn
) -> None:
    answer = desk.post("/catalogue/new-part", data=FACTS | {"number": " 3501-00999 "})
    assert answer.headers["Location"].endswith("/catalogue/parts/3501-00999")
    part = session.scalars(select(Part)).one()
    assert (part.plain, part.initials, part.per_vehicle, part.special) == ("350100999", "qzdp", Decimal(4), True)
    assert part.group_id == session.scalar(select(PartGroup.id).where(PartGroup.code == "3501"))
    session.rollback()
    again = desk.post("/catalogue/new-part", data=FACTS | {"number": "3501-00999"})
    assert again.status_code == 422
    assert "目录中已有这个配件号" in again.text
    changed = desk.post("/catalogue/parts/3501-00999/edit", data=FACTS | {"name_zh": "前刹车片", "version": "1"})
    assert changed.status_code == 302
    stale = desk.post("/catalogue/parts/3501-00999/edit", data=FACTS | {"version": "1"})
    assert stale.status_code == 422
    assert "有人" in stale.text
    clerk = make_user(session, "parts_clerk", make_dealer(session))
    session.commit()
    text = sign_in(clerk).get("/catalogue/parts?q=刹车").text
    assert "3501-00999" in text
    trail = session.scalars(select(AuditEntry).where(AuditEntry.table_name == "part").order_by(AuditEntry.id)).all()
    assert [entry.action for entry in trail] == ["create", "change"]
    assert trail[1].changes["name_zh"] == ["前制动片", "前刹车片"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"number": "A/B"}, "配件号只能用"), ({"name_zh": ""}, "填写此项"), ({"per_vehicle": "0"}, "应为 0.01 到 9999"),
        ({"supplier": "G9"}, "供应商"), ({"assembly": "35"}, "总成"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_of_a_part_is_told_at_its_field(
    session: Session, desk: FlaskClient, wrong: dict[str, str], told: str
) -> None:
    answer = desk.post("/catalogue/new-part", data=FACTS | {"number": "P1"} | wrong)
    assert answer.status_code == 422
    assert told in answer.text
    assert session.scalar(select(func.count(Part.id))) == 0


def test_a_closed_supplier_is_not_chosen_anew_but_may_stay(session: Session) -> None:
    supplier = make_supplier(session)
    part = make_part(session, "P1", supplier_id=supplier.id)
    make_part(session, "P2")
    supplier.closed_on = date(2026, 11, 1)
    session.flush()
    facts = PartFacts("前制动片", supplier="G1", component="brakes")
    change_part(session, "P1", facts, None, DESK, NOW)
    assert part.supplier_id == supplier.id
    with pytest.raises(DomainError) as error:
        change_part(session, "P2", facts, None, DESK, NOW)
    assert error.value.faults[0].field == "supplier"


def test_a_replacement_is_written_and_a_circle_refused_at_its_field(session: Session, desk: FlaskClient) -> None:
    for number in ("A", "B", "C"):
        make_part(session, number)
    session.commit()
    form = {"since": "2026-12-01", "interchange": "both_ways"}
    assert desk.post("/catalogue/parts/A/replace", data=form | {"new": "b"}).status_code == 302
    assert desk.post("/catalogue/parts/B/replace", data=form | {"new": "C"}).status_code == 302
    circle = desk.post("/catalogue/parts/C/replace", data=form | {"new": "A"})
    assert circle.status_code == 422
    assert "C → A → B → C" in circle.text
    session.expire_all()
    assert session.scalar(select(Part.superseded_by).where(Part.number == "C")) is None
    assert session.scalar(select(func.count(PartChange.id))) == 2
    session.rollback()
    mistakes = (({"new": "C"}, "替代自己"), ({"new": "GONE"}, "目录中没有"), ({"new": "A", "since": ""}, "填写此项"))
    for wrong, told in mistakes:
        refused = desk.post("/catalogue/parts/C/replace", data=form | wrong)
        assert refused.status_code == 422
        assert told in refused.text
    text = desk.get("/catalogue/parts/A").text
    assert "双向互换" in text
    assert "2026-12-01" in text
    assert desk.post("/catalogue/parts/A/replace", data={"new": "", "interchange": "one_way"}).status_code == 302
    session.expire_all()
    lifted = session.execute(select(Part.superseded_by, Part.superseded_on, Part.interchange).where(Part.number == "A"))
    assert lifted.one() == (None, None, None)


@pytest.mark.databases("sqlite")
def test_two_people_do_not_change_one_part_over_each_other(session: Session) -> None:
    make_part(session, "A")
    make_part(session, "B")
    supersede(session, "A", Succession("B", date(2026, 12, 1), "one_way"), 1, DESK, NOW)
    with pytest.raises(ConflictError):
        supersede(session, "A", Succession(), 1, DESK, NOW)


def test_two_replacements_at_once_close_no_circle_together(session: Session, app: Flask) -> None:
    for number in ("A", "B"):
        make_part(session, number)
    session.commit()
    there, back = Actor.system("there"), Actor.system("back")

    def act(session: Session, actor: Actor) -> str:
        old, new = ("A", "B") if actor is there else ("B", "A")
        supersede(session, old, Succession(new, date(2026, 12, 1), "one_way"), None, actor, NOW)
        return new

    outcomes = both_at_once(app, (there, back), act)
    refused = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
    assert [fault.field for error in refused for fault in error.faults] == ["new"]
    assert len([outcome for outcome in outcomes if outcome in {"A", "B"}]) == 1
    assert session.scalar(select(func.count(Part.id)).where(Part.superseded_by.is_not(None))) == 1


def test_a_price_that_has_not_begun_is_withdrawn_and_set_anew(session: Session, desk: FlaskClient) -> None:
    part = make_part(session, "A")  # 260.00 since 2026-01-01
    for day, until in ((TODAY, TODAY), (TODAY + timedelta(days=1), date(2026, 12, 31)), (date(2027, 1, 1), None)):
        price = Decimal("300.00")
        session.add(PartPrice(part_id=part.id, valid_from=day, valid_until=until, dealer=price, warranty=price,
                              retail=price))  # fmt: skip
    session.commit()
    url = "/catalogue/parts/A/prices/withdraw"
    page = desk.get("/catalogue/parts/A").text
    assert page.count(f'action="{url}"') == 2  # of tomorrow's price, and of next year's
    for day in ("2026-01-01", TODAY.isoformat(), "2026-12-05", "soon"):
        assert desk.post(url, data={"day": day}).status_code == 409
    said = desk.post(url, data={"day": (TODAY + timedelta(days=1)).isoformat()}, follow_redirects=True).text
    assert "该配件自 2026-11-21 至 2026-12-31 没有价格。" in said
    days = session.scalars(
        select(PartPrice.valid_from).where(PartPrice.part_id == part.id).order_by("valid_from")
    ).all()
    assert days == [date(2026, 1, 1), TODAY, date(2027, 1, 1)]
    change = session.scalars(select(PartChange).order_by(PartChange.id.desc())).first()
    assert change is not None
    assert (change.part_id, change.kind, change.day) == (part.id, "price_off", TODAY + timedelta(days=1))
    session.rollback()  # lets the portal write
    desk.post(url, data={"day": "2027-01-01"})
    assert desk.post(url, data={"day": "2027-01-01"}).status_code == 409


def test_a_gap_and_an_overlap_are_told_at_the_days_of_the_price(session: Session, desk: FlaskClient) -> None:
    make_part(session, "A", retail=None)
    session.commit()
    amounts = {"dealer": "70", "warranty": "80", "retail": "100"}
    url = "/catalogue/parts/A/prices"
    first = amounts | {"valid_from": "2026-12-01", "valid_until": "2026-12-31"}
    assert desk.post(url, data=first).status_code == 302
    gap = desk.post(url, data=amounts | {"valid_from": "2027-01-03"})
    assert gap.status_code == 422
    assert "2027-01-01 至 2027-01-02 期间该配件将没有价格" in gap.text
    overlap = desk.post(url, data=amounts | {"valid_from": "2026-12-20"})
    assert "2026-12-20 至 2026-12-31 期间该配件将有两个价格" in overlap.text
    assert session.scalar(select(func.count(PartPrice.id))) == 1
    session.rollback()
    assert desk.post(url, data=amounts | {"valid_from": "2027-01-01"}).status_code == 302


def test_fitments_are_added_and_withdrawn_on_the_parts_page(session: Session, desk: FlaskClient) -> None:
    make_part(session, "A")
    make_model(session, code="M9")
    session.commit()
    form = {"model": "M9", "quantity": "2", "built_from": "2025-01-01"}
    assert desk.post("/catalogue/parts/A/fitments", data=form).status_code == 302
    twice = desk.post("/catalogue/parts/A/fitments", data=form)
    assert twice.status_code == 422
    assert "目录中已有相同的适用关系" in twice.text
    page = desk.get("/catalogue/parts/A").text
    assert "2025-01-01" in page
    assert desk.post("/catalogue/parts/A/fitments/1/withdraw", data={"version": "1"}).status_code == 302
    assert "已失效" in desk.get("/catalogue/parts/A").text


def test_pictures_are_kept_without_what_the_camera_wrote(session: Session, app: Flask, desk: FlaskClient) -> None:
    make_part(session, "A")
    session.commit()
    exif = Image.Exif()
    exif[0x010F] = "Phone maker"
    buffer = io.BytesIO()
    Image.new("RGB", (3_000, 1_500), "blue").save(buffer, "JPEG", exif=exif)
    url = "/catalogue/parts/A/pictures"
    photo = {"photo": (io.BytesIO(buffer.getvalue()), "a.jpg"), "caption": "安装方向"}
    assert desk.post(url, data=photo, content_type="multipart/form-data").status_code == 302
    again = {"photo": (io.BytesIO(buffer.getvalue()), "a.jpg")}
    desk.post(url, data=again, content_type="multipart/form-data")
    row = session.scalars(select(PartPicture)).one()
    assert (row.width, row.height, row.caption) == (2_000, 1_000, "安装方向")
    content, picture = storage().get(row.storage_key), row.id
    session.rollback()
    assert content is not None
    with Image.open(io.BytesIO(content)) as kept:
        assert not kept.getexif()
    served = desk.get(f"{url}/{picture}.jpg")
    assert (served.content_type, served.data) == ("image/jpeg", content)
    wrong = {"photo": (io.BytesIO(b"no picture"), "a.txt")}
    desk.post(url, data=wrong, content_type="multipart/form-data")
    assert desk.post(f"{url}/{picture}/remove").status_code == 302
    assert session.scalar(select(func.count(PartPicture.id))) == 0
    session.rollback()
    assert desk.get(f"{url}/{picture}.jpg").status_code == 404


def test_suppliers_are_registered_and_changed(session: Session, desk: FlaskClient) -> None:
    new = {"code": "g7", "name_zh": "宁波华辰", "email": "q@example.cn"}
    assert desk.post("/catalogue/new-supplier", data=new).headers["Location"].endswith("/suppliers/G7")
    taken = desk.post("/catalogue/new-supplier", data=new | {"email": "nobody"})
    assert taken.status_code == 422
    assert "已有供应商使用这个代码" in taken.text
    assert "电子邮箱格式不对" in taken.text
    form = {"name_zh": "宁波华辰", "name_en": "Ningbo Huachen", "contact": "李工", "version": "1"}
    assert desk.post("/catalogue/suppliers/G7/edit", data=form).status_code == 302
    assert desk.post("/catalogue/suppliers/G7/edit", data=form | {"contact": "王工"}).status_code == 422
    supplier = session.scalars(select(Supplier).where(Supplier.code == "G7")).one()
    assert (supplier.contact, supplier.email, supplier.name_en) == ("李工", None, "Ningbo Huachen")
    assert "李工" in desk.get("/catalogue/suppliers/G7").text
    assert "G7" in desk.get("/catalogue/suppliers?q=nbhc").text


def test_levels_lead_from_the_model_to_its_parts(session: Session, desk: FlaskClient) -> None:
    assembly = session.scalar(select(PartGroup.id).where(PartGroup.code == "3501"))
    model, other = make_model(session, code="M9"), make_model(session, code="M8")
    for number, fitting in (("A", model), ("B", other)):
        make_fitment(session, make_part(session, number, group_id=assembly), fitting, "3")
    session.commit()
    tree = desk.get("/catalogue/levels?model=M9").text
    assert "/catalogue/levels/3501?model=M9" in tree
    assert "1 个配件" in tree
    fragment = desk.get("/catalogue/levels/3501?model=M9").text
    assert ">A</a>" in fragment
    assert ">B</a>" not in fragment
    assert ">3 件<" in fragment
    assert ">B</a>" in desk.get("/catalogue/levels/3501").text
    assert desk.get("/catalogue/levels?model=NONE").status_code == 404
    added = desk.post("/catalogue/new-level", data={"parent": "35", "code": "3502", "name_zh": "后制动器"})
    assert added.status_code == 302
    moved = desk.post("/catalogue/new-level", data={"parent": "", "code": "3502", "name_zh": "后制动器"})
    assert moved.status_code == 422
    assert "3502" in desk.get("/catalogue/levels").text


def test_the_cars_page_says_what_fits(session: Session, desk: FlaskClient) -> None:
    model, other = make_model(session, code="M9"), make_model(session, code="M8")
    car = make_vehicle(session, model_id=model.id)
    make_fitment(session, make_part(session, "A", "前制动片"), model, "2")
    make_fitment(session, make_part(session, "B", "前制动盘"), other)
    session.commit()
    panel = desk.get(f"/catalogue/cars/{car.vin}").text
    assert "/catalogue/parts/A" in panel
    assert "/catalogue/parts/B" not in panel
    found = desk.get(f"/catalogue/cars/{car.vin}?q=制动").text
    assert found.index("/catalogue/parts/A") < found.index("/catalogue/parts/B")
    assert "不适用" in found
    assert desk.get("/catalogue/cars/NOBODY").status_code == 404


def test_news_are_each_persons_own_until_marked_as_seen(session: Session, sign_in: SignIn) -> None:
    part = make_part(session, "A", retail="270.00")
    tell(session, part.id, "new", DESK, NOW)
    tell(session, part.id, "price", DESK, NOW, day=date(2026, 1, 1), detail="270.00")
    dealer = make_dealer(session)
    users = [make_user(session, "parts_clerk", dealer) for _ in range(2)]
    session.commit()
    first, second = map(sign_in, users)
    assert "2 项变更" in first.get("/catalogue/news/mark").text
    assert "270.00" in first.get("/catalogue/news").text
    assert "270.00" not in first.get("/catalogue/news?kind=new").text
    newest = session.scalar(select(func.max(PartChange.id)))
    assert newest == 2
    tell(session, part.id, "superseded", DESK, NOW, detail="B")
    session.commit()
    assert first.post("/catalogue/news/seen", data={"newest": str(newest)}).status_code == 302
    text = first.get("/catalogue/news").text
    assert "270.00" not in text
    assert "已被替代" in text  # it came after what the reader was shown
    assert "3 项变更" in second.get("/catalogue/news/mark").text


def test_a_mark_never_goes_back_nor_beyond_what_there_is(session: Session) -> None:
    part, user = make_part(session, "A"), make_user(session, "parts_desk")
    for _ in range(3):
        tell(session, part.id, "price", DESK, NOW)
    actor = Actor(user.id, "clerk", permissions=DESK.permissions)
    for marked, kept in ((2, 2), (1, 2), (99, 3)):
        mark_seen(session, marked, actor, NOW)
        assert session.scalar(select(CatalogueLook.change_id)) == kept


def test_a_pages_statements_do_not_grow_with_what_hangs_on_the_part(session: Session, desk: FlaskClient) -> None:
    part = make_part(session, "A", superseded_by="B")
    make_part(session, "B")
    for number in range(8):
        make_fitment(session, part, make_model(session))
        make_part(session, f"OLD{number}", superseded_by="A")
    make_part(session, "LONE")
    session.commit()
    desk.get("/catalogue/parts/A")
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with count_queries(engine) as whole:
        desk.get("/catalogue/parts/A")
    with count_queries(engine) as lone:
        desk.get("/catalogue/parts/LONE")
    assert len(whole) <= len(lone) + 4  # the chain's steps and the names along it
    assert len(whole) <= 16
