"""What pages of the catalogue say of a day: from when a part is replaced, and what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import PartGroup, PartPrice
from parts.catalogue.services.news import tell
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from tests.conftest import NOW
from tests.factories.catalogue import make_assembly, make_fitment, make_part
from tests.factories.network import make_user
from tests.factories.vehicles import make_model, make_vehicle

SignIn = Callable[[User], FlaskClient]
DESK = Actor.system("desk")
TODAY = local_date(NOW)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def reader(session: Session, sign_in: SignIn) -> FlaskClient:
    user = make_user(session, "parts_desk")
    session.commit()
    return sign_in(user)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_what_is_replaced_later_says_from_when(session: Session, reader: FlaskClient, days: int) -> None:
    begins, model = TODAY + timedelta(days=days), make_model(session, code="M9")
    make_assembly(session)
    assembly = session.scalar(select(PartGroup.id).where(PartGroup.code == "3501"))
    old = make_part(session, "OLD", superseded_by="NEW", superseded_on=begins, group_id=assembly)
    make_part(session, "NEW")
    make_fitment(session, old, model)
    car = make_vehicle(session, model_id=model.id).vin
    session.commit()
    said, later = "replaced by NEW", f"replaced by NEW from {begins.isoformat()} on"
    for address in ("/catalogue/levels/3501?model=M9", f"/catalogue/cars/{car}", f"/catalogue/cars/{car}?q=OLD"):
        text = reader.get(address, headers=ENGLISH).text
        assert (said in text, later in text) == (True, days > 0), address
    page = reader.get("/catalogue/parts/OLD", headers=ENGLISH).text
    assert ("Will be replaced by" in page, f"only from {begins.isoformat()} on" in page) == (days > 0, days > 0)
    assert (">Replaced<" in page, f">Replaced from {begins.isoformat()}<" in page) == (days <= 0, days > 0)
    other = reader.get("/catalogue/parts/NEW", headers=ENGLISH).text
    assert (f"only from {begins.isoformat()} on" in other) is (days > 0)
    assert begins.isoformat() in reader.get("/catalogue/parts?q=OLD", headers=ENGLISH).text


def test_a_replacement_known_without_a_day_holds(session: Session, reader: FlaskClient) -> None:
    make_part(session, "OLD", superseded_by="NEW")
    session.commit()
    page = reader.get("/catalogue/parts/OLD", headers=ENGLISH).text
    assert (">Replaced<" in page, "Will be replaced by" in page, "only from" in page) == (True, False, False)


def test_news_show_what_a_price_was_and_will_be_and_which_model_a_fitment_names(
    session: Session, reader: FlaskClient
) -> None:
    model = make_model(session, code="M9")
    part = make_part(session, "A", retail="1260.00")
    for day, retail in ((date(2026, 6, 1), "1300.50"), (date(2026, 12, 1), "12345.60")):
        amount = Decimal(retail)
        session.add(PartPrice(part_id=part.id, valid_from=day, dealer=amount, warranty=amount, retail=amount))
    tell(session, part.id, "price", DESK, NOW, day=date(2026, 12, 1))  # as imports tell it
    first = make_part(session, "B", retail="80.00")
    tell(session, first.id, "price", DESK, NOW, day=date(2026, 1, 1), detail="80.00")
    tell(session, part.id, "fitment", DESK, NOW, detail="M9")
    tell(session, part.id, "superseded", DESK, NOW, detail="B")
    named = model.name_en
    session.commit()
    prices = reader.get("/catalogue/news?kind=price", headers=ENGLISH).text
    amount, nothing = 'class="kind-money">', 'class="kind-money is-missing">'
    assert f"{amount}1,300.50</td>" in prices
    assert f"{amount}12,345.60</td>" in prices
    assert prices.count(nothing) == 1  # the first price of a part has none before it
    assert "1,260.00" not in prices
    fitment = reader.get("/catalogue/news?kind=fitment", headers=ENGLISH).text
    assert f">M9 {named}</td>" in fitment
    assert fitment.count(nothing) == 2
    assert ">B</td>" in reader.get("/catalogue/news?kind=superseded", headers=ENGLISH).text
