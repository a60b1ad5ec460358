"""Names and units that papers keep in Chinese, on the pages of who reads English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.returns import services
from portal.auth.models import User
from portal.kernel.db import db
from portal.kernel.i18n import unit_name
from portal.kernel.listing import Column
from reports.exports.workbook import write_workbook
from tests.factories.catalogue import make_part
from tests.factories.claims import make_catalogue, make_claim
from tests.factories.network import make_dealer, make_user
from tests.factories.returns import make_box, make_due, packer
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]
ENGLISH = {"Accept-Language": "en"}


@pytest.mark.parametrize(
    ("kept", "english"), [("件", "pc"), ("套", "set"), ("升", "L"), ("米", "m"), ("担", "担"), ("", ""), (None, "")]
)
def test_a_known_unit_is_said_in_english(app: Flask, kept: str | None, english: str) -> None:
    with app.test_request_context():
        with force_locale("en"):
            assert unit_name(kept) == english
        with force_locale("zh_CN"):
            assert unit_name(kept) == (kept or "")


def test_old_parts_bear_the_catalogues_english_name(session: Session, now: datetime, sign_in: SignIn) -> None:
    dealer = make_dealer(session)
    make_part(session, "WP-1001", "水泵（目录名）", name_en="Water pump")
    part = make_due(session, now, dealer)
    unknown = make_due(session, now, dealer)
    unknown.part_number, unknown.part_name = "XX-9", "旧目录件"
    box = services.open_box(session, packer(dealer.id), now)
    services.put_in(session, box.number, [part.number], packer(dealer.id), now)
    number, place = part.number, box.number
    user = make_user(session, "warranty_clerk", dealer)
    session.commit()
    client = sign_in(user)
    for address in (f"/returns/boxes/{place}", f"/returns/parts/{number}", "/returns/"):
        english, chinese = client.get(address, headers=ENGLISH).text, client.get(address).text
        assert ("Water pump" in english, ">水泵<" in english) == (True, False), address
        assert ("水泵" in chinese, "Water pump" in chinese, "目录名" in chinese) == (True, False, False), address
    assert "旧目录件" in client.get("/returns/", headers=ENGLISH).text


def test_a_box_reads_the_names_of_its_parts_at_once(session: Session, now: datetime, sign_in: SignIn) -> None:
    dealer = make_dealer(session)
    boxes = [make_box(session, now, *(make_due(session, now, dealer) for _ in range(size))).number for size in (1, 5)]
    for number in ("WP-1001", "WP-1002"):
        make_part(session, number)
    user = make_user(session, "warranty_clerk", dealer)
    session.commit()
    client, counts = sign_in(user), []
    for box in (boxes[0], *boxes):
        with count_queries(db.engine) as statements:
            assert client.get(f"/returns/boxes/{box}", headers=ENGLISH).status_code == 200
        counts.append(len(statements))
    assert counts[1] == counts[2]


def test_the_lines_of_a_claim_bear_it_on_every_page_of_the_claim(
    session: Session, now: datetime, sign_in: SignIn
) -> None:
    dealer = make_dealer(session)
    make_catalogue(session)
    session.scalars(select(Part).where(Part.number == "W-PUMP")).one().name_en = "Water pump, complete"
    numbers = [
        make_claim(session, state, dealer=dealer, now=now).number for state in ("draft", "submitted", "approved")
    ]
    clerk, auditor = make_user(session, "warranty_clerk", dealer), make_user(session, "auditor")
    session.commit()
    pages = dict(zip(numbers, map(sign_in, (clerk, auditor, auditor)), strict=True))
    for number, client in pages.items():
        english, chinese = client.get(f"/claims/{number}", headers=ENGLISH).text, client.get(f"/claims/{number}").text
        assert "Water pump, complete" in english, number
        assert "Water pump, complete" not in chinese, number


def test_a_list_of_parts_and_its_workbook_say_units_in_the_readers_language(
    app: Flask, session: Session, sign_in: SignIn, tmp_path: Path
) -> None:
    make_part(session, "OIL-1", "机油", unit="升")
    user = make_user(session, "parts_desk")
    session.commit()
    client = sign_in(user)
    assert 'class="kind-unit">L</td>' in client.get("/catalogue/parts", headers=ENGLISH).text
    assert 'class="kind-unit">升</td>' in client.get("/catalogue/parts").text

    class Row:
        unit = "升"

    with app.test_request_context(), force_locale("en"):
        write_workbook(tmp_path / "x.xlsx", "Parts", [Column("unit", "Unit", "unit")], [Row()], lambda _count: None)
    rows = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[1] == ["L"]
