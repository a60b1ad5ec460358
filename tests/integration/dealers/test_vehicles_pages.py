from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from portal.auth.models import User
from portal.kernel.db import db
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_customer, make_ownership, make_reading, make_vehicle
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def seller(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def car(session: Session, seller: Dealer) -> Vehicle:
    owner = make_customer(session, name="王小明", phone="13812341234")
    car = make_vehicle(session, dealer=seller, owner_id=owner.id, plate="沪AD12345")
    make_reading(session, car, 12_000, date(2026, 1, 1))
    make_reading(session, car, 11_000, date(2026, 2, 1))
    make_ownership(session, car, date(2025, 3, 1), customer_id=make_customer(session, name="李雷").id)
    return car


def enter(session: Session, sign_in: SignIn, role: str, dealer: Dealer | None = None) -> FlaskClient:
    user = make_user(session, role, dealer)
    session.commit()
    return sign_in(user)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    return answer.get_data(as_text=True)


def test_the_page_of_a_car_for_its_seller(session: Session, sign_in: SignIn, seller: Dealer, car: Vehicle) -> None:
    text = text_of(enter(session, sign_in, "service_advisor", seller), f"/vehicles/{car.vin}")
    assert f"<title>{car.vin} · 三包</title>" in text
    for expected in ("王小明", "13812341234", "李雷", "沪AD12345", "plate-green", "低于上次里程", "12,000 km",
                     "三包有效期", "2027-03-03", "128,800.00", "生效中"):  # fmt: skip
        assert expected in text, expected
    assert "style=" not in text
    assert f"/vehicles/{car.vin}/owner" in text
    assert f"/vehicles/{car.vin}/sale" not in text


def test_the_page_of_a_car_for_another_dealer(session: Session, sign_in: SignIn, car: Vehicle) -> None:
    text = text_of(enter(session, sign_in, "technician"), f"/vehicles/{car.vin}")
    assert "王**" in text
    assert "138****1234" in text
    for hidden in ("小明", "13812341234", "李雷", "128,800.00", f"/vehicles/{car.vin}/owner"):
        assert hidden not in text, hidden


def test_a_typed_vin_leads_to_the_car_and_an_unknown_one_to_404(
    session: Session, sign_in: SignIn, car: Vehicle
) -> None:
    client = enter(session, sign_in, "reader")
    answer = client.get(f"/vehicles/{car.vin.lower()}")
    assert (answer.status_code, answer.location) == (302, f"/vehicles/{car.vin}")
    text_of(client, "/vehicles/LSVAM418XR2999999", 404)


def test_the_list_is_a_dealers_own_sales_and_all_for_headquarters(
    session: Session, sign_in: SignIn, seller: Dealer, car: Vehicle
) -> None:
    other = make_vehicle(session)
    text = text_of(enter(session, sign_in, "parts_clerk", seller), "/vehicles/")
    assert car.vin in text
    assert other.vin not in text
    text = text_of(enter(session, sign_in, "reader"), "/vehicles/")
    assert car.vin in text
    assert other.vin in text
    assert "王小明" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("car=沪ad12345", True), ("car=000001", True), ("car=000009", False), ("model=远行", True),
        ("model=voyager", True), ("model=100%25", False), ("use=rental", False), ("use=household", True),
        ("dealer=d0001", True), ("dealer=x", False), ("from=2025-03-04", False), ("until=2025-03-03", True),
        ("from=gestern", True),
    ],
)  # fmt: skip
def test_filters_of_the_list(session: Session, sign_in: SignIn, car: Vehicle, query: str, *, found: bool) -> None:
    text = text_of(enter(session, sign_in, "reader"), f"/vehicles/?{query}")
    assert (f'href="/vehicles/{car.vin}"' in text) == found


def test_the_list_asks_no_more_for_more_cars(session: Session, sign_in: SignIn, seller: Dealer, car: Vehicle) -> None:
    client = enter(session, sign_in, "reader")
    counts = []
    for _ in range(2):
        with count_queries(db.engine) as statements:
            text_of(client, "/vehicles/")
        counts.append(len(statements))
        for _number in range(10):
            make_vehicle(session)
        session.commit()
    assert counts[0] == counts[1]


def test_a_transfer_shows_faults_and_keeps_what_was_typed(
    session: Session, sign_in: SignIn, seller: Dealer, car: Vehicle
) -> None:
    client, url, vin = enter(session, sign_in, "service_advisor", seller), f"/vehicles/{car.vin}/owner", car.vin
    assert 'method="post"' in text_of(client, url)
    form = {"owner_name": "韩梅梅", "owner_phone": "12", "owner_kind": "person", "on": "2027-01-01"}
    answer = client.post(url, data=form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="韩梅梅"' in text
    assert 'href="#owner_phone"' in text
    assert 'href="#on"' in text
    answer = client.post(url, data={**form, "owner_phone": "139-1111-2222", "on": "2026-11-20"})
    assert (answer.status_code, answer.location) == (302, f"/vehicles/{vin}")
    assert "韩梅梅" in text_of(client, f"/vehicles/{vin}")


def test_a_sale_is_recorded_from_the_page(session: Session, sign_in: SignIn, seller: Dealer) -> None:
    new = make_vehicle(session, invoiced_on=None, delivered_on=None, owner_id=None, owner_since=None, plate=None)
    vin = new.vin
    client = enter(session, sign_in, "service_advisor", seller)
    assert "尚未售出" in text_of(client, f"/vehicles/{vin}")
    form = {
        "invoice_no": "12345678", "price": "128,800.005", "invoiced_on": "2026-11-01", "delivered_on": "",
        "use": "household", "owner_name": "王小明", "owner_phone": "13812341234", "owner_kind": "person",
        "plate": "外星1",
    }  # fmt: skip
    answer = client.post(f"/vehicles/{vin}/sale", data=form)
    assert answer.status_code == 422
    assert 'value="128,800.005"' in answer.get_data(as_text=True)
    assert client.post(f"/vehicles/{vin}/sale", data={**form, "price": "128,800.50"}).status_code == 302
    text = text_of(client, f"/vehicles/{vin}")
    assert "128,800.50" in text
    assert "外星1 不像任何一种车牌号" in text
    assert "已登记" in text_of(client, f"/vehicles/{vin}/sale")
    assert client.post(f"/vehicles/{vin}/sale", data={**form, "price": "1"}).status_code == 422


def test_the_plate_is_changed_and_taken_off(session: Session, sign_in: SignIn, seller: Dealer, car: Vehicle) -> None:
    client, url = enter(session, sign_in, "service_manager", seller), f"/vehicles/{car.vin}/plate"
    assert 'value="沪AD12345"' in text_of(client, url)
    assert client.post(url, data={"plate": "沪b 8k072"}).status_code == 302
    assert "沪B8K072" in text_of(client, f"/vehicles/{car.vin}")
    assert client.post(url, data={"plate": "沪" * 18}).status_code == 422
    assert client.post(url, data={"plate": ""}).status_code == 302
    assert "未登记车牌" in text_of(client, f"/vehicles/{car.vin}")


def test_who_may_not_edit_is_refused(session: Session, sign_in: SignIn, car: Vehicle) -> None:
    vin, client = car.vin, enter(session, sign_in, "auditor")
    for page in ("sale", "owner", "plate"):
        assert client.get(f"/vehicles/{vin}/{page}").status_code == 403
        assert client.post(f"/vehicles/{vin}/{page}").status_code == 403
    session.expire_all()
    assert session.query(Customer).count() == 2
