from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.ports import catalogue
from parts.catalogue.lists.parts import PARTS
from parts.catalogue.models import Part, PartTerm
from parts.catalogue.queries import search
from portal.auth.models import User
from portal.kernel.listing import fetch_page
from tests.factories.catalogue import make_fitment, make_part
from tests.factories.network import make_user
from tests.factories.vehicles import make_model

TODAY = date(2026, 11, 20)
NAMES = {
    "3501-00410": "前制动片", "3501-00530": "前制动盘", "3502-00410": "后制动片", "1025-01770": "水泵总成",
    "QZD-9": "雨刮器", "ABS.1": "ABS控制单元",
}  # fmt: skip


@pytest.fixture
def shelf(session: Session) -> None:
    for number, name in NAMES.items():
        english = {"1025-01770": "Water pump", "ABS.1": "ABS control unit"}.get(number, "Brake part")
        make_part(session, number, name, name_en=english)
    session.commit()


PADS, BRAKES = ["3501-00410", "3502-00410"], ["3501-00410", "3501-00530", "3502-00410"]
FRONT = BRAKES[:2]
CASES = [
    ("制动", BRAKES), ("制动片", PADS), ("前制动", FRONT), ("动盘", ["3501-00530"]), ("泵", ["1025-01770"]),
    ("前 片", ["3501-00410"]), ("片前", []), ("控制单", ["ABS.1"]), ("abs控制", ["ABS.1"]), ("zdp", BRAKES),
    ("QZD", [*FRONT, "QZD-9"]), ("3501-", FRONT), ("35010", FRONT), ("00410", []), ("wat", ["1025-01770"]),
    ("water pu", ["1025-01770"]), ("unit", ["ABS.1"]), ("brake", [*BRAKES, "QZD-9"]), ("nit", []), ("ab", ["ABS.1"]),
    ("%", []), ("_", []), ("制%动", BRAKES), ("前制动片", ["3501-00410"]), ("abs控制单元", ["ABS.1"]),
    ("qzdp", FRONT), ("sbzc", ["1025-01770"]), ("bskzdy", ["ABS.1"]), ("bskzdd", []),
    ("水泵 总成", ["1025-01770"]), ("前制 动片", FRONT[:1]), ("动片 前制", FRONT[:1]),
    ("水泵 片", []), ("前制动 water", []), ("制单 unit abs", ["ABS.1"]), ("制单 nit abs", []),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "found"), CASES)
def test_the_list_and_the_counter_find_the_same(
    session: Session, app: Flask, shelf: None, typed: str, found: list[str]
) -> None:
    listed = [row.number for row in fetch_page(session, PARTS, {"q": typed}).rows]
    assert listed == found
    assert sorted(offer.number for offer in catalogue().find_parts(session, typed, TODAY)) == sorted(found)


def test_frequent_words_are_found_by_the_statement_itself(
    session: Session, app: Flask, shelf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more hits than are named one by one, pages go on by the same cursors in the same order."""
    monkeypatch.setattr(search, "FEW", 0)
    for typed, found in CASES:
        assert [row.number for row in fetch_page(session, PARTS, {"q": typed}).rows] == found, typed
    first = fetch_page(session, PARTS, {"q": "制动"}, size=2)
    rest = fetch_page(session, PARTS, {"q": "制动", "after": first.following or ""}, size=2)
    assert [row.number for row in [*first.rows, *rest.rows]] == ["3501-00410", "3501-00530", "3502-00410"]
    back = fetch_page(session, PARTS, {"q": "制动", "before": rest.preceding or ""}, size=2)
    assert [row.number for row in back.rows] == [row.number for row in first.rows]
    upward = fetch_page(session, PARTS, {"q": "制动", "sort": "-number"})
    assert [row.number for row in upward.rows] == ["3502-00410", "3501-00530", "3501-00410"]


@pytest.mark.parametrize("few", [1, 2, 3])
def test_however_many_are_named_one_by_one_none_is_lost(
    session: Session, app: Flask, shelf: None, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    for typed, found in (("QZD", [*FRONT, "QZD-9"]), ("zdp", BRAKES), ("ab", ["ABS.1"])):
        assert [row.number for row in fetch_page(session, PARTS, {"q": typed}).rows] == found, typed


def test_the_likeliest_comes_first_at_the_counter(session: Session, app: Flask, shelf: None) -> None:
    found = catalogue().find_parts(session, "qzd", TODAY)
    assert [offer.number for offer in found] == ["QZD-9", "3501-00410", "3501-00530"]  # its number, then initials
    make_part(session, "9999-1", "制动盘片")
    initials = [offer.number for offer in catalogue().find_parts(session, "zdp", TODAY)]
    assert initials == ["9999-1", *BRAKES]  # its initials begin so, those of the others hold it
    make_part(session, "3501", "前制动器总成")
    assert catalogue().find_parts(session, "3501", TODAY)[0].number == "3501"
    assert len(catalogue().find_parts(session, "制动", TODAY, limit=2)) == 2


def test_a_new_name_is_found_and_the_old_one_is_not(session: Session, app: Flask, shelf: None) -> None:
    part = session.scalars(select(Part).where(Part.number == "QZD-9")).one()
    model = make_model(session, code="M9")
    make_fitment(session, part, model)
    part.name_zh, part.initials = "刮水器", "gsq"
    session.flush()
    assert [offer.number for offer in catalogue().find_parts(session, "刮水", TODAY)] == ["QZD-9"]
    assert catalogue().find_parts(session, "雨刮", TODAY) == []
    part.per_vehicle = Decimal(2)
    session.flush()
    terms = set(session.scalars(select(PartTerm.term).where(PartTerm.number == "QZD-9")))
    assert terms == {"刮水", "水器", "刮水器", "~gs", "~sq", "~gsq", "bra", "brak", "par", "part", "@M9"}


def test_a_models_parts_come_in_the_order_of_their_numbers(session: Session, shelf: None) -> None:
    model, other = make_model(session, code="M9"), make_model(session, code="M8")
    for number in ("QZD-9", "3502-00410", "3501-00410"):
        make_fitment(session, session.scalars(select(Part).where(Part.number == number)).one(), model)
    page = fetch_page(session, PARTS, {"model": "m9"}, size=2)
    rest = fetch_page(session, PARTS, {"model": "M9", "after": page.following or ""}, size=2)
    assert [row.number for row in [*page.rows, *rest.rows]] == ["3501-00410", "3502-00410", "QZD-9"]
    both = fetch_page(session, PARTS, {"model": "M9", "q": "制动"})
    assert [row.number for row in both.rows] == ["3501-00410", "3502-00410"]
    assert fetch_page(session, PARTS, {"model": other.code}).rows == []


def test_a_part_whose_price_is_over_is_not_offered(session: Session, app: Flask) -> None:
    part = make_part(session, "OVER-1", "旧款水泵")
    price = catalogue().part_offer(session, "OVER-1", TODAY)
    assert price is not None
    session.execute(Part.metadata.tables["part_price"].update().values(valid_until=date(2026, 11, 19)))
    assert catalogue().part_offer(session, part.number, TODAY) is None
    assert catalogue().find_parts(session, "水泵", TODAY) == []
    assert catalogue().find_parts(session, "水泵", date(2026, 11, 19)) != []


def test_the_page_says_what_was_found(session: Session, shelf: None, sign_in: Callable[[User], FlaskClient]) -> None:
    user = make_user(session, "parts_clerk")
    session.commit()
    text = sign_in(user).get("/catalogue/parts?q=制动片").text
    assert "3502-00410" in text
    assert "3501-00530" not in text
