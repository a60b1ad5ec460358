"""Sublet work at the counter: written down, mended, and complete only with its invoice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder, SubletLine
from portal.auth.models import User
from tests.conftest import NOW
from tests.factories.network import actor_of_user, make_user
from tests.factories.service import make_repair_order
from tests.factories.vehicles import make_vehicle
from tests.integration.dealers.test_service_pages import typed

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def order(session: Session) -> RepairOrder:
    advisor = make_user(session)
    return make_repair_order(
        session, NOW, actor=actor_of_user(advisor), car=make_vehicle(session), completed=False
    )  # fmt: skip


def test_sublet_work_is_written_down_mended_and_taken_off(
    session: Session, order: RepairOrder, sign_in: SignIn
) -> None:
    advisor, number, job = session.get_one(User, order.advisor_id), order.number, order.jobs[0].id
    before = order.labour_total + order.parts_total
    session.commit()
    client, url = sign_in(advisor), f"/service/{number}"
    client.post(f"{url}/work", data={**typed(client.get(url).text), f"job-{job}-add_sublet": "车身校正"})
    (line,) = session.scalars(select(SubletLine))
    fields = {f"sublet-{line.id}-{name}": value for name, value in (
        ("vendor", "浦东钣金厂"), ("invoice_no", "2631 2000 0000 1234 5678"), ("amount", "860.50"),
    )}  # fmt: skip
    key = line.id
    session.rollback()
    assert client.post(f"{url}/work", data={**typed(client.get(url).text), **fields}).status_code == 302
    session.expire_all()
    kept = session.get_one(SubletLine, key)
    assert (kept.name, kept.vendor, kept.invoice_no) == ("车身校正", "浦东钣金厂", "26312000000012345678")
    stored = session.get_one(RepairOrder, order.id)
    assert stored.sublet_total == Decimal("860.50")
    session.rollback()
    page = client.get(url).text
    assert f"{before + Decimal('860.50'):,.2f}" in page
    client.post(f"{url}/work", data={**typed(page), "remove": f"sublet-{key}"})
    assert session.scalars(select(SubletLine)).all() == []


def test_without_an_invoice_the_order_is_not_completed(session: Session, order: RepairOrder, sign_in: SignIn) -> None:
    advisor, number, job = session.get_one(User, order.advisor_id), order.number, order.jobs[0]
    job.sublets.append(SubletLine(dealer_id=order.dealer_id, position=1, name="车身校正"))
    session.flush()
    line = job.sublets[0].id
    session.commit()
    client, url = sign_in(advisor), f"/service/{number}"
    answer = client.post(f"{url}/work", data={**typed(client.get(url).text), "do": "complete"})
    assert answer.status_code == 422
    for name in ("vendor", "invoice_no", "amount"):
        assert f'id="sublet-{line}-{name}-error"' in answer.text
    odd = client.post(f"{url}/work", data={**typed(client.get(url).text), f"sublet-{line}-invoice_no": "12345"})
    assert odd.status_code == 422
    assert f'id="sublet-{line}-invoice_no-error"' in odd.text
    session.expire_all()
    assert session.get_one(SubletLine, line).invoice_no == ""
