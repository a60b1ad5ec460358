"""How a claim's money comes about: overlapping work, dealer prices, sublet work, a substitute car by the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import LabourLine, LabourOperation, LabourOverlap, RepairJob, RepairOrder, SubletLine
from parts.catalogue.models import Part, PartPrice
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.money import line_amount
from tests.factories.claims import RATE, SYSTEM, make_catalogue, make_completed_order
from tests.factories.network import actor_of_user, make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from warranty.claims.documents import build_claim_form
from warranty.claims.models import Claim
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import (
    Decision,
    Edit,
    decide_claim,
    edit_claim,
    make_claims_from_order,
    submit_claim,
)
from warranty.claims.words import RECKONED

SignIn = Callable[[User], FlaskClient]
INVOICE = "26312000000012345678"


@pytest.fixture
def station(session: Session) -> Dealer:
    make_catalogue(session)
    return make_dealer(session, grade=3)


def claims_of(session: Session, order: RepairOrder, now: datetime, actor: Actor = SYSTEM) -> list[Claim]:
    numbers = make_claims_from_order(session, order.number, actor, now)
    return list(session.scalars(select(Claim).where(Claim.number.in_(numbers)).order_by(Claim.number)))


def order_of(session: Session, station: Dealer, now: datetime, **values: object) -> RepairOrder:
    return make_completed_order(session, station, make_vehicle(session), now - timedelta(days=1), **values)


def add_work(job: RepairJob, code: str, hours: str) -> None:
    spent = Decimal(hours)
    job.labour.append(
        LabourLine(
            dealer_id=job.dealer_id, position=9, operation_code=code, name="拆装发动机", hours=spent, rate=RATE,
            amount=line_amount(spent, RATE),
        )
    )  # fmt: skip


def test_work_that_another_job_of_the_visit_contains_is_paid_less(
    session: Session, station: Dealer, now: datetime
) -> None:
    session.add(
        LabourOperation(code="L9000", name_zh="拆装发动机", name_en="Engine out", initials="CZFDJ", hours=Decimal(8))
    )
    session.add(LabourOverlap(code="L9000", contained="L1001", hours=Decimal("0.50")))
    order = order_of(session, station, now, jobs=2)
    add_work(order.jobs[1], "L9000", "8")
    first, second = claims_of(session, order, now)
    assert [(line.quantity, line.applied) for line in first.lines if line.kind == "labour"] == [
        (Decimal("2.00"), Decimal("240.00"))  # two and a half hours less half an hour, at 120.00
    ]
    assert [step["code"] for step in first.lines[0].reckoning or ()] == ["written", "overlap", "rate"]
    assert [line.quantity for line in second.lines if line.kind == "labour"] == [Decimal("2.00"), Decimal(8)]


def test_parts_are_paid_at_the_dealer_price_of_the_day_and_the_handling_fee(
    session: Session, station: Dealer, now: datetime
) -> None:
    part = session.scalars(select(Part).where(Part.number == "W-PUMP")).one()
    since = date(2026, 11, 1)
    session.add(
        PartPrice(
            part_id=part.id, valid_from=since, dealer=Decimal("350.00"), warranty=Decimal("390.00"),
            retail=Decimal("700.00"),
        )
    )  # fmt: skip
    (claim,) = claims_of(session, order_of(session, station, now), now)
    pump, handling = claim.lines[1], claim.lines[3]
    assert (pump.applied, handling.applied) == (Decimal("350.00"), Decimal("38.10"))  # a tenth of 350.00 + 31.00
    assert pump.reckoning == [{"code": "dealer_price", "figures": {"price": "350.00", "since": "2026-11-01"}}]


def test_a_substitute_car_is_claimed_by_the_day(session: Session, station: Dealer, now: datetime) -> None:
    handed = now - timedelta(days=9)
    order = order_of(
        session, station, now, received_at=now - timedelta(days=10), substitute="car", substitute_from=handed
    )
    (claim,) = claims_of(session, order, now)
    assert order.completed_at == now - timedelta(days=1)  # given back with the repaired car: eight days
    car = claim.lines[-1]
    assert (car.code, car.quantity, car.applied) == ("CAR", Decimal(8), Decimal("1600.00"))


def give_out(order: RepairOrder, invoice: str = INVOICE) -> None:
    order.jobs[0].sublets.append(
        SubletLine(
            dealer_id=order.dealer_id, position=1, name="车身校正", vendor="浦东钣金厂", invoice_no=invoice,
            amount=Decimal("860.50"),
        )
    )  # fmt: skip


def test_an_invoice_of_another_workshop_is_paid_once(session: Session, station: Dealer, now: datetime) -> None:
    first, second = order_of(session, station, now), order_of(session, station, now)
    for order in (first, second):
        give_out(order)
    session.flush()
    (one,), (other,) = claims_of(session, first, now), claims_of(session, second, now)
    assert (one.lines[-1].kind, one.lines[-1].code, one.lines[-1].applied) == ("sublet", INVOICE, Decimal("860.50"))
    submit_claim(session, one.number, SYSTEM, now)
    with pytest.raises(DomainError, match="claimed already"):
        submit_claim(session, other.number, SYSTEM, now)


def test_sublet_work_is_kept_with_the_repair_record(session: Session, station: Dealer, now: datetime) -> None:
    order = order_of(session, station, now)
    give_out(order)
    session.commit()
    with pytest.raises(DBAPIError, match="kept for six years"):
        session.execute(delete(SubletLine))


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "工单工时 2.50 小时"), ("en", "2.50 h written on the order")])
def test_the_page_shows_how_every_amount_was_reckoned(
    session: Session, station: Dealer, sign_in: SignIn, now: datetime, language: str, said: str
) -> None:
    user = make_user(session, "warranty_clerk", station)
    order = order_of(session, station, now)
    give_out(order)
    (claim,) = claims_of(session, order, now, actor_of_user(user))
    session.commit()
    client = sign_in(user)
    page = client.get(f"/claims/{claim.number}", headers={"Accept-Language": language}).text
    assert said in page
    assert INVOICE in page


def test_a_lowered_line_says_so_and_the_fee_what_it_follows(
    session: Session, station: Dealer, sign_in: SignIn, now: datetime
) -> None:
    user, auditor = make_user(session, "warranty_clerk", station), make_user(session, "auditor")
    clerk = actor_of_user(user)
    (claim,) = claims_of(session, order_of(session, station, now), now, clerk)
    edit_claim(session, claim.number, Edit(amounts={2: Decimal("300.00")}), clerk)
    submit_claim(session, claim.number, clerk, now)
    lines = {1: LineDecision(1, "adjusted", Decimal("240.00"), "按 2 小时", "hours")}
    decide_claim(session, claim.number, Decision("approve", "", lines), actor_of_user(auditor), now)
    printed = [[text for text, _figures in line.reckoning] for line in build_claim_form(session, claim.number).lines]
    session.commit()
    page = sign_in(user).get(f"/claims/{claim.number}", headers={"Accept-Language": "en"}).text
    for said in (
        "lowered by the station from 380.00 yuan", "the fee follows the parts: 10 % of 331.00 yuan",
        "headquarters approved 240.00 of 300.00 yuan",
    ):  # fmt: skip
        assert said in page
    assert [texts[-1] for texts in printed] == [
        RECKONED[code] for code in ("audited", "lowered", "dealer_price", "follows_parts")
    ]
