from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation
from dealers.service.ports import catalogue
from parts.catalogue.models import Part, PartPrice
from portal.auth.models import User
from portal.kernel.pinyin import initials
from tests.factories.network import make_user

TODAY = date(2026, 11, 20)


def _part(session: Session, number: str, name: str, prices: dict[str, str], **values: Any) -> Part:
    part = Part(number=number, name_zh=name, name_en=f"Part {number}", initials=initials(name), **values)
    session.add(part)
    session.flush()
    for day, retail in prices.items():
        session.add(
            PartPrice(
                part_id=part.id, valid_from=date.fromisoformat(day), dealer=Decimal("10.00"),
                warranty=Decimal("11.00"), retail=Decimal(retail),
            )
        )  # fmt: skip
    session.flush()
    return part


@pytest.fixture
def shelf(session: Session) -> None:
    _part(session, "BP100", "前制动片", {"2026-01-01": "260.00", "2026-12-01": "280.00"}, superseded_by="BP200")
    _part(session, "BP200", "前制动片（新）", {"2026-01-01": "270.00"}, superseded_by="GONE")
    _part(session, "QZD9", "雨刮器", {"2026-01-01": "90.00"})
    _part(session, "NEW1", "前制动盘", {"2027-01-01": "500.00"})
    session.commit()


def test_an_offer_has_the_price_of_the_day(session: Session, app: Flask, shelf: None) -> None:
    found = catalogue().part_offer(session, " bp100 ", TODAY)
    assert found is not None
    assert (found.number, found.retail, found.superseded_by) == ("BP100", Decimal("260.00"), "BP200")
    later = catalogue().part_offer(session, "BP100", date(2026, 12, 1))
    assert later is not None
    assert later.retail == Decimal("280.00")
    session.scalars(select(Part).where(Part.number == "BP100")).one().superseded_on = date(2026, 12, 1)
    days = (date(2026, 11, 30), date(2026, 12, 1))  # replaced from a day on, as the search says it too
    offers = [offer for day in days for offer in catalogue().find_parts(session, "BP100", day)]
    assert [offer.superseded_by for offer in offers] == [None, "BP200"]
    assert catalogue().part_offer(session, "BP100", date(2025, 12, 31)) is None
    assert catalogue().part_offer(session, "NONE", TODAY) is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("BP", ["BP100", "BP200"]), ("bp200", ["BP200"]), ("qzd", ["QZD9", "BP100", "BP200"]),
        ("制动", ["BP100", "BP200"]), ("part q", ["QZD9"]), ("%", []), ("", []), ("NEW", []),
    ],
)  # fmt: skip
def test_parts_are_found_by_number_name_and_initials(
    session: Session, app: Flask, shelf: None, typed: str, found: list[str]
) -> None:
    assert [offer.number for offer in catalogue().find_parts(session, typed, TODAY)] == found


def test_suggestions_carry_what_fills_the_line(
    session: Session, shelf: None, sign_in: Callable[[User], FlaskClient]
) -> None:
    user = make_user(session, "service_advisor")
    session.commit()
    text = sign_in(user).get("/catalogue/lookup?q=qzdp").text
    assert text.count('role="option"') == 2
    assert 'data-value="BP100"' in text
    assert 'data-fill-price="260.00"' in text
    assert 'data-fill-name="前制动片"' in text


def test_a_part_shows_its_prices_and_its_chain(
    session: Session, shelf: None, sign_in: Callable[[User], FlaskClient]
) -> None:
    user = make_user(session, "parts_clerk")
    session.commit()
    client = sign_in(user)
    text = client.get("/catalogue/parts/BP100").text
    assert "260.00" in text
    assert "280.00" in text
    assert "/catalogue/parts/BP200" in text
    assert "GONE" in text
    assert "生效中" in text
    assert "待生效" in text
    assert 'name="valid_from"' not in text  # a dealer sets no prices
    assert 'href="/stock/items/BP100"' in text
    assert 'href="/part-orders/new?part=BP100"' in text
    assert client.post("/catalogue/parts/BP100/prices").status_code == 403
    assert client.get("/catalogue/parts/NONE").status_code == 404
    assert "BP100" in client.get("/catalogue/parts?q=qzdp").text


def test_headquarters_sets_a_new_dated_price(
    session: Session, shelf: None, sign_in: Callable[[User], FlaskClient]
) -> None:
    user = make_user(session, "parts_desk")
    session.commit()
    client = sign_in(user)
    form = {"valid_from": "2026-11-20", "dealer": "180", "warranty": "1,190.5", "retail": "261.10"}
    assert client.post("/catalogue/parts/BP100/prices", data=form).status_code == 302
    found = catalogue().part_offer(session, "BP100", TODAY)
    assert found is not None
    assert (found.retail, found.warranty, found.dealer) == (Decimal("261.10"), Decimal("1190.50"), Decimal("180.00"))
    session.rollback()
    again = client.post("/catalogue/parts/BP100/prices", data=form)
    assert again.status_code == 422
    assert "该日起已有价格" in again.text
    assert "1,190.5" in again.text  # what was typed stays
    wrong = client.post("/catalogue/parts/BP100/prices", data=form | {"valid_from": "2026-11-19", "retail": "x"})
    assert wrong.status_code == 422
    assert client.post("/catalogue/parts/NONE/prices", data=form).status_code == 404


def test_operations_are_listed_and_found(
    session: Session, sign_in: Callable[[User], FlaskClient]
) -> None:  # fmt: skip
    session.add(LabourOperation(code="BR01", name_zh="更换前制动片", name_en="Replace pads", initials="ghqzdp",
                                hours=Decimal("0.80")))  # fmt: skip
    user = make_user(session, "technician")
    session.commit()
    client = sign_in(user)
    assert "更换前制动片" in client.get("/catalogue/operations?q=ghq").text
    assert "BR01" not in client.get("/catalogue/operations?q=zz").text
