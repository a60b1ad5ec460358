"""Claims that decide themselves by a rule book, and what people still do: sign, appeal, give opinions, look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import history
from portal.kernel.states import StateError
from tests.factories.books import WRITER, make_book, make_draft, make_trial
from tests.factories.claims import APPLIED, make_claim
from tests.factories.network import make_actor, make_dealer
from warranty.claims.cli import claims
from warranty.claims.models import Claim, ClaimDecision, ClaimVersion, RuleTrialChange
from warranty.claims.queries.books import book_of, book_on
from warranty.claims.rules.book import FIRST_BOOK, Routing, RuleSetting
from warranty.claims.rules.checks import Outcome, Severity
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import Rates
from warranty.claims.services import Decision, decide_claim, further, preview, submit_claim
from warranty.claims.services.books import discard_book, edit_book, enforce_book

LOW = Limits(amount_by_grade=tuple((grade, Decimal(700)) for grade in range(6)))
TODAY = date(2026, 11, 20)


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def clerk(session: Session, dealer: Dealer) -> Actor:
    return make_actor(session, "warranty_clerk", dealer)


@pytest.fixture
def senior(session: Session) -> Actor:
    return make_actor(session, "senior_auditor")


def submitted(session: Session, now: datetime, dealer: Dealer, clerk: Actor) -> Claim:
    claim = make_claim(session, now=now, dealer=dealer)
    submit_claim(session, claim.number, clerk, now)
    session.refresh(claim)
    return claim


def waiting(session: Session, now: datetime, dealer: Dealer, clerk: Actor, **routing: Any) -> Claim:
    """Return a claim of 752.10 yuan that people decide, under a book with this routing."""
    make_book(session, now, automatic=False, routing=Routing(**routing))
    return submitted(session, now, dealer, clerk)


def amounts(value: int) -> tuple[tuple[int, Decimal], ...]:
    return tuple((grade, Decimal(value)) for grade in range(6))


def test_without_a_book_of_headquarters_people_decide(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    claim = submitted(session, now, dealer, clerk)
    assert (claim.state, claim.by_rules, claim.due_at) == ("submitted", False, now + timedelta(hours=24))


def test_what_passes_every_check_is_approved_at_once(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    book = make_book(session, now)
    claim = submitted(session, now, dealer, clerk)
    assert (claim.state, claim.audited, claim.by_rules, claim.decided_at) == ("approved", APPLIED, True, now)
    assert [(line.decision, line.audited == line.applied) for line in claim.lines] == [("approved", True)] * 4
    decision = session.scalars(select(ClaimDecision)).one()
    assert (decision.level, decision.outcome, decision.book, decision.user_id) == (0, "approve", book.version, None)
    assert [(step.action, step.actor) for step in history(session, claim)] == [
        ("submit", clerk.name), ("approve", "rules"),
    ]  # fmt: skip


@pytest.mark.parametrize(("outcome", "state", "audited"), [("return", "returned", None), ("refuse", "refused", "0.00")])
def test_the_rules_return_and_refuse_with_their_code(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, outcome: str, state: str, audited: str | None
) -> None:
    setting = RuleSetting(True, Severity.WARNING, Outcome(outcome))
    make_book(session, now, limits=LOW, settings={"amount_above_limit": setting})
    claim = submitted(session, now, dealer, clerk)
    assert (claim.state, claim.audited if audited is None else str(claim.audited)) == (state, audited)
    assert history(session, claim)[-1].reason == "LIMIT"


def test_what_a_person_must_see_waits_for_its_level(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    make_book(session, now, limits=LOW)
    first = submitted(session, now, dealer, clerk)
    assert (first.state, first.due_at) == ("submitted", now + timedelta(hours=24))
    make_book(session, now, limits=LOW, routing=Routing(level_two_above=amounts(700)))
    second = submitted(session, now, dealer, clerk)
    assert (second.state, second.due_at) == ("in_review", now + timedelta(hours=72))
    assert history(session, second)[-1].reason == "amount"


def test_the_dealer_is_told_before_what_happens_after(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    book = make_book(session, now, limits=LOW)
    claim = make_claim(session, now=now, dealer=dealer)
    dossier, findings = preview(session, claim.number, now)
    assert dossier.book.version == book.version
    done = submit_claim(session, claim.number, clerk, now)
    assert done.findings == findings
    kept = session.scalars(select(ClaimVersion).where(ClaimVersion.claim_id == claim.id)).one()
    assert (kept.content["book"], kept.content["findings"]) == (book.version, [one.as_json() for one in findings])


def test_a_book_holds_from_its_day_and_what_was_decided_stays(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    book = make_book(session, now, valid_from=TODAY + timedelta(days=1))
    assert book_on(session, TODAY) == FIRST_BOOK
    assert book_on(session, TODAY + timedelta(days=1)).version == book.version
    claim = submitted(session, now, dealer, clerk)
    assert claim.state == "submitted"


def test_a_book_has_to_be_tried_as_it_is_written(session: Session, now: datetime) -> None:
    row = make_draft(session, now, automatic=True)
    with pytest.raises(DomainError, match="try it"):
        enforce_book(session, row.version, TODAY, WRITER, now)
    make_trial(session, row, TODAY, now)
    assert row.state == "tried"
    edit_book(session, row.version, replace(book_of(row), sample_percent=7), "", WRITER, now)
    assert row.state == "draft"
    with pytest.raises(DomainError, match="try it"):
        enforce_book(session, row.version, TODAY, WRITER, now)
    make_trial(session, row, TODAY, now)
    with pytest.raises(DomainError) as early:
        enforce_book(session, row.version, TODAY - timedelta(days=1), WRITER, now)
    assert [fault.field for fault in early.value.faults] == ["valid_from"]
    enforce_book(session, row.version, TODAY, WRITER, now)
    for act in (
        lambda: edit_book(session, row.version, FIRST_BOOK, "", WRITER, now),
        lambda: discard_book(session, row.version, "x", WRITER, now),
    ):
        with pytest.raises(StateError):
            act()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sample_percent": 101}, "sample_percent"),
        ({"limits": Limits(submit_within_days=-1)}, "submit_within_days"),
        ({"rates": Rates(handling=Decimal("1.01"))}, "handling"),
        ({"limits": Limits(amount_by_grade=((0, Decimal(-1)),))}, "amount-0"),
        ({"routing": Routing(four_eyes_above=Decimal(-1))}, "four_eyes_above"),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_makes_no_sense_in_a_book_is_told_at_its_field(
    session: Session, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as wrong:
        make_draft(session, now, **changes)
    assert [fault.field for fault in wrong.value.faults] == [field]


def test_only_whoever_may_writes_rules(session: Session, now: datetime) -> None:
    row = make_draft(session, now)
    auditor = make_actor(session, "auditor")
    with pytest.raises(AccessDeniedError):
        edit_book(session, row.version, FIRST_BOOK, "", auditor, now)
    with pytest.raises(AccessDeniedError):
        make_trial(session, row, TODAY, now, auditor)


def test_a_trial_tells_how_many_how_much_whose_and_which(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    make_book(session, now)
    mine = [submitted(session, now, dealer, clerk) for _ in range(2)]
    other = make_dealer(session, grade=5)
    rich = submitted(session, now, other, make_actor(session, "warranty_clerk", other))
    limits = Limits(amount_by_grade=((0, Decimal(700)), (3, Decimal(700)), (5, Decimal(9000))))
    row = make_draft(session, now, limits=limits)
    trial = make_trial(session, row, TODAY, now)
    assert (trial.claims, trial.changed, trial.unknown) == (3, 2, 0)
    assert (str(trial.money_before), str(trial.money_after)) == ("2256.30", "752.10")
    assert trial.moves == [
        ["approved", "approved", 1, 0, "752.10", "752.10"], ["approved", "level_one", 2, 2, "1504.20", "0.00"],
    ]  # fmt: skip
    assert trial.rules == [["amount_above_limit", 0, 2]]
    assert trial.dealers == [
        [dealer.code, dealer.name, 2, 2, "1504.20", "0.00"], [other.code, other.name, 1, 0, "752.10", "752.10"],
    ]  # fmt: skip
    changes = session.scalars(select(RuleTrialChange).where(RuleTrialChange.trial_id == trial.id)).all()
    assert {change.number for change in changes} == {claim.number for claim in mine}
    assert {(change.before, change.after, change.rules) for change in changes} == {
        ("approved", "level_one", "amount_above_limit")
    }
    assert rich.state == "approved", "a trial changes no claim"


def test_a_changed_rate_is_tried_with_its_money(session: Session, now: datetime, dealer: Dealer, clerk: Actor) -> None:
    make_book(session, now)
    submitted(session, now, dealer, clerk)
    row = make_draft(session, now, rates=Rates(handling=Decimal("0.20")))
    trial = make_trial(session, row, TODAY, now)
    assert (trial.changed, str(trial.money_after)) == (1, "793.20")  # 300.00 + 411.00 + 82.20


def test_each_days_rules_reproduce_its_decisions(
    app: Flask, session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    submitted(session, now, dealer, clerk)
    make_book(session, now, limits=LOW)
    submitted(session, now, dealer, clerk)
    make_book(session, now, limits=Limits())
    submitted(session, now, dealer, clerk)
    session.commit()
    session.rollback()
    days = ["--from", "2026-11-20", "--to", "2026-11-20"]
    done = CliRunner().invoke(claims, ["replay", *days, "--json"], obj=lambda: app)
    assert done.exit_code == 0, done.output
    assert '"claims": 3, "unknown": 0, "changed": 0' in done.output
    tried = CliRunner().invoke(claims, ["replay", *days, "--book", "2"], obj=lambda: app)
    assert "3 claims" in tried.output
    assert "1 go otherwise" in tried.output  # of the other two people decide, as before


def test_above_the_limit_two_people_sign(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    claim = waiting(session, now, dealer, clerk, four_eyes_above=Decimal(700))
    auditor = make_actor(session, "senior_auditor")
    done = decide_claim(session, claim.number, Decision("approve"), auditor, now)
    assert (done.state, done.audited) == ("countersign", None)
    with pytest.raises(DomainError, match="second person"):
        decide_claim(session, claim.number, Decision("approve"), auditor, now)
    decide_claim(session, claim.number, Decision("reject", "工时过高"), senior, now)
    assert claim.state == "in_review"
    decide_claim(session, claim.number, Decision("approve"), auditor, now)
    signed = decide_claim(session, claim.number, Decision("approve"), senior, now)
    assert (signed.state, signed.audited) == ("approved", APPLIED)


def test_the_portal_signs_nothing_above_the_limit(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor
) -> None:
    make_book(session, now, routing=Routing(four_eyes_above=Decimal(700)))
    assert submitted(session, now, dealer, clerk).state == "submitted"


def test_a_refusal_is_appealed_once_and_to_another_person(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    claim = waiting(session, now, dealer, clerk)
    first = make_actor(session, "senior_auditor")
    decide_claim(session, claim.number, Decision("refuse", "非质量问题"), first, now)
    further.appeal(session, claim.number, "有第三方鉴定", clerk, now)
    assert (claim.state, claim.due_at) == ("appealed", now + timedelta(hours=72))
    with pytest.raises(DomainError, match="another person"):
        decide_claim(session, claim.number, Decision("approve"), first, now)
    decide_claim(session, claim.number, Decision("refuse", "维持原判"), senior, now)
    assert claim.state == "refused"
    with pytest.raises(ConflictError, match="once"):
        further.appeal(session, claim.number, "再来", clerk, now)


def test_an_appeal_can_succeed(session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor) -> None:
    claim = waiting(session, now, dealer, clerk)
    decide_claim(session, claim.number, Decision("refuse", "非质量问题"), make_actor(session, "auditor"), now)
    further.appeal(session, claim.number, "有第三方鉴定", clerk, now)
    assert decide_claim(session, claim.number, Decision("approve"), senior, now).audited == APPLIED


def test_the_quality_engineers_are_asked_and_the_second_level_decides(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    claim = waiting(session, now, dealer, clerk)
    auditor, engineer = make_actor(session, "auditor"), make_actor(session, "quality")
    with pytest.raises(AccessDeniedError):
        further.give_opinion(
            session, further.ask_opinion(session, claim.number, "水泵?", auditor, now).number, "x", auditor, now
        )
    further.give_opinion(session, claim.number, "轴封工艺问题", engineer, now)
    assert [step.reason for step in history(session, claim)][-2:] == ["水泵?", "轴封工艺问题"]
    assert decide_claim(session, claim.number, Decision("approve"), senior, now).state == "approved"


def test_two_people_take_two_claims(session: Session, now: datetime, dealer: Dealer, clerk: Actor) -> None:
    claims_ = [submitted(session, now + timedelta(minutes=n), dealer, clerk) for n in range(2)]
    one, two = make_actor(session, "auditor"), make_actor(session, "auditor")
    assert further.take_next(session, "submitted", one, now) == claims_[0].number
    assert further.take_next(session, "submitted", two, now) == claims_[1].number
    assert further.take_next(session, "submitted", one, now) == claims_[0].number  # it is on this desk
    assert further.take_next(session, "submitted", make_actor(session, "auditor"), now) is None
    later = now + further.DESK + timedelta(minutes=1)
    assert further.take_next(session, "submitted", two, later) == claims_[0].number  # left lying too long


def test_nobody_is_handed_what_another_person_has_to_decide(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    claim = waiting(session, now, dealer, clerk)
    first = make_actor(session, "senior_auditor")
    decide_claim(session, claim.number, Decision("refuse", "非质量问题"), first, now)
    further.appeal(session, claim.number, "有第三方鉴定", clerk, now)
    assert further.take_next(session, "appealed", first, now) is None
    assert further.take_next(session, "appealed", senior, now) == claim.number


def test_a_share_of_self_decided_claims_is_looked_at(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    make_book(session, now, sample_percent=100)
    claim = submitted(session, now, dealer, clerk)
    assert (claim.state, claim.sampled) == ("approved", True)
    further.looked_at(session, claim.number, None, senior, now)
    assert (claim.state, claim.sampled, claim.objected) == ("approved", False, False)
    assert history(session, claim)[-1].action == "look"
    with pytest.raises(DomainError):
        further.looked_at(session, claim.number, None, senior, now)


def test_a_sample_that_is_objected_to_says_why_and_stays_approved(
    session: Session, now: datetime, dealer: Dealer, clerk: Actor, senior: Actor
) -> None:
    make_book(session, now, sample_percent=100)
    claim = submitted(session, now, dealer, clerk)
    with pytest.raises(DomainError) as wordless:
        further.looked_at(session, claim.number, " ", senior, now)
    assert [fault.field for fault in wordless.value.faults] == ["reason"]
    further.looked_at(session, claim.number, "工时与照片不符", senior, now)
    assert (claim.state, claim.sampled, claim.objected) == ("approved", False, True)
    step = history(session, claim)[-1]
    assert (step.action, step.reason, step.actor) == ("object", "工时与照片不符", senior.name)
