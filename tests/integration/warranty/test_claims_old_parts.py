"""Old parts are asked back wherever a claim becomes approved, and nowhere else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart
from parts.returns.rules.asking import Demand, ReturnRule, Scope, drawn
from parts.returns.services import add_rule
from portal.kernel.access import Actor
from tests.factories.books import make_book
from tests.factories.claims import make_claim
from tests.factories.network import make_actor
from warranty.claims.rules.book import Routing
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import Decision, decide_claim, submit_claim
from warranty.claims.services.further import appeal
from warranty.settlement.closing import close_month
from warranty.settlement.models import Settlement, SettlementLine
from warranty.settlement.services import REMOVED, Answer, answer, dispute, mark_line

D = Decimal
SYSTEM = Actor.system("test")
TODAY = date(2026, 11, 20)


def asked(session: Session) -> list[tuple[str, str, Decimal]]:
    rows = session.scalars(select(OldPart).order_by(OldPart.id))
    return [(part.claim_number, part.part_number, part.cost) for part in rows]


def test_a_person_who_approves_asks_for_the_part_that_failed_first(session: Session, now: datetime) -> None:
    claim = make_claim(session, "approved", now=now)
    assert asked(session) == [(claim.number, "W-PUMP", D("380.00"))]
    part = session.scalars(select(OldPart)).one()
    assert (part.number, part.claim_id, part.vin, part.odometer_km) == (
        f"{claim.number}-2", claim.id, claim.vin, claim.odometer_km,
    )  # fmt: skip
    assert (part.maker, part.concern, part.component, part.asked_at) == (
        claim.causal_supplier, claim.concern, claim.component, now,
    )  # fmt: skip


def test_the_portal_that_approves_by_itself_asks_alike(session: Session, now: datetime) -> None:
    make_book(session, now)
    claim = make_claim(session, "submitted", now=now)
    assert claim.state == "approved"
    assert asked(session) == [(claim.number, "W-PUMP", D("380.00"))]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "in_review", "refused", "withdrawn"])
def test_without_an_approval_nothing_is_asked_for(session: Session, now: datetime, state: str) -> None:
    make_claim(session, state, now=now)
    assert asked(session) == []


def test_an_appeal_that_succeeds_asks(session: Session, now: datetime) -> None:
    claim = make_claim(session, "refused", now=now)
    appeal(session, claim.number, "有第三方鉴定", SYSTEM, now)
    decide_claim(session, claim.number, Decision("approve"), SYSTEM, now)
    assert len(asked(session)) == 1


def test_a_proposed_approval_asks_when_it_is_signed(session: Session, now: datetime) -> None:
    make_book(session, now, automatic=False, routing=Routing(four_eyes_above=D(700)))
    claim = make_claim(session, "submitted", now=now)
    decide_claim(session, claim.number, Decision("approve"), make_actor(session, "auditor"), now)
    assert (claim.state, asked(session)) == ("countersign", [])
    decide_claim(session, claim.number, Decision("approve"), make_actor(session, "senior_auditor"), now)
    assert (claim.state, len(asked(session))) == ("approved", 1)


def test_what_it_costs_is_what_was_approved_for_the_part(session: Session, now: datetime) -> None:
    make_claim(session, "approved", now=now, lines={2: LineDecision(2, "adjusted", D("300.00"), "按清单价", "price")})
    make_claim(
        session, "approved", now=now, lines={2: LineDecision(2, "refused", reason="不属保修", reason_code="scope")}
    )
    assert [cost for _claim, _part, cost in asked(session)] == [D("300.00")]


def test_a_part_that_went_along_comes_back_where_a_rule_names_it(session: Session, now: datetime) -> None:
    make_claim(session, now=now)  # stores the catalogue
    add_rule(session, ReturnRule(Scope.PART, "W-SEAL", Demand.ALWAYS, 0, 10, TODAY), "", SYSTEM, now)
    make_claim(session, "approved", now=now)
    assert [part for _claim, part, _cost in asked(session)] == ["W-PUMP", "W-SEAL"]


def test_a_sample_is_drawn_by_the_claims_number(session: Session, now: datetime) -> None:
    add_rule(session, ReturnRule(Scope.ALL, "", Demand.SAMPLE, 50, 30, TODAY), "", SYSTEM, now)
    claims = [make_claim(session, "approved", now=now).number for _ in range(8)]
    expected = [number for number in claims if drawn(number, 2, 50)]
    assert [number for number, _part, _cost in asked(session)] == expected
    assert 0 < len(expected) < 8


def test_a_claim_that_a_statement_lets_go_is_not_asked_again(session: Session, now: datetime) -> None:
    make_claim(session, "approved", now=now)
    session.commit()
    later = now + timedelta(days=30)
    close_month(session, "2026-11", SYSTEM, later)
    statement, line = session.scalars(select(Settlement)).one(), session.scalars(select(SettlementLine)).first()
    assert line is not None
    mark_line(session, line.id, "金额不对", SYSTEM)
    dispute(session, statement.id, SYSTEM, later)
    answer(session, statement.id, {line.id: Answer(REMOVED, "下月再结")}, SYSTEM, later)
    assert session.scalar(select(func.count()).select_from(OldPart)) == 1


def test_what_was_taken_back_with_the_decision_was_never_asked_for(session: Session, now: datetime) -> None:
    """The asking is in the transaction of the decision."""
    make_book(session, now)
    claim = make_claim(session, "draft", now=now)
    session.commit()
    submit_claim(session, claim.number, SYSTEM, now)
    session.rollback()
    assert asked(session) == []
