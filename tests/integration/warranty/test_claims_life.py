"""A claim from the repair order to its decision, as dealer and as headquarters."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import history
from tests.factories.claims import APPLIED, Line, make_catalogue, make_claim, make_completed_order
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import make_reading, make_vehicle
from warranty.claims.models import Claim, ClaimDecision, ClaimVersion
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import (
    Decision,
    Edit,
    decide_claim,
    edit_claim,
    make_claims_from_order,
    refill_claim,
    submit_claim,
    withdraw_claim,
)  # fmt: skip


@pytest.fixture
def clerk(session: Session) -> Actor:
    return make_actor(session, "warranty_clerk", make_dealer(session))


@pytest.fixture
def auditor(session: Session) -> Actor:
    return make_actor(session, "auditor")


@pytest.fixture
def senior(session: Session) -> Actor:
    return make_actor(session, "senior_auditor")


@pytest.fixture
def order(session: Session, clerk: Actor, now: datetime) -> str:
    make_catalogue(session)
    station = session.get_one(Dealer, clerk.dealer_id)
    return make_completed_order(session, station, make_vehicle(session), now - timedelta(days=1)).number


def claim_of(session: Session, number: str) -> Claim:
    return session.scalars(select(Claim).where(Claim.number == number)).one()


def test_a_claim_is_prefilled_from_the_order(session: Session, clerk: Actor, order: str, now: datetime) -> None:
    act_as(session, clerk)
    claim = claim_of(session, make_claims_from_order(session, order, clerk, now)[0])
    assert (claim.state, claim.type, claim.concern, claim.causal_part) == ("draft", "repair", "发动机漏水", "W-PUMP")
    assert [(line.kind, line.applied) for line in claim.lines] == [
        ("labour", Decimal("300.00")),
        ("part", Decimal("380.00")),
        ("part", Decimal("31.00")),
        ("handling", Decimal("41.10")),
    ]
    assert claim.applied == APPLIED
    assert claim.number.startswith("CL-")


def test_pressed_twice_one_claim_is_made(session: Session, clerk: Actor, order: str, now: datetime) -> None:
    act_as(session, clerk)
    first = make_claims_from_order(session, order, clerk, now)
    assert make_claims_from_order(session, order, clerk, now) == first
    assert session.scalar(select(func.count()).select_from(Claim)) == 1


def test_every_warranty_job_gets_a_claim_and_the_first_one_the_towing(
    session: Session, clerk: Actor, now: datetime
) -> None:
    make_catalogue(session)
    claim = make_claim(session, now=now, jobs=2, towing_fee=Decimal("200.00"))
    numbers = make_claims_from_order(session, session.get_one(RepairOrder, claim.order_id).number, clerk, now)
    assert len(numbers) == 2
    kinds = [[line.kind for line in claim_of(session, number).lines] for number in numbers]
    assert ["towing" in lines for lines in kinds] == [True, False]


def test_submit_return_mend_resubmit_approve(
    session: Session, clerk: Actor, auditor: Actor, order: str, now: datetime
) -> None:
    act_as(session, clerk)
    number = make_claims_from_order(session, order, clerk, now)[0]
    assert submit_claim(session, number, clerk, now, seen_version=0).version == 1
    act_as(session, auditor)
    said = {1: LineDecision(1, "refused", reason="请补工时照片", reason_code="proof")}
    decide_claim(session, number, Decision("return", "请补充照片", said), auditor, now)
    act_as(session, clerk)
    edit_claim(session, number, Edit({"cause": "水封老化"}, {1: Decimal("240.00")}), clerk)
    assert submit_claim(session, number, clerk, now, seen_version=1).version == 2
    act_as(session, auditor)
    said = {2: LineDecision(2, "adjusted", Decimal("300.00"), "按清单价", "price")}
    claim = decide_claim(session, number, Decision("approve", "", said), auditor, now)
    # labour 240.00 + pump 300.00 + seals 31.00 + 10 % of 331.00
    assert claim.state == "approved"
    assert claim.audited == Decimal("604.10")
    assert [str(line.audited) for line in claim.lines] == ["240.00", "300.00", "31.00", "33.10"]
    assert claim.lines[0].reason is None
    assert [step.action for step in history(session, claim)] == ["submit", "return", "submit", "approve"]
    versions = session.scalars(select(ClaimVersion).order_by(ClaimVersion.version)).all()
    assert [(one.version, one.content["claim"]["cause"]) for one in versions] == [(1, "水泵密封失效"), (2, "水封老化")]
    decisions = session.scalars(select(ClaimDecision).order_by(ClaimDecision.id)).all()
    assert [(one.version, one.outcome, one.lines[0]["reason"]) for one in decisions] == [
        (1, "return", "请补工时照片"),
        (2, "approve", None),
    ]


def test_a_submission_leaves_one_trace_with_the_digest_of_its_snapshot(
    session: Session, clerk: Actor, order: str, now: datetime
) -> None:
    act_as(session, clerk)
    number = make_claims_from_order(session, order, clerk, now)[0]
    before = session.scalar(select(func.max(AuditEntry.id))) or 0
    submit_claim(session, number, clerk, now)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.id > before)).one()
    assert entry.changes["state"] == ["draft", "submitted"]
    assert (entry.user_id, entry.chain, len(entry.changes["snapshot"])) == (
        clerk.user_id,
        f"dealer:{clerk.dealer_id}",
        64,
    )


def test_submitted_twice_it_is_submitted_once(session: Session, clerk: Actor, order: str, now: datetime) -> None:
    act_as(session, clerk)
    number = make_claims_from_order(session, order, clerk, now)[0]
    first = submit_claim(session, number, clerk, now, seen_version=0)
    again = submit_claim(session, number, clerk, now, seen_version=0)
    assert (again.number, again.version, again.repeated) == (first.number, first.version, True)
    assert session.scalar(select(func.count()).select_from(ClaimVersion)) == 1


def test_errors_block_and_point_to_their_fields(session: Session, clerk: Actor, now: datetime) -> None:
    claim = make_claim(session, now=now, parts=(Line("W-PUMP", Decimal(2), causal=True),), type="pdi")
    edit_claim(session, claim.number, Edit({"correction": " ", "type": "repair"}), clerk)
    with pytest.raises(DomainError) as refused:
        submit_claim(session, claim.number, clerk, now)
    assert [fault.field for fault in refused.value.faults] == ["type", "correction", "order:line-2"]
    assert session.get_one(Claim, claim.id).state == "draft"
    assert session.scalar(select(func.count()).select_from(ClaimVersion)) == 0


def test_an_error_tells_kilometres_with_commas(session: Session, clerk: Actor, now: datetime) -> None:
    car = make_vehicle(session)
    make_reading(session, car, 23_456, (now - timedelta(days=30)).date())
    claim = make_claim(session, now=now, vehicle=car, odometer_km=12_345)
    with pytest.raises(DomainError) as refused:
        submit_claim(session, claim.number, clerk, now)
    facts = refused.value.faults[0].facts
    assert (facts["km"], facts["before"]) == ("12,345", "23,456")


def test_a_warning_goes_along_with_the_version(session: Session, clerk: Actor, now: datetime) -> None:
    car = make_vehicle(session, invoiced_on=datetime(2022, 1, 5).date(), delivered_on=None)  # noqa: DTZ001
    claim = make_claim(session, now=now, vehicle=car)
    found = submit_claim(session, claim.number, clerk, now).findings
    assert [finding.check for finding in found] == ["coverage_ended"]
    kept = session.scalars(select(ClaimVersion)).one().content["findings"]
    assert kept[0]["figures"]["until"] == "2025-01-05"


def test_another_station_does_not_find_it(session: Session, now: datetime) -> None:
    claim = make_claim(session, "draft", now=now)
    stranger = make_actor(session, "warranty_clerk", make_dealer(session))
    act_as(session, stranger)
    for act in (
        lambda: submit_claim(session, claim.number, stranger, now),
        lambda: edit_claim(session, claim.number, Edit({"cause": "x"}), stranger),
        lambda: withdraw_claim(session, claim.number, "x", stranger, now),
    ):
        with pytest.raises(NotFoundError):
            act()


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved", "refused", "withdrawn"])
def test_nothing_is_edited_while_it_is_not_with_the_dealer(
    session: Session, clerk: Actor, now: datetime, state: str
) -> None:
    claim = make_claim(session, state, now=now)
    with pytest.raises(ConflictError):
        edit_claim(session, claim.number, Edit({"cause": "x"}), clerk)
    with pytest.raises(ConflictError):
        refill_claim(session, claim.number, clerk)


def test_amounts_go_down_only_and_the_fee_follows(session: Session, clerk: Actor, now: datetime) -> None:
    claim = make_claim(session, now=now)
    with pytest.raises(DomainError) as refused:
        edit_claim(session, claim.number, Edit(amounts={2: Decimal("380.01")}), clerk)
    assert refused.value.faults[0].field == "line-2-applied"
    edited = edit_claim(session, claim.number, Edit(amounts={2: Decimal("300.00")}), clerk)
    assert (edited.lines[3].applied, edited.applied) == (Decimal("33.10"), Decimal("664.10"))
    assert refill_claim(session, claim.number, clerk).applied == APPLIED


def test_refused_is_final(session: Session, clerk: Actor, now: datetime) -> None:
    claim = make_claim(session, "refused", now=now)
    assert claim.audited == Decimal(0)
    with pytest.raises(ConflictError):
        submit_claim(session, claim.number, clerk, now, seen_version=1)
    order = session.get_one(RepairOrder, claim.order_id)
    assert make_claims_from_order(session, order.number, clerk, now) == [claim.number]


def test_withdrawn_its_job_can_be_claimed_anew(session: Session, clerk: Actor, now: datetime) -> None:
    claim = make_claim(session, "withdrawn", now=now)
    order = session.get_one(RepairOrder, claim.order_id)
    assert make_claims_from_order(session, order.number, clerk, now) != [claim.number]


def test_the_second_level_decides_what_was_referred(
    session: Session, auditor: Actor, senior: Actor, now: datetime
) -> None:
    claim = make_claim(session, "in_review", now=now)
    assert claim.decided_at is None
    with pytest.raises(AccessDeniedError):
        decide_claim(session, claim.number, Decision("approve"), auditor, now)
    decide_claim(session, claim.number, Decision("approve"), senior, now)
    levels = session.scalars(select(ClaimDecision.level).order_by(ClaimDecision.id)).all()
    assert levels == [1, 2]


def test_who_decides_second_is_told_who_was_first(
    session: Session, auditor: Actor, senior: Actor, now: datetime
) -> None:
    claim = make_claim(session, "submitted", now=now)
    seen = claim.row_version
    decide_claim(session, claim.number, Decision("approve"), auditor, now, seen)
    with pytest.raises(ConflictError) as late:
        decide_claim(session, claim.number, Decision("refuse", "晚了"), senior, now, seen)
    assert late.value.faults[0].facts["who"] == auditor.name


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (LineDecision(1, "adjusted", Decimal("300.01"), "多"), "line-1-amount"),
        (LineDecision(1, "adjusted", None, "?"), "line-1-amount"),
        (LineDecision(1, "refused"), "line-1-reason"),
    ],
)
def test_a_decision_that_cannot_stand_changes_nothing(
    session: Session, auditor: Actor, now: datetime, said: LineDecision, field: str
) -> None:
    claim = make_claim(session, "submitted", now=now)
    with pytest.raises(DomainError) as refused:
        decide_claim(session, claim.number, Decision("approve", "", {1: said}), auditor, now)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert claim.state == "submitted"
