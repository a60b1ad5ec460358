"""A pre-authorisation from the request to the claim that uses it up, as dealer and as headquarters."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob
from dealers.vehicles.models import Vehicle
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import history
from portal.kernel.money import ZERO
from tests.factories.authorisations import AMOUNT, ASKED, asked, make_authorisation
from tests.factories.claims import APPLIED, make_catalogue, make_claim, make_completed_order
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import make_vehicle
from warranty.authorisations.models import PreAuthorisation, PreAuthorisationVersion
from warranty.authorisations.queries.pages import choices, sheet
from warranty.authorisations.rules import Grant, last_day
from warranty.authorisations.services import (
    Decision,
    ask_for_car,
    ask_for_order,
    decide_authorisation,
    edit_authorisation,
    revoke_authorisation,
    submit_authorisation,
    withdraw_authorisation,
)  # fmt: skip
from warranty.claims.models import Claim
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import (
    Decision as ClaimDecision,
)
from warranty.claims.services import (
    Edit,
    decide_claim,
    edit_claim,
    preview,
    submit_claim,
    withdraw_claim,
)  # fmt: skip
from warranty.guarantee.models import CarWatch


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def clerk(session: Session, dealer: Dealer) -> Actor:
    return make_actor(session, "warranty_clerk", dealer)


@pytest.fixture
def auditor(session: Session) -> Actor:
    return make_actor(session, "auditor")


@pytest.fixture
def car(session: Session) -> Vehicle:
    return make_vehicle(session)


def claim_naming(session: Session, now: datetime, dealer: Dealer, car: Vehicle, number: str, km: int = 8_000) -> str:
    """Make a draft of 752.10 that names an authorisation; each of another day, so that none is a duplicate."""
    past = session.scalar(select(func.count()).select_from(Claim)) or 0
    claim = make_claim(
        session, now=now, dealer=dealer, vehicle=car, odometer_km=km + past * 100,
        completed=now - timedelta(days=20 - past),
    )  # fmt: skip
    edit_claim(session, claim.number, Edit({"pre_authorisation": number}), Actor.system("test"))
    return claim.number


def checks_of(session: Session, number: str, now: datetime) -> set[str]:
    return {finding.check for finding in preview(session, number, now)[1] if finding.blocks}


def test_a_request_is_prefilled_from_the_job_with_what_its_claim_would_ask(
    session: Session, clerk: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    make_catalogue(session)
    order = make_completed_order(session, dealer, car, now - timedelta(days=1))
    job = session.scalars(select(RepairJob)).one()
    found = ask_for_order(session, order.number, None, clerk, now)
    assert (found.vin, found.order_id, found.job_id) == (car.vin, order.id, job.id)
    assert (found.concern, found.cause, found.correction) == (job.concern, job.cause, job.correction)
    assert (found.causal_part, found.component, found.odometer_km) == ("W-PUMP", "engine", order.odometer_km)
    assert found.asked == APPLIED
    assert found.number == f"PA-{dealer.code}-202611-0001"
    assert ask_for_order(session, order.number, job.id, clerk, now).id == found.id


def test_a_car_near_a_line_of_the_law_is_asked_for_because_of_the_watch(
    session: Session, clerk: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    watch(session, dealer, car, now)
    first = ask_for_car(session, car.vin, clerk, now)
    assert (first.type, first.order_id, first.state) == ("watch", None, "draft")
    assert ask_for_car(session, car.vin, clerk, now).id == first.id


def watch(session: Session, dealer: Dealer, car: Vehicle, now: datetime) -> None:
    session.add(
        CarWatch(
            vehicle_id=car.id, regime="SAMR-43", level="orange", rank=2,
            counter="repair_days", value=24, limit=30, repair_days=24,
            in_force=True, guarantee_ends_on=local_date(now), odometer_km=9_000, guarantee_km=60_000,
            last_visit_at=now, last_dealer_id=dealer.id, reckoned_at=now, rows=[],
            entitlements=[], open_visit=False,
        )
    )  # fmt: skip
    session.flush()


def test_nothing_is_submitted_that_headquarters_could_not_decide_on(
    session: Session, clerk: Actor, car: Vehicle, now: datetime
) -> None:
    number = ask_for_car(session, car.vin, clerk, now).number
    with pytest.raises(DomainError) as caught:
        submit_authorisation(session, number, asked(cause=" ", asked=ZERO), clerk, now)
    assert {fault.field for fault in caught.value.faults} == {"cause", "asked"}
    with pytest.raises(DomainError) as caught:
        edit_authorisation(session, number, asked(type="gift", component="wheel", odometer_km=-1), clerk)
    assert {fault.field for fault in caught.value.faults} == {"type", "component", "odometer_km"}


def test_returned_it_comes_back_as_a_new_version_and_is_passed_for_sixty_days(
    session: Session, clerk: Actor, auditor: Actor, car: Vehicle, now: datetime
) -> None:
    number = ask_for_car(session, car.vin, clerk, now).number
    submit_authorisation(session, number, ASKED, clerk, now)
    decide_authorisation(session, number, Decision("return", Grant(reason="请写明检测过程")), auditor, now)
    mended = asked(cause="水泵密封失效，打压测试漏水", asked=Decimal("900.00"))
    found = submit_authorisation(session, number, mended, clerk, now)
    assert (found.state, found.version) == ("submitted", 2)
    assert submit_authorisation(session, number, mended, clerk, now, seen=1).version == 2  # pressed twice
    decide_authorisation(session, number, Decision("pass"), auditor, now)
    assert (found.state, found.granted, found.decided_by) == ("passed", Decimal("900.00"), auditor.name)
    assert found.valid_until == last_day(local_date(now))
    versions = session.scalars(select(PreAuthorisationVersion).order_by(PreAuthorisationVersion.version)).all()
    assert [row.asked for row in versions] == [AMOUNT, Decimal("900.00")]
    assert [event.changes for event in sheet(session, number).events if event.version] == [
        (),
        (("cause", "水泵密封失效", "水泵密封失效，打压测试漏水"), ("asked", "1000.00", "900.00")),
    ]


def test_less_than_asked_needs_a_reason_and_more_is_never_passed(
    session: Session, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    number = make_authorisation(session, now, "submitted", dealer=dealer, vehicle=car).number
    for amount, reason, field in (("1000.01", "多给", "amount"), ("500.00", "", "reason"), ("0.00", "不给", "amount")):
        with pytest.raises(DomainError) as caught:
            decide_authorisation(session, number, Decision("pass", Grant(Decimal(amount), reason=reason)), auditor, now)
        assert [fault.field for fault in caught.value.faults] == [field]
    for outcome in ("return", "refuse"):
        with pytest.raises(DomainError):
            decide_authorisation(session, number, Decision(outcome), auditor, now)
    found = decide_authorisation(
        session, number, Decision("pass", Grant(Decimal("500.00"), 10, "按定额核定")), auditor, now
    )
    assert (found.granted, found.valid_until) == (Decimal("500.00"), local_date(now) + timedelta(days=10))
    assert history(session, found)[-1].reason == "按定额核定"


def test_who_may_not_decide_or_ask_is_refused(
    session: Session, clerk: Actor, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    number = make_authorisation(session, now, "submitted", dealer=dealer, vehicle=car).number
    with pytest.raises(AccessDeniedError):
        decide_authorisation(session, number, Decision("pass"), clerk, now)
    with pytest.raises(AccessDeniedError):
        ask_for_car(session, car.vin, auditor, now)
    with pytest.raises(AccessDeniedError):
        withdraw_authorisation(session, number, "—", auditor, now)


def test_another_station_neither_finds_it_nor_may_name_it(
    session: Session, clerk: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    other = make_dealer(session)
    foreign = make_authorisation(session, now, dealer=other, vehicle=car).number
    number = claim_naming(session, now, dealer, car, foreign)
    act_as(session, clerk)
    with pytest.raises(NotFoundError):
        sheet(session, foreign)
    with pytest.raises(NotFoundError):
        withdraw_authorisation(session, foreign, "—", clerk, now)
    assert checks_of(session, number, now) == {"authorisation_unknown"}
    assert choices(session, car.vin, local_date(now)) == []


def test_the_claims_that_name_it_use_it_up(
    session: Session, clerk: Actor, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    number = make_authorisation(session, now, dealer=dealer, vehicle=car, amount=Decimal("1500.00")).number
    first, second = (claim_naming(session, now, dealer, car, number.lower()) for _ in range(2))
    assert sheet(session, number).left == Decimal("1500.00")  # drafts use nothing
    submit_claim(session, first, clerk, now)
    assert sheet(session, number).left == Decimal("1500.00") - APPLIED
    assert checks_of(session, second, now) == {"authorisation_exceeded"}
    with pytest.raises(DomainError):
        submit_claim(session, second, clerk, now)
    # approved at less, the rest is free again: 752.10 − 300.00 of labour
    lines = {1: LineDecision(1, "refused", reason="工时不予承认")}
    decide_claim(session, first, ClaimDecision("approve", "核减", lines), auditor, now)
    assert sheet(session, number).left == Decimal("1500.00") - Decimal("452.10")
    submit_claim(session, second, clerk, now)
    assert sheet(session, number).left == Decimal("1500.00") - Decimal("452.10") - APPLIED
    decide_claim(session, second, ClaimDecision("refuse", "不予承认"), auditor, now)
    assert sheet(session, number).left == Decimal("1500.00") - Decimal("452.10")


def test_a_returned_claim_keeps_its_money_until_it_is_withdrawn(
    session: Session, clerk: Actor, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    number = make_authorisation(session, now, dealer=dealer, vehicle=car).number
    claim = claim_naming(session, now, dealer, car, number)
    submit_claim(session, claim, clerk, now)
    decide_claim(session, claim, ClaimDecision("return", "请补充"), auditor, now)
    assert sheet(session, number).used == APPLIED
    assert [row.left for row in choices(session, car.vin, local_date(now), claim)] == [AMOUNT]
    assert [row.left for row in choices(session, car.vin, local_date(now))] == [AMOUNT - APPLIED]
    submit_claim(session, claim, clerk, now)  # its own money does not stand in its way
    decide_claim(session, claim, ClaimDecision("return", "请补充"), auditor, now)
    withdraw_claim(session, claim, "不索赔了", clerk, now)
    assert sheet(session, number).left == AMOUNT


def test_the_station_withdraws_what_nothing_uses(
    session: Session, clerk: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    for state in ("draft", "submitted", "returned", "passed"):
        found = make_authorisation(session, now, state, dealer=dealer, vehicle=make_vehicle(session))
        assert withdraw_authorisation(session, found.number, "", clerk, now).state == "withdrawn"
    used = make_authorisation(session, now, dealer=dealer, vehicle=car).number
    claim = claim_naming(session, now, dealer, car, used)
    submit_claim(session, claim, clerk, now)
    with pytest.raises(DomainError) as caught:
        withdraw_authorisation(session, used, "", clerk, now)
    assert caught.value.faults[0].facts == {"claim": claim}
    refused = make_authorisation(session, now, "refused", dealer=dealer, vehicle=make_vehicle(session)).number
    with pytest.raises(ConflictError):
        withdraw_authorisation(session, refused, "", clerk, now)


def test_revoked_by_headquarters_what_a_claim_used_stays(
    session: Session, clerk: Actor, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    number = make_authorisation(session, now, dealer=dealer, vehicle=car, amount=Decimal("5000.00")).number
    used, draft = (claim_naming(session, now, dealer, car, number) for _ in range(2))
    submit_claim(session, used, clerk, now)
    with pytest.raises(DomainError):
        revoke_authorisation(session, number, " ", auditor, now)
    revoke_authorisation(session, number, "改由技术支持到场", auditor, now)
    assert sheet(session, number).used == APPLIED
    assert checks_of(session, used, now) == set()
    assert checks_of(session, draft, now) == {"authorisation_withdrawn"}
    assert choices(session, car.vin, local_date(now)) == []


def test_the_car_must_have_come_by_the_last_day(session: Session, dealer: Dealer, car: Vehicle, now: datetime) -> None:
    long_ago = now - timedelta(days=60 + 20)
    number = make_authorisation(session, long_ago, dealer=dealer, vehicle=car).number
    claim = claim_naming(session, now, dealer, car, number)  # completed twenty days ago, received the same day
    assert checks_of(session, claim, now) == set()
    later = claim_naming(session, now, dealer, car, number)
    assert checks_of(session, later, now) == {"authorisation_expired"}


def test_a_watched_car_needs_one_that_was_passed(session: Session, dealer: Dealer, car: Vehicle, now: datetime) -> None:
    watch(session, dealer, car, now)
    claim = claim_naming(session, now, dealer, car, "PA-X")
    assert checks_of(session, claim, now) == {"watch_unauthorised", "authorisation_unknown"}
    number = make_authorisation(session, now, dealer=dealer, vehicle=car).number
    edit_claim(session, claim, Edit({"pre_authorisation": number}), Actor.system("test"))
    found = {finding.check: finding.blocks for finding in preview(session, claim, now)[1]}
    assert found == {"watch_authorised": False}


def test_who_decides_second_is_told_who_was_first(
    session: Session, auditor: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    found = make_authorisation(session, now, "submitted", dealer=dealer, vehicle=car)
    number, seen = found.number, found.row_version
    decide_authorisation(session, number, Decision("pass"), auditor, now, seen)
    with pytest.raises(ConflictError) as caught:
        decide_authorisation(session, number, Decision("refuse", Grant(reason="不")), auditor, now, seen)
    assert caught.value.faults[0].facts["who"] == auditor.name
    assert session.scalars(select(PreAuthorisation.state)).one() == "passed"


def test_a_job_that_is_taken_off_the_order_leaves_its_request_behind(
    session: Session, clerk: Actor, dealer: Dealer, car: Vehicle, now: datetime
) -> None:
    make_catalogue(session)
    order = make_completed_order(session, dealer, car, now - timedelta(days=1), jobs=2, state="open")
    found = ask_for_order(session, order.number, order.jobs[1].id, clerk, now)
    number, job = found.number, order.jobs[1].id
    act_as(session, clerk)  # on PostgreSQL the station's role, not the tables' owner
    session.delete(session.get_one(RepairJob, job))
    session.flush()
    session.expire_all()
    left = sheet(session, number)
    assert (left.authorisation.job_id, left.order and left.order.number) == (None, order.number)
