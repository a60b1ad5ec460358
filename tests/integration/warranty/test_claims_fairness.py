"""What a station and headquarters may rely on: no claim lost by waiting, no refusal judged by its author."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairPhoto
from dealers.vehicles.models import Vehicle
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.books import make_book
from tests.factories.claims import SYSTEM, make_claim
from tests.factories.coverage import make_grant
from tests.factories.network import actor_of_user, make_actor, make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim
from warranty.claims.rules.book import Routing
from warranty.claims.services import Decision, Edit, decide_claim, edit_claim, further, submit_claim
from warranty.claims.services.goodwill import lower_to_share
from warranty.claims.services.submit import preview

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def station(session: Session) -> Dealer:
    return make_dealer(session, grade=3)


@pytest.fixture
def car(session: Session) -> Vehicle:
    return make_vehicle(session)


def test_a_claim_that_came_in_time_stays_so_however_long_headquarters_takes(
    session: Session, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, "submitted", dealer=station, now=now, completed=now - timedelta(days=28))
    later = now + timedelta(days=40)
    assert "submitted_too_late" not in {one.check for one in preview(session, claim.number, later)[1]}
    decide_claim(session, claim.number, Decision("return", "请补照片"), SYSTEM, later)
    assert submit_claim(session, claim.number, SYSTEM, later + timedelta(days=1)).version == 2


def test_the_refuser_never_decides_on_the_appeal_not_even_after_a_withheld_signature(
    session: Session, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, "submitted", dealer=station, now=now)
    make_book(session, now, automatic=False, routing=Routing(four_eyes_above=Decimal(0)))
    refuser, second = make_actor(session, "senior_auditor"), make_actor(session, "senior_auditor")
    third = make_actor(session, "senior_auditor")
    decide_claim(session, claim.number, Decision("refer", "看一看"), make_actor(session, "auditor"), now)
    decide_claim(session, claim.number, Decision("refuse", "非质量问题"), refuser, now)
    further.appeal(session, claim.number, "有第三方鉴定", SYSTEM, now)
    decide_claim(session, claim.number, Decision("approve"), second, now)
    decide_claim(session, claim.number, Decision("reject", "证据不足"), third, now)
    assert claim.state == "in_review"
    with pytest.raises(DomainError, match="another person"):
        decide_claim(session, claim.number, Decision("refuse", "维持"), refuser, now)
    assert further.take_next(session, "in_review", refuser, now) is None
    assert further.take_next(session, "in_review", second, now) == claim.number


def test_a_refused_claim_is_no_duplicate_for_the_station_that_did_the_work(
    session: Session, station: Dealer, car: Vehicle, now: datetime
) -> None:
    refused = make_claim(session, "refused", dealer=make_dealer(session, grade=3), vehicle=car, now=now)
    mine = make_claim(session, dealer=station, vehicle=car, now=now)
    assert refused.received_at == mine.received_at
    assert "duplicate" not in {one.check for one in preview(session, mine.number, now)[1]}


def test_a_photo_of_another_station_is_found_before_submission_and_not_named(
    session: Session, station: Dealer, now: datetime
) -> None:
    theirs, mine = (
        make_claim(session, dealer=make_dealer(session), now=now),
        make_claim(session, dealer=station, now=now),
    )
    for claim in (theirs, mine):
        session.add(
            RepairPhoto(
                dealer_id=claim.dealer_id, order_id=claim.order_id, storage_key="x", sha256="ab" * 32, width=1,
                height=1, size=1, added_by="—", added_at=now,
            )
        )  # fmt: skip
    session.flush()
    (found,) = [one for one in preview(session, mine.number, now)[1] if one.check == "photo_used_before"]
    assert found.figures["order"] == "—"


def test_four_eyes_are_foreseen_on_the_page_of_the_claim(
    session: Session, station: Dealer, sign_in: SignIn, now: datetime
) -> None:
    make_book(session, now, routing=Routing(four_eyes_above=Decimal(700)))
    user = make_user(session, "warranty_clerk", station)
    claim = make_claim(session, dealer=station, now=now)
    number = claim.number
    session.commit()
    client = sign_in(user)
    page = client.get(f"/claims/{number}", headers={"Accept-Language": "en"}).text
    assert "A person at headquarters will look at it" in page
    submit_claim(session, number, actor_of_user(user), now)
    assert session.get_one(Claim, claim.id).state == "submitted"


def goodwill_claim(session: Session, station: Dealer, car: Vehicle, now: datetime, actor: Actor) -> Claim:
    make_grant(session, now, car, headquarters_share=50, dealer_share=30, customer_share=20, station=station.code)
    claim = make_claim(session, dealer=station, vehicle=car, now=now)
    edit_claim(session, claim.number, Edit({"type": "goodwill"}), actor)
    return claim


def test_goodwill_pays_the_share_of_headquarters_and_no_more(
    session: Session, station: Dealer, car: Vehicle, now: datetime
) -> None:
    make_book(session, now)
    claim = goodwill_claim(session, station, car, now, SYSTEM)
    with pytest.raises(DomainError, match="at most"):
        submit_claim(session, claim.number, SYSTEM, now)
    lower_to_share(session, claim.number, SYSTEM, now)
    assert [line.applied for line in claim.lines] == [
        Decimal("150.00"), Decimal("190.00"), Decimal("15.50"), Decimal("20.55"),  # the fee: a tenth of 205.50
    ]  # fmt: skip
    assert submit_claim(session, claim.number, SYSTEM, now).state == "approved"
    assert session.get_one(Claim, claim.id).audited == Decimal("376.05")


def test_the_button_lowers_a_goodwill_claim_to_its_share(
    session: Session, station: Dealer, car: Vehicle, sign_in: SignIn, now: datetime
) -> None:
    user = make_user(session, "warranty_clerk", station)
    claim = goodwill_claim(session, station, car, now, actor_of_user(user))
    number, key = claim.number, claim.id
    session.commit()
    client = sign_in(user)
    assert "Lower to the share" in client.get(f"/claims/{number}", headers={"Accept-Language": "en"}).text
    assert client.post(f"/claims/{number}/share").status_code == 302
    session.expire_all()
    assert session.get_one(Claim, key).applied == Decimal("376.05")
