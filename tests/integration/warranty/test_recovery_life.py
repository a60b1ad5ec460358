"""A demand from the draft to the payment: rounds, answers line by line, disputes, the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import AccessDeniedError
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import history
from portal.kernel.money import ZERO
from portal.kernel.states import StateError
from tests.factories.network import make_actor, make_dealer
from tests.factories.recovery import (
    CLAIMED,
    DESK,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    partly,
)
from warranty.recovery.models import Recovery, RecoveryEntry, RecoveryLine
from warranty.recovery.queries.recoveries import entries_of, lines_of, overdue, rounds_of, unbalanced
from warranty.recovery.rules.answers import ACCEPTED, REJECTED, Answer
from warranty.recovery.services.booking import Payment, book, pay
from warranty.recovery.services.rounds import (
    Lowered,
    accept_the_rest,
    agree,
    answer_lines,
    ask_less,
    dispute,
    send,
    withdraw,
)

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session, dealer: Dealer, now: datetime) -> Supplier:
    """A supplier with a contract and one claim: 150.00 of labour, 411.00 of material."""
    found = make_supplier(session)
    make_part(session, found)
    make_contract(session, now, found, answer_days=20)
    make_cost(session, dealer, OCTOBER)
    return found


def money(session: Session, found: Recovery) -> list[tuple[Decimal, Decimal | None, Decimal | None]]:
    return [(line.asked, line.accepted, line.agreed) for line in lines_of(session, found.id)]


def faults_of(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_what_is_sent_is_kept_as_a_round_with_the_day_of_its_answer(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "sent")
    assert (found.state, found.round, found.sent_at, found.due_on) == ("sent", 1, now, TODAY + timedelta(days=20))
    (kept,) = rounds_of(session, found.id)
    assert (kept.round, kept.asked, kept.answered_at) == (1, CLAIMED, None)
    assert kept.lines == [[1, "150.00", None, None, None], [2, "411.00", None, None, None]]
    assert (overdue(session, found.due_on), overdue(session, found.due_on + timedelta(days=1))) == (0, 1)


def test_the_supplier_answers_line_by_line_and_with_the_last_one_the_round_is_answered(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "sent")
    assert answer_lines(session, found.id, {2: partly("400.00")}, ENGINEER, now) is False
    assert (found.state, found.accepted) == ("sent", Decimal("400.00"))
    later = now + timedelta(days=3)
    assert answer_lines(session, found.id, {1: Answer(REJECTED, None, "非本厂零件")}, ENGINEER, later) is True
    assert (found.state, found.accepted, found.answered_at) == ("answered", Decimal("400.00"), later)
    (kept,) = rounds_of(session, found.id)
    assert (kept.accepted, kept.answered_by) == (Decimal("400.00"), ENGINEER.name)
    assert kept.lines == [
        [1, "150.00", "rejected", "0.00", "非本厂零件"], [2, "411.00", "partly", "400.00", "工时超过协议定额"],
    ]  # fmt: skip


def test_one_wrong_answer_and_none_is_kept(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    session.commit()
    wrong = {1: Answer(ACCEPTED), 2: partly("411.00", "")}
    with pytest.raises(DomainError) as error:
        answer_lines(session, found.id, wrong, ENGINEER, now)
    assert faults_of(error) == ["amount-2", "reason-2"]
    session.rollback()
    assert money(session, found) == [(Decimal("150.00"), None, None), (Decimal("411.00"), None, None)]


def test_accepting_the_rest_leaves_what_is_answered(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    answer_lines(session, found.id, {1: partly("0.01")}, ENGINEER, now)
    assert accept_the_rest(session, found.id, ENGINEER, now) is True
    assert found.accepted == Decimal("411.01")


def test_a_bargain_of_two_rounds_is_kept_as_versions(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "disputed")
    assert (found.state, found.accepted) == ("disputed", Decimal("411.00"))
    ask_less(session, found.id, 1, Lowered(Decimal("90.00"), "按六成工时"), ENGINEER)
    assert found.asked == Decimal("501.00")
    send(session, found.id, ENGINEER, now)
    assert found.round == 2
    # what was accepted wholly stays answered, the rest is asked again
    assert money(session, found) == [
        (Decimal("90.00"), None, None), (Decimal("411.00"), Decimal("411.00"), None),
    ]  # fmt: skip
    assert answer_lines(session, found.id, {1: partly("70.00")}, ENGINEER, now) is True
    agree(session, found.id, ENGINEER, now)
    assert (found.state, found.agreed) == ("agreed", Decimal("481.00"))
    assert [line.agreed for line in lines_of(session, found.id)] == [Decimal("70.00"), Decimal("411.00")]
    assert [(one.round, one.asked, one.accepted) for one in rounds_of(session, found.id)] == [
        (2, Decimal("501.00"), Decimal("481.00")), (1, CLAIMED, Decimal("411.00")),
    ]  # fmt: skip
    assert [step.action for step in history(session, found)] == [
        "send", "answer", "dispute", "send", "answer", "agree",
    ]  # fmt: skip
    assert found.claimed == CLAIMED
    assert unbalanced(session) == []


def test_headquarters_may_give_in_without_another_round(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "disputed")
    agree(session, found.id, ENGINEER, now)
    assert (found.state, found.agreed) == ("agreed", Decimal("411.00"))


def test_a_dispute_lowered_to_what_the_supplier_offered_is_agreed_on_not_sent(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "disputed")
    ask_less(session, found.id, 1, Lowered(ZERO, "认同供应商意见"), ENGINEER)
    with pytest.raises(DomainError):
        send(session, found.id, ENGINEER, now)
    agree(session, found.id, ENGINEER, now)
    assert found.agreed == Decimal("411.00")


def test_below_an_offer_the_offer_is_what_is_asked(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    answer_lines(session, found.id, {1: partly("100.00"), 2: Answer(ACCEPTED)}, ENGINEER, now)
    dispute(session, found.id, "再议", ENGINEER, now)
    ask_less(session, found.id, 1, Lowered(Decimal("80.00"), "按协议"), ENGINEER)
    assert money(session, found)[0] == (Decimal("80.00"), Decimal("80.00"), None)
    ask_less(session, found.id, 1, Lowered(Decimal("150.00"), ""), ENGINEER)  # 80.00 was a slip of the hand
    agree(session, found.id, ENGINEER, now)
    assert money(session, found)[0] == (Decimal("150.00"), Decimal("100.00"), Decimal("100.00"))


@pytest.mark.parametrize(
    ("amount", "why", "field"),
    [("150.01", "原因", "amount"), ("-0.01", "原因", "amount"), ("149.99", " ", "why"), ("0.00", "长" * 501, "why")],
)
def test_never_more_than_was_reckoned_and_less_with_a_reason(
    session: Session, supplier: Supplier, now: datetime, amount: str, why: str, field: str
) -> None:
    found = make_recovery(session, now, supplier)
    with pytest.raises(DomainError) as error:
        ask_less(session, found.id, 1, Lowered(Decimal(amount), why), ENGINEER)
    assert faults_of(error) == [field]


def test_what_is_asked_is_fixed_while_the_supplier_has_it(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    with pytest.raises(ConflictError):
        ask_less(session, found.id, 1, Lowered(ZERO, "原因"), ENGINEER)
    draft = make_recovery(session, now, _another(session, now))
    with pytest.raises(ConflictError):
        answer_lines(session, draft.id, {1: Answer(ACCEPTED)}, ENGINEER, now)


def _another(session: Session, now: datetime) -> Supplier:
    found = make_supplier(session)
    make_part(session, found, "W-SEAL")
    make_contract(session, now, found)
    make_cost(session, make_dealer(session), OCTOBER, part="W-SEAL")
    return found


def test_nothing_is_sent_that_asks_for_nothing(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier)
    for line in (1, 2):
        ask_less(session, found.id, line, Lowered(ZERO, "非供应商责任"), ENGINEER)
    with pytest.raises(DomainError):
        send(session, found.id, ENGINEER, now)


def test_what_was_accepted_wholly_cannot_be_disputed(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    accept_the_rest(session, found.id, ENGINEER, now)
    with pytest.raises(DomainError) as error:
        dispute(session, found.id, "不同意", ENGINEER, now)
    assert faults_of(error) == ["reason"]


def test_booked_and_paid_stand_in_the_ledger_once_each(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "booked")
    assert [(one.account, one.amount, one.month) for one in entries_of(session, found.id)] == [
        ("booked", Decimal("411.00"), "2026-11"),
    ]  # fmt: skip
    with pytest.raises(StateError):
        book(session, found.id, DESK, now)
    december = datetime(2026, 12, 1, 2, tzinfo=UTC)
    pay(session, found.id, Payment(date(2026, 11, 30), " BANK-77 "), DESK, december)
    assert (found.state, found.paid_on, found.payment_ref) == ("paid", date(2026, 11, 30), "BANK-77")
    assert [(one.account, one.amount, one.month) for one in entries_of(session, found.id)] == [
        ("booked", Decimal("411.00"), "2026-11"), ("paid", Decimal("-411.00"), "2026-12"),
    ]  # fmt: skip
    assert session.scalar(select(func.sum(RecoveryEntry.amount))) == ZERO
    with pytest.raises(StateError):
        pay(session, found.id, Payment(TODAY, "BANK-78"), DESK, now)
    assert unbalanced(session) == []


@pytest.mark.parametrize(
    ("paid_on", "reference", "field"),
    [
        (TODAY + timedelta(days=1), "BANK-1", "paid_on"), (TODAY - timedelta(days=1), "BANK-1", "paid_on"),
        (TODAY, " ", "reference"), (TODAY, "x" * 81, "reference"),
    ],
)  # fmt: skip
def test_a_payment_has_its_day_and_its_reference(
    session: Session, supplier: Supplier, now: datetime, paid_on: date, reference: str, field: str
) -> None:
    found = make_recovery(session, now, supplier, "booked")
    with pytest.raises(DomainError) as error:
        pay(session, found.id, Payment(paid_on, reference), DESK, now)
    assert faults_of(error) == [field]


def test_what_comes_to_nothing_is_booked_and_closed_all_the_same(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "sent")
    no = Answer(REJECTED, None, "非本厂责任")
    answer_lines(session, found.id, {1: no, 2: no}, ENGINEER, now)
    agree(session, found.id, ENGINEER, now)
    book(session, found.id, DESK, now)
    pay(session, found.id, Payment(TODAY, ""), DESK, now)
    assert (found.state, found.agreed, found.payment_ref) == ("paid", ZERO, None)


def test_a_demand_whose_money_does_not_agree_is_not_booked(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "agreed")
    session.execute(update(RecoveryLine).where(RecoveryLine.position == 1).values(agreed=Decimal("1.00")))
    assert [(one.number, one.agreed, one.lines_agreed) for one in unbalanced(session)] == [
        (found.number, Decimal("411.00"), Decimal("412.00")),
    ]  # fmt: skip
    with pytest.raises(DomainError):
        book(session, found.id, DESK, now)


@pytest.mark.parametrize("state", ["agreed", "booked", "paid", "withdrawn"])
def test_what_is_agreed_on_is_not_withdrawn(session: Session, supplier: Supplier, now: datetime, state: str) -> None:
    found = make_recovery(session, now, supplier, state)
    with pytest.raises(StateError):
        withdraw(session, found.id, "重复", ENGINEER, now)


def test_engineers_bargain_and_the_settlement_desk_books(session: Session, supplier: Supplier, now: datetime) -> None:
    engineer, desk = make_actor(session, "quality"), make_actor(session, "settlement")
    reader = make_actor(session, "reader")
    found = make_recovery(session, now, supplier)
    for nobody in (desk, reader):
        with pytest.raises(AccessDeniedError):
            send(session, found.id, nobody, now)
    send(session, found.id, engineer, now)
    with pytest.raises(AccessDeniedError):
        accept_the_rest(session, found.id, desk, now)
    accept_the_rest(session, found.id, engineer, now)
    agree(session, found.id, engineer, now)
    for nobody in (engineer, reader):
        with pytest.raises(AccessDeniedError):
            book(session, found.id, nobody, now)
    book(session, found.id, desk, now)
    pay(session, found.id, Payment(TODAY, "BANK-1"), desk, now)


def test_a_page_that_is_out_of_date_changes_nothing(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier)
    seen = found.row_version
    send(session, found.id, ENGINEER, now, seen)
    with pytest.raises(ConflictError):
        answer_lines(session, found.id, {1: Answer(ACCEPTED)}, ENGINEER, now, seen)
