"""The page of a reopened order says which jobs are with headquarters, and sends only what may change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.services import reopen_order
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.claims import make_claim
from tests.factories.network import make_dealer, make_user
from tests.integration.dealers.test_service_pages import typed
from warranty.claims.models import Claim

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def station(session: Session) -> Dealer:
    return make_dealer(session)


def stored(session: Session, order: int) -> RepairOrder:
    """Look into the database again, at headquarters."""
    session.rollback()
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    return session.get_one(RepairOrder, order)


def reopened(session: Session, station: Dealer, now: datetime, state: str) -> tuple[Claim, RepairOrder]:
    """Make a claim of an order that was received at no full minute, then open the order again."""
    received = now - timedelta(days=2, seconds=17)
    claim = make_claim(session, state, dealer=station, now=now, received_at=received)
    order = reopen_order(session, claim.order_id, "a line was wrong", Actor.system("test"), now)
    return claim, order


def page_of(client: FlaskClient, number: str) -> str:
    return client.get(f"/service/{number}").get_data(as_text=True)


def test_a_claimed_job_is_read_and_the_rest_is_written(
    session: Session, station: Dealer, now: datetime, sign_in: SignIn
) -> None:
    claim, order = reopened(session, station, now, "approved")
    key, number, job = order.id, order.number, claim.job_id
    link, manager = f'href="/claims/{claim.number}"', make_user(session, "service_manager", station)
    session.commit()
    client = sign_in(manager)
    text = page_of(client, number)
    notice = text[text.index(f'id="job-{job}-claimed"') :]
    assert link in notice[: notice.index("</div>")]
    assert f"/service/{number}/cancel" not in text  # it would be refused
    fields = typed(text)
    assert not {f"job-{job}-concern", f"job-{job}-payer", "odometer_km", "received_at", "substitute"} & set(fields)
    said = {**fields, f"job-{job}-technician": "孙师傅", "presenter_name": "王太太", "do": "complete"}
    assert client.post(f"/service/{number}/work", data=said).status_code == 302
    after = stored(session, key)
    assert (after.state, after.presenter_name, after.jobs[0].technician) == ("completed", "王太太", "孙师傅")
    assert after.completed_at == session.get_one(Claim, claim.id).completed_at


def test_what_an_older_page_still_sends_is_refused_at_its_place(
    session: Session, station: Dealer, now: datetime, sign_in: SignIn
) -> None:
    claim, order = reopened(session, station, now, "submitted")
    key, number, job = order.id, order.number, claim.job_id
    advisor = make_user(session, "service_advisor", station)
    session.commit()
    client = sign_in(advisor)
    fields = typed(page_of(client, number))
    answer = client.post(
        f"/service/{number}/work", data={**fields, f"job-{job}-concern": "别的", "odometer_km": "9999"}
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(f'href="#{field}"' in text for field in (f"job-{job}-claimed", "odometer_km"))
    assert f'href="/claims/{claim.number}"' not in text  # an advisor may not see claims
    assert stored(session, key).jobs[0].concern == "发动机漏水"


def test_a_job_whose_claim_is_still_here_says_that_the_claim_follows(
    session: Session, station: Dealer, now: datetime, sign_in: SignIn
) -> None:
    claim, order = reopened(session, station, now, "returned")
    number, job, claim_id = order.number, claim.job_id, claim.id
    manager = make_user(session, "service_manager", station)
    session.commit()
    client = sign_in(manager)
    text = page_of(client, number)
    assert f"/claims/{claim.number}" in text[: text.index(f'id="job-{job}-concern"')]
    said = {**typed(text), f"job-{job}-cause": "水封老化"}
    assert client.post(f"/service/{number}/work", data=said).status_code == 302
    stored(session, order.id)
    assert session.get_one(Claim, claim_id).cause == "水封老化"
