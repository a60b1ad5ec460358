"""What nobody does alone in a case: end it, put its last day off, refuse against the law, let fittings age fast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.rules import Extras
from dealers.service.services import complete_order
from dealers.vehicles.models import Vehicle
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import history
from tests.factories.cases import People, make_accepted, make_case, make_lemon, make_people, make_replied
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.service import make_repair_order
from warranty.cases.lists import standing_at
from warranty.cases.models import GuaranteeCase
from warranty.cases.rules.compensation import Cost
from warranty.cases.services import carry_out, decide, delays, losses
from warranty.cases.services.clocks import escalate
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.losses import CostNote


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def car(session: Session, now: datetime, dealer: Dealer) -> Vehicle:
    return make_lemon(session, now, dealer)


@pytest.fixture
def people(session: Session, dealer: Dealer) -> People:
    return make_people(session, dealer)


def fields(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def withdraw(session: Session, case: GuaranteeCase, actor: Actor, now: datetime, *, filed: bool = True) -> None:
    decide.withdraw_case(session, case.number, "车主书面撤回", actor, now, filed=filed)


MAKE: dict[str, Callable[..., GuaranteeCase]] = {
    "received": lambda session, now, car, _people: make_case(session, now, car),
    "accepted": make_accepted,
    "replied": make_replied,
}


@pytest.mark.parametrize("state", MAKE)
def test_a_dealer_does_not_end_alone_what_the_law_carries(
    session: Session, now: datetime, car: Vehicle, people: People, state: str
) -> None:
    case = MAKE[state](session, now, car, people)
    with pytest.raises(AccessDeniedError):
        withdraw(session, case, people.manager, now)
    with pytest.raises(DomainError) as refused:
        withdraw(session, case, people.senior, now, filed=False)
    assert fields(refused) == ["filed"]
    withdraw(session, case, people.senior, now)
    assert case.state == "withdrawn"


def test_a_dealer_ends_a_demand_that_nothing_carries_but_not_one_accepted_in_favour(
    session: Session, now: datetime, dealer: Dealer, people: People
) -> None:
    first, second = (make_lemon(session, now, dealer, days=12) for _ in range(2))
    case = make_case(session, now, first)
    withdraw(session, case, people.manager, now)
    assert case.state == "withdrawn"
    granted = make_accepted(session, now, second, people, CaseDecision("accept", "忠诚客户"))
    with pytest.raises(AccessDeniedError):
        withdraw(session, granted, people.manager, now)


def test_an_order_typed_in_late_keeps_the_dealer_from_ending_it(
    session: Session, now: datetime, dealer: Dealer, people: People
) -> None:
    case = late_order(session, now, dealer)
    assert not case.finding_accepted
    with pytest.raises(AccessDeniedError):
        withdraw(session, case, people.manager, now)


def test_the_owner_may_withdraw_while_a_refusal_is_proposed(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_case(session, now, car)
    decide.decide_case(session, case.number, CaseDecision("refuse", "记录不实"), people.senior, now)
    with pytest.raises(AccessDeniedError):
        withdraw(session, case, people.manager, now)
    withdraw(session, case, people.centre, now)
    assert case.state == "withdrawn"


def late_order(session: Session, now: datetime, dealer: Dealer) -> GuaranteeCase:
    """Return a case whose demand was not carried, until an order of before was typed in."""
    car = make_lemon(session, now, dealer, days=20, ago=100)
    case = make_case(session, now, car)
    advisor = make_actor(session, "service_advisor", dealer)
    late = make_repair_order(
        session, now, actor=advisor, car=car, completed=False, extras=Extras(substitute="agreed"), odometer_km=9_000,
        odometer_acknowledged=True,
        received_at=now - timedelta(days=40), promised_at=now - timedelta(days=39),
    )  # fmt: skip
    complete_order(session, late.id, advisor, now, completed_at=now - timedelta(days=25))
    return case


def test_the_night_counts_an_order_typed_in_late_and_starts_its_clock(
    session: Session, now: datetime, dealer: Dealer
) -> None:
    case = late_order(session, now, dealer)
    told = escalate(session, now + timedelta(days=14))
    assert case.finding_accepted
    assert ("completion", 50) in {(row.clock, row.mark) for row in told}


def test_the_clock_of_a_refused_case_presses_nobody(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_case(session, now, car)
    later = now + timedelta(days=17)
    escalate(session, later)  # the reply is overdue, half of the days for completion are over
    decide.decide_case(session, case.number, CaseDecision("refuse", "记录不实"), people.senior, later)
    decide.confirm_refusal(session, case.number, people.centre, later)
    counts = {mark: standing_at(mark)(session, people.senior, later) for mark in (50, 80, 100, 101)}
    assert counts == {50: 0, 80: 0, 100: 0, 101: 1}  # its answer is still due
    session.execute(GuaranteeCase.__table__.update().values(replied_on=local_date(later)))
    assert not any(standing_at(mark)(session, people.senior, later) for mark in (50, 80, 100, 101))


def test_days_of_the_owners_delay_need_a_second_person_of_headquarters_and_add_up(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_replied(session, now, car, people, choice="replace")
    assert case.complete_by == date(2026, 12, 18)
    delays.propose_delay(session, case.number, 5, "车主出国", people.manager, now)
    assert case.complete_by == date(2026, 12, 18)
    with pytest.raises(DomainError, match="wait for a second"):
        delays.propose_delay(session, case.number, 5, "车主出国", people.manager, now)
    with pytest.raises(AccessDeniedError):
        delays.confirm_delay(session, case.number, people.manager, now)
    delays.confirm_delay(session, case.number, people.senior, now)
    assert (case.delay_days, case.complete_by) == (5, date(2026, 12, 25))  # five working days, no holiday
    delays.propose_delay(session, case.number, 1, "车主未取车", people.centre, now)
    with pytest.raises(DomainError, match="yourself"):
        delays.confirm_delay(session, case.number, people.centre, now)
    delays.confirm_delay(session, case.number, people.senior, now)
    assert (case.delay_days, case.complete_by) == (6, date(2026, 12, 28))
    said = [(step.action, step.actor, step.reason or "") for step in history(session, case)][-4:]
    assert [(action, who) for action, who, _why in said] == [
        ("propose_delay", people.manager.name), ("confirm_delay", people.senior.name),
        ("propose_delay", people.centre.name), ("confirm_delay", people.senior.name),
    ]  # fmt: skip
    assert "5 个工作日" in said[0][2]
    assert "车主出国" in said[0][2]


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(0, "车主出国", "days"), (61, "车主出国", "days"), (5, " ", "reason")]
)
@pytest.mark.databases("sqlite")
def test_a_delay_is_a_few_days_with_a_reason(
    session: Session, now: datetime, car: Vehicle, people: People, days: int, reason: str, field: str
) -> None:
    case = make_accepted(session, now, car, people)
    with pytest.raises(DomainError) as refused:
        delays.propose_delay(session, case.number, days, reason, people.manager, now)
    assert fields(refused) == [field]


def test_days_that_are_rejected_move_nothing_and_may_be_proposed_again(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_accepted(session, now, car, people)
    delays.propose_delay(session, case.number, 5, "车主出国", people.manager, now)
    with pytest.raises(AccessDeniedError):
        delays.reject_delay(session, case.number, "无证据", people.manager, now)
    delays.reject_delay(session, case.number, "无证据", people.senior, now)
    assert (case.delay_days, case.complete_by, case.proposed_by_id) == (0, date(2026, 12, 18), None)
    with pytest.raises(ConflictError):
        delays.confirm_delay(session, case.number, people.senior, now)
    delays.propose_delay(session, case.number, 2, "有登机牌", people.manager, now)
    assert case.delay_proposed == 2


def test_the_money_may_be_asked_for_when_the_days_and_the_owners_own_are_over(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_replied(session, now, car, people, choice="replace")
    delays.propose_delay(session, case.number, 5, "车主出国", people.manager, now)
    delays.confirm_delay(session, case.number, people.senior, now)

    def switch(at: datetime) -> GuaranteeCase:
        return carry_out.switch_to_return(session, case.number, "late", "等不及了", people.manager, at)

    with pytest.raises(DomainError, match="not over yet"):
        switch(now + timedelta(days=35))  # 25 December, the last day with the owner's five
    switch(now + timedelta(days=36))
    assert (case.choice, case.asked_first, case.state) == ("return", "replace", "replied")


def test_a_short_life_of_a_fitting_is_headquarters_word(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_accepted(session, now, car, people)
    film = Cost("fitting", Decimal("3000.00"), date(2025, 11, 20), 36)
    with pytest.raises(DomainError) as refused:
        losses.add_cost(session, case.number, CostNote("贴膜", film, reason="质保三年"), people.manager)
    assert fields(refused) == ["life_months"]
    with pytest.raises(DomainError) as refused:
        losses.add_cost(session, case.number, CostNote("贴膜", film), people.senior)
    assert fields(refused) == ["reason"]
    row = losses.add_cost(session, case.number, CostNote("贴膜", film, reason="质保三年"), people.senior)
    assert (row.amount, row.reason) == (Decimal("2000.00"), "质保三年")


def test_headquarters_adds_a_loss_after_the_answer_with_a_reason(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_replied(session, now, car, people)
    fee = Cost("service", Decimal("300.00"))
    with pytest.raises(AccessDeniedError):
        losses.add_cost(session, case.number, CostNote("服务费", fee, reason="漏登"), people.manager)
    with pytest.raises(DomainError) as refused:
        losses.add_cost(session, case.number, CostNote("服务费", fee), people.centre)
    assert fields(refused) == ["reason"]
    row = losses.add_cost(session, case.number, CostNote("服务费", fee, reason="漏登"), people.centre)
    assert case.compensation == Decimal("300.00")
    with pytest.raises(ConflictError):
        losses.remove_cost(session, case.number, row.id, people.centre)


def test_who_proposed_a_refusal_takes_it_back_and_nobody_else(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_case(session, now, car)
    with pytest.raises(DomainError, match="Only a person"):
        decide.decide_case(session, case.number, CaseDecision("refuse", "记录不实"), Actor.system("test"), now)
    decide.decide_case(session, case.number, CaseDecision("refuse", "记录不实"), people.senior, now)
    with pytest.raises(DomainError, match="Only who proposed"):
        decide.retract_refusal(session, case.number, "看错了", people.centre, now)
    decide.retract_refusal(session, case.number, "看错了", people.senior, now)
    assert (case.state, case.outcome, case.proposed_by_id) == ("received", None, None)


def test_a_refusal_is_decided_anew_until_the_owner_has_it(
    session: Session, now: datetime, dealer: Dealer, people: People
) -> None:
    case = make_case(session, now, make_lemon(session, now, dealer, days=12))
    decide.decide_case(session, case.number, CaseDecision("refuse"), people.senior, now)
    with pytest.raises(AccessDeniedError):
        decide.reconsider(session, case.number, "再议", people.manager, now)
    decide.reconsider(session, case.number, "车主补交证据", people.centre, now)
    assert (case.state, case.outcome, case.decided_at) == ("received", None, None)
    decide.decide_case(session, case.number, CaseDecision("accept", "优待"), people.centre, now)
    assert case.in_favour


def test_what_is_decided_rests_on_the_price_that_is_known_then(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_case(session, now, car)
    car.price = Decimal("100000.00")  # it was typed wrong
    session.flush()
    decide.decide_case(session, case.number, CaseDecision("accept"), people.senior, now)
    assert (case.price, case.usage_fee) == (Decimal("100000.00"), Decimal("5000.00"))


def test_a_dealer_is_told_of_its_case_by_number_another_one_without(
    session: Session, now: datetime, car: Vehicle, dealer: Dealer, people: People
) -> None:
    case = make_case(session, now, car)
    other = make_dealer(session)
    stranger = make_actor(session, "service_manager", other)
    act_as(session, people.manager)
    with pytest.raises(DomainError) as refused:
        make_case(session, now, car, people.manager)
    assert refused.value.faults[0].facts == {"number": case.number}
    act_as(session, Actor.system("test"))
    session.get_one(Vehicle, car.id).selling_dealer_id = other.id  # corrected while the case was open
    session.flush()
    act_as(session, stranger)
    with pytest.raises(DomainError) as refused:
        make_case(session, now, car, stranger)
    assert "still open with the dealer" in refused.value.faults[0].message
    assert refused.value.faults[0].facts == {}
