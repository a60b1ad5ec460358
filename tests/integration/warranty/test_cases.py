"""A demand for another car or the money back, from its receipt to the car that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.services import Person
from dealers.network.models import Dealer
from dealers.service.rules import Extras
from dealers.service.services import complete_order
from dealers.vehicles.models import Ownership, Vehicle
from dealers.vehicles.services import transfer_ownership
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import history
from portal.kernel.states import StateError
from tests.factories.cases import make_case, make_lemon, make_note
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.service import make_repair_order
from tests.factories.vehicles import make_model, make_vehicle
from warranty.cases.models import CaseCost, CaseEscalation, GuaranteeCase
from warranty.cases.queries.cases import case_sheet
from warranty.cases.rules.clocks import OVERDUE
from warranty.cases.rules.compensation import Cost
from warranty.cases.services import carry_out, decide, losses
from warranty.cases.services.carry_out import Completion
from warranty.cases.services.clocks import CaseDeadlines, escalate
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.losses import CostNote
from warranty.cases.services.receive import receive_demand
from warranty.guarantee.models import CalendarDay, CalendarYear, CarWatch
from warranty.guarantee.queries.page import standing


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def car(session: Session, now: datetime, dealer: Dealer) -> Vehicle:
    return make_lemon(session, now, dealer)


@pytest.fixture
def manager(session: Session, dealer: Dealer) -> Actor:
    return make_actor(session, "service_manager", dealer)


@pytest.fixture
def senior(session: Session) -> Actor:
    return make_actor(session, "senior_auditor")


@pytest.fixture
def centre(session: Session) -> Actor:
    return make_actor(session, "customer_centre")


def accepted(session: Session, now: datetime, car: Vehicle, senior: Actor, **values: Any) -> GuaranteeCase:
    case = make_case(session, now, car, **values)
    return decide.decide_case(session, case.number, CaseDecision("accept"), senior, now)


def replied(session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor, choice: str) -> GuaranteeCase:
    case = accepted(session, now, car, senior, choice=choice)
    return carry_out.record_reply(session, case.number, local_date(now), manager, now)


def fields(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_the_seller_receives_and_the_finding_is_kept_with_its_clocks(
    session: Session, now: datetime, car: Vehicle, manager: Actor
) -> None:
    act_as(session, manager)
    case = make_case(session, now, car, manager)
    sheet = case_sheet(session, case.number, now)
    assert (case.dealer_id, case.state, case.finding_accepted) == (manager.dealer_id, "received", True)
    # Ten and twenty working days after Friday 20 November 2026, which has no holiday before 2027.
    assert (case.reply_by, case.complete_by, case.provisional) == (date(2026, 12, 4), date(2026, 12, 18), False)
    assert [one.code for one in sheet.finding.basis] == ["43-24-4-days"]
    assert str(sheet.finding.most_fee) == "6440.00"  # 128,800 × 10,000 ÷ 1,000 × 0.005
    assert [(one.name, one.total, one.used) for one in sheet.clocks] == [("reply", 10, 0), ("completion", 20, 0)]


def test_a_demand_goes_to_its_seller_once(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    other = make_actor(session, "service_manager", make_dealer(session))
    with pytest.raises(DomainError, match="sold by"):
        make_case(session, now, car, other)
    first = make_case(session, now, car, manager)
    with pytest.raises(DomainError, match="still open"):
        make_case(session, now, car, manager)
    centre = make_actor(session, "customer_centre")
    decide.withdraw_case(session, first.number, "协商解决", centre, now, filed=True)
    assert make_case(session, now, car, manager).number != first.number


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": date(2026, 11, 21)}, "received_on"),
        ({"received_on": date(2025, 2, 28)}, "received_on"),
        ({"choice": "repair"}, "choice"),
        ({"odometer_km": 7_999}, "odometer_km"),  # it was at 8,000 km when it came to be repaired
        ({"odometer_km": -1}, "odometer_km"),
        ({"consumer": " "}, "consumer"),
        ({"phone": "12"}, "phone"),
        ({"statement": " "}, "statement"),
        ({"papers": "x" * 2_001}, "papers"),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_wrong_with_a_demand_is_told_at_its_field(
    session: Session, now: datetime, car: Vehicle, manager: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        receive_demand(session, car.vin, replace(make_note(now), **changes), manager, now)
    assert fields(refused) == [field]


def test_a_car_whose_sale_nobody_recorded_has_no_case(session: Session, now: datetime, dealer: Dealer) -> None:
    unsold = make_vehicle(session, dealer=dealer, invoiced_on=None, delivered_on=None, price=None, owner_id=None)
    with pytest.raises(DomainError, match="not recorded"):
        make_case(session, now, unsold)


def test_another_dealer_never_learns_of_a_case(session: Session, now: datetime, car: Vehicle) -> None:
    number = make_case(session, now, car).number
    act_as(session, make_actor(session, "service_manager", make_dealer(session)))
    with pytest.raises(NotFoundError):
        case_sheet(session, number, now)


def test_a_refusal_against_the_finding_needs_a_reason_and_a_second_person(
    session: Session, now: datetime, car: Vehicle, senior: Actor, centre: Actor
) -> None:
    number = make_case(session, now, car).number
    with pytest.raises(DomainError) as refused:
        decide.decide_case(session, number, CaseDecision("refuse"), senior, now)
    assert fields(refused) == ["reason"]
    case = decide.decide_case(session, number, CaseDecision("refuse", "维修时间记录不实"), senior, now)
    assert (case.state, case.decided_at) == ("proposed", None)
    with pytest.raises(DomainError, match="second person"):
        decide.confirm_refusal(session, number, senior, now)
    assert decide.confirm_refusal(session, number, centre, now).state == "refused"
    assert [step.actor for step in history(session, case)] == [senior.name, centre.name]


def test_the_second_person_may_send_a_refusal_back(
    session: Session, now: datetime, car: Vehicle, senior: Actor, centre: Actor
) -> None:
    number = make_case(session, now, car).number
    decide.decide_case(session, number, CaseDecision("refuse", "维修时间记录不实"), senior, now)
    case = decide.reject_refusal(session, number, "记录属实", centre, now)
    assert (case.state, case.outcome, case.proposed_by) == ("received", None, None)


def test_a_demand_that_is_not_carried_is_refused_by_one_or_accepted_in_favour(
    session: Session, now: datetime, dealer: Dealer, senior: Actor
) -> None:
    cars = [make_lemon(session, now, dealer, days=12) for _ in range(2)]
    first, second = (make_case(session, now, one) for one in cars)
    assert decide.decide_case(session, first.number, CaseDecision("refuse"), senior, now).state == "refused"
    with pytest.raises(DomainError) as refused:
        decide.decide_case(session, second.number, CaseDecision("accept"), senior, now)
    assert fields(refused) == ["reason"]
    case = decide.decide_case(session, second.number, CaseDecision("accept", "忠诚客户", Decimal(0)), senior, now)
    assert (case.state, case.in_favour, case.usage_fee) == ("accepted", True, Decimal("0.00"))


def test_a_dealer_decides_nothing(session: Session, now: datetime, car: Vehicle, manager: Actor) -> None:
    number = make_case(session, now, car).number
    with pytest.raises(AccessDeniedError):
        decide.decide_case(session, number, CaseDecision("accept"), manager, now)


def test_an_order_typed_in_later_changes_the_finding_that_is_decided_on(
    session: Session, now: datetime, dealer: Dealer, senior: Actor
) -> None:
    car = make_lemon(session, now, dealer, days=20, ago=100)
    case = make_case(session, now, car)
    assert not case.finding_accepted

    advisor = make_actor(session, "service_advisor", dealer)
    late = make_repair_order(
        session, now, actor=advisor, car=car, completed=False, extras=Extras(substitute="agreed"), odometer_km=9_000,
        odometer_acknowledged=True,
        received_at=now - timedelta(days=40), promised_at=now - timedelta(days=39),
    )  # fmt: skip
    complete_order(session, late.id, advisor, now, completed_at=now - timedelta(days=25))
    decided = decide.decide_case(session, case.number, CaseDecision("accept"), senior, now)
    assert (decided.finding_accepted, decided.in_favour) == (True, False)


def test_two_people_decide_at_once_one_wins(
    session: Session, now: datetime, car: Vehicle, senior: Actor, centre: Actor
) -> None:
    case = make_case(session, now, car)
    seen = case.row_version
    decide.decide_case(session, case.number, CaseDecision("accept"), senior, now, seen)
    with pytest.raises(ConflictError):
        decide.decide_case(session, case.number, CaseDecision("accept"), centre, now, seen)


def test_losses_are_made_good_until_the_answer_is_given(
    session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor
) -> None:
    case = accepted(session, now, car, senior)

    def add(note: CostNote) -> CaseCost:
        return losses.add_cost(session, case.number, note, manager)

    add(CostNote("上牌费", Cost("registration", Decimal("500.00")), "沪A-1"))
    film = add(CostNote("车窗贴膜", Cost("fitting", Decimal("3000.00"), date(2025, 11, 20), 60)))
    add(CostNote("续保服务费", Cost("service", Decimal("200.00"))))
    assert (film.amount, film.used_months, case.compensation) == (Decimal("2400.00"), 12, Decimal("3100.00"))
    losses.remove_cost(session, case.number, film.id, manager)
    assert case.compensation == Decimal("700.00")
    sheet = case_sheet(session, case.number, now)
    assert str(sheet.sums.to_owner) == "123060.00"  # 128,800 + 700 − 6,440
    carry_out.record_reply(session, case.number, local_date(now), manager, now)
    with pytest.raises(AccessDeniedError):
        add(CostNote("加装脚垫", Cost("service", Decimal("1.00"))))


@pytest.mark.parametrize(
    ("note", "wrong"),
    [
        (CostNote("", Cost("service", Decimal("1.00"))), ["what"]),
        (CostNote("x", Cost("tax", Decimal("1.00"))), ["kind"]),
        (CostNote("x", Cost("service", Decimal("0.00"))), ["charged"]),
        (CostNote("x", Cost("fitting", Decimal("1.00"))), ["fitted_on", "life_months"]),
        (CostNote("x", Cost("fitting", Decimal("1.00"), date(2026, 11, 21), 0)), ["fitted_on", "life_months"]),
        (CostNote("x", Cost("service", Decimal("1.00")), "r" * 41), ["receipt"]),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_wrong_with_a_loss_is_told_at_its_field(
    session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor, note: CostNote, wrong: list[str]
) -> None:
    case = accepted(session, now, car, senior)
    with pytest.raises(DomainError) as refused:
        losses.add_cost(session, case.number, note, manager)
    assert fields(refused) == wrong


def test_a_returned_car_is_marked_for_ever(
    session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor
) -> None:
    owner = car.owner_id
    case = replied(session, now, car, senior, manager, "return")
    carry_out.complete_case(session, case.number, Completion(local_date(now)), manager, now)
    assert (case.state, case.completed_on) == ("completed", local_date(now))
    assert (car.taken_back, car.taken_back_on, car.owner_id, car.plate) == ("returned", local_date(now), None, None)
    assert "累计修理" in (car.taken_back_reason or "")
    assert session.scalars(select(Ownership.customer_id).where(Ownership.vehicle_id == car.id)).all() == [owner]
    assert session.scalars(select(CarWatch).where(CarWatch.vehicle_id == car.id)).first() is None
    with pytest.raises(DomainError, match="taken back"):
        make_case(session, now, car)
    buyer = Person("赵六", "13900002222")
    with pytest.raises(DomainError) as refused:
        transfer_ownership(session, car.id, buyer, local_date(now), manager, now)
    assert fields(refused) == ["told"]
    transfer_ownership(session, car.id, buyer, local_date(now), manager, now, told=True)
    assert car.owner_id not in {None, owner}
    later = Person("钱七", "13900003333")  # a private buyer sells it on
    assert transfer_ownership(session, car.id, later, local_date(now), manager, now).owner_id != owner


def test_the_new_cars_periods_begin_anew(
    session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor
) -> None:
    owner, today = car.owner_id, local_date(now)
    new = make_vehicle(session, invoiced_on=None, delivered_on=None, price=None, owner_id=None, invoice_no=None,
                       plate=None, produced_on=date(2026, 10, 1))  # fmt: skip
    case = replied(session, now, car, senior, manager, "replace")
    done = Completion(today, new.vin, "12345678")
    carry_out.complete_case(session, case.number, done, manager, now)
    assert (car.taken_back, case.new_vin) == ("replaced", new.vin)
    assert (new.replaced_on, new.invoiced_on, new.owner_id, new.price) == (today, today, owner, case.price)
    found = standing(session, new.id, now).found
    assert found is not None
    assert found.periods is not None
    assert found.periods.guarantee.start == today


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"new_vin": "LSVAM4180R2999999"}, ["new_vin"]),
        ({"new_vin": ""}, ["new_vin"]),
        ({"invoice_no": " "}, ["invoice_no"]),
        ({"on": date(2026, 11, 21)}, ["completed_on"]),
        ({"on": date(2026, 11, 19)}, ["completed_on"]),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_wrong_with_the_other_car_is_told_at_its_field(
    session: Session,
    now: datetime,
    car: Vehicle,
    senior: Actor,
    manager: Actor,
    given: dict[str, Any],
    wrong: list[str],
) -> None:
    new = make_vehicle(session, invoiced_on=None, delivered_on=None, price=None, owner_id=None)
    case = replied(session, now, car, senior, manager, "replace")
    done = replace(Completion(local_date(now), new.vin, "12345678"), **given)
    with pytest.raises(DomainError) as refused:
        carry_out.complete_case(session, case.number, done, manager, now)
    assert fields(refused) == wrong
    assert car.taken_back is None


def test_another_model_has_to_be_said_to_be_no_worse_and_a_sold_car_is_none(
    session: Session, now: datetime, car: Vehicle, senior: Actor, manager: Actor
) -> None:
    better = make_model(session)
    new = make_vehicle(session, model_id=better.id, invoiced_on=None, delivered_on=None, price=None, owner_id=None)
    sold = make_vehicle(session)
    case = replied(session, now, car, senior, manager, "replace")
    today = local_date(now)
    for vin, field in ((new.vin, "no_worse_because"), (sold.vin, "new_vin"), (car.vin, "new_vin")):
        with pytest.raises(DomainError) as refused, session.begin_nested():
            carry_out.complete_case(session, case.number, Completion(today, vin, "12345678"), manager, now)
        assert fields(refused) == [field]
    done = Completion(today, new.vin, "12345678", "同系列顶配，价格更高")
    assert carry_out.complete_case(session, case.number, done, manager, now).no_worse_because == "同系列顶配，价格更高"


def test_a_reply_is_neither_early_nor_to_come_and_closes_a_refusal(
    session: Session, now: datetime, dealer: Dealer, senior: Actor, manager: Actor
) -> None:
    case = make_case(session, now, make_lemon(session, now, dealer, days=12))
    with pytest.raises(ConflictError):
        carry_out.record_reply(session, case.number, local_date(now), manager, now)
    decide.decide_case(session, case.number, CaseDecision("refuse"), senior, now)
    for day in (date(2026, 11, 19), date(2026, 11, 21)):
        with pytest.raises(DomainError) as refused:
            carry_out.record_reply(session, case.number, day, manager, now)
        assert fields(refused) == ["replied_on"]
    assert carry_out.record_reply(session, case.number, local_date(now), manager, now).state == "closed"
    with pytest.raises(StateError):
        decide.withdraw_case(session, case.number, "撤回", make_actor(session, "customer_centre"), now, filed=True)


def test_clocks_are_told_once_at_each_mark(session: Session, now: datetime, car: Vehicle, senior: Actor) -> None:
    case = make_case(session, now, car)

    def marks(at: datetime) -> list[tuple[str, int]]:
        return [(row.clock, row.mark) for row in escalate(session, at)]

    assert marks(now) == []
    assert marks(now + timedelta(days=7)) == [("reply", 50)]  # Friday: five of ten working days
    assert marks(now + timedelta(days=7)) == []
    assert marks(now + timedelta(days=14)) == [("reply", 80), ("reply", 100), ("completion", 50)]
    decide.decide_case(session, case.number, CaseDecision("accept"), senior, now)
    carry_out.record_reply(session, case.number, local_date(now), Actor.system("test"), now)
    assert marks(now + timedelta(days=28)) == [("completion", 80), ("completion", 100)]
    assert marks(now + timedelta(days=29)) == [("completion", OVERDUE)]
    assert marks(now + timedelta(days=99)) == []
    assert {row.dealer_id for row in session.scalars(select(CaseEscalation))} == {case.dealer_id}


def test_a_years_holidays_move_provisional_deadlines(session: Session, now: datetime, car: Vehicle) -> None:
    late = now + timedelta(days=39)  # 29 December: the days run into 2027, which nobody has published
    case = make_case(session, late, car, received_on=local_date(late))
    assert case.provisional
    assert case.reply_by == date(2027, 1, 12)
    session.add(CalendarYear(year=2027, source="国办通知", made_by="test", made_at=now))
    session.flush()
    session.add(CalendarDay(day=date(2027, 1, 1), year=2027, works=False, name="元旦"))
    session.flush()
    assert CaseDeadlines().recompute_deadlines(session, late) == 1
    assert (case.provisional, case.reply_by) == (False, date(2027, 1, 13))
    assert case_sheet(session, case.number, late).finding.reply_by == date(2027, 1, 13)
    assert CaseDeadlines().recompute_deadlines(session, late) == 0
