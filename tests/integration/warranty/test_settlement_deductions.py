from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns import services as returns
from parts.returns.models import OldPart
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.network import make_actor, make_dealer
from tests.factories.returns import COST, make_due, make_old_part, packer
from tests.factories.settlement import make_approved
from tests.support.at_once import both_at_once
from warranty.claims.models import Claim
from warranty.settlement import services
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book, undo
from warranty.settlement.documents import build
from warranty.settlement.models import Deduction, LedgerEntry, Settlement, SettlementLine
from warranty.settlement.queries import unbalanced
from warranty.settlement.services import REMOVED, Answer

D = Decimal
MONTH, NEXT = "2026-10", "2026-11"
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
CLOSING, LATER = datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
SYSTEM = Actor.system("test")
#: What `make_approved` brings a claim: 90.00 labour, 1200.50 part, 120.05 handling.
CLAIM = D("1410.55")


def ledger(session: Session, statement: Settlement) -> dict[str, Decimal]:
    rows = session.scalars(select(LedgerEntry).where(LedgerEntry.settlement_id == statement.id))
    return {row.account: row.amount for row in rows}


def statement_of(session: Session, dealer: Dealer, month: str = MONTH) -> Settlement:
    return session.scalars(
        select(Settlement).where(Settlement.dealer_id == dealer.id, Settlement.month == month)
    ).one()  # fmt: skip


def deduct(session: Session, dealer: Dealer, amount: str, kind: str = "audit", at: datetime = OCTOBER) -> Deduction:
    return book(session, Booking(dealer.code, kind, D(amount), "飞检扣款"), SYSTEM, at)


def test_an_old_parts_deduction_is_a_line_of_the_next_statement(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    part = make_old_part(session, "deducted", OCTOBER, dealer)
    session.commit()
    closed = close_month(session, MONTH, SYSTEM, CLOSING)
    # 2821.10 less 1200.50 = 1620.60; 13 % of it is 210.678.
    assert (closed.statements, closed.claims, closed.net, closed.gross) == (1, 2, D("1620.60"), D("1831.28"))
    statement = statement_of(session, dealer)
    assert ledger(session, statement) == {"claims": D("2821.10"), "deductions": -COST, "tax": D("210.68")}
    entry = session.scalars(select(Deduction)).one()
    assert (entry.kind, entry.source, entry.settlement_id, entry.amount) == (
        "old_part", part.number, statement.id, -COST,
    )  # fmt: skip
    assert unbalanced(session) == []
    paper = build(session, statement.number)
    assert [(row.source, row.amount) for row in paper.deductions] == [(part.number, -COST)]
    assert (paper.totals.total, paper.sums.net, paper.sums.gross) == (D("2821.10"), D("1620.60"), statement.gross)


def test_a_month_that_goes_negative_is_carried_over_and_said_so(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    deduct(session, dealer, "5000.00")
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    first = statement_of(session, dealer)
    assert (first.net, first.tax, first.gross) == (D("0.00"), D("0.00"), D("0.00"))
    assert ledger(session, first) == {"claims": CLAIM, "deductions": -CLAIM, "tax": D("0.00")}
    rows = {row.kind: row for row in session.scalars(select(Deduction))}
    left = D("5000.00") - CLAIM
    assert (rows["carried_over"].amount, rows["carried_over"].settlement_id) == (left, first.id)
    assert (rows["brought_forward"].amount, rows["brought_forward"].settlement_id) == (-left, None)
    assert rows["brought_forward"].source == f"{first.number}/1"
    make_approved(session, dealer, CLOSING, count=4)
    session.commit()
    close_month(session, NEXT, SYSTEM, LATER)
    second = statement_of(session, dealer, NEXT)
    assert second.net == 4 * CLAIM - left
    assert session.scalar(select(func.count()).where(Deduction.settlement_id.is_(None))) == 0
    assert unbalanced(session) == []


def test_deductions_alone_wait_and_a_credit_alone_is_paid(session: Session) -> None:
    owing, owed = make_dealer(session), make_dealer(session)
    deduct(session, owing, "100.00")
    deduct(session, owed, "30.00", "credit")
    session.commit()
    closed = close_month(session, MONTH, SYSTEM, CLOSING)
    assert (closed.statements, closed.claims, closed.gross, closed.finished) == (1, 0, D("33.90"), True)
    statement = statement_of(session, owed)
    for step in (services.confirm, services.review):
        step(session, statement.id, SYSTEM, CLOSING)
    services.receive_invoice(session, statement.id, "12345678", D("33.90"), SYSTEM, CLOSING)
    services.pay(session, statement.id, SYSTEM, CLOSING)
    assert statement.state == "paid"
    assert ledger(session, statement)["payment"] == D("-33.90")


def test_what_is_booked_after_the_cut_off_waits_for_the_next_month(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    deduct(session, dealer, "10.00", at=datetime(2026, 10, 31, 16, tzinfo=UTC))  # 1 November in China
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    assert statement_of(session, dealer).net == CLAIM
    assert session.scalars(select(Deduction.settlement_id)).one() is None


def test_taking_a_claim_out_can_turn_the_month_and_carries_the_rest(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    deduct(session, dealer, "2000.00")
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    statement = statement_of(session, dealer)
    line = session.scalars(select(SettlementLine).order_by(SettlementLine.id)).first()
    assert line is not None
    services.mark_line(session, line.id, "金额不对", SYSTEM)
    services.dispute(session, statement.id, SYSTEM, CLOSING)
    services.answer(session, statement.id, {line.id: Answer(REMOVED, "下月再结")}, SYSTEM, CLOSING)
    assert (statement.claims, statement.net, statement.gross) == (1, D("0.00"), D("0.00"))
    brought = session.scalars(select(Deduction).where(Deduction.kind == "brought_forward")).one()
    assert brought.amount == CLAIM - D("2000.00")
    assert unbalanced(session) == []


def test_a_waived_deduction_that_was_settled_is_credited_in_the_next_statement(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    part = make_old_part(session, "deducted", OCTOBER + timedelta(days=10), dealer)  # it may still be disputed
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    returns.dispute(session, part.number, "复测有故障", [], packer(dealer.id), CLOSING)
    returns.answer(session, part.number, "waive", "复测属实", SYSTEM, CLOSING)
    credit = session.scalars(select(Deduction).where(Deduction.kind == "credit")).one()
    assert (credit.source, credit.amount, credit.settlement_id) == (f"old_part:{part.number}", COST, None)
    with pytest.raises(DomainError, match="came by itself"):
        undo(session, credit.id, "误操作", SYSTEM, CLOSING)  # the answer stands
    session.commit()
    close_month(session, NEXT, SYSTEM, LATER)
    assert statement_of(session, dealer, NEXT).net == COST
    assert unbalanced(session) == []


def test_a_waived_deduction_that_waits_is_struck_out(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    part = make_old_part(session, "deducted", OCTOBER, dealer)
    returns.dispute(session, part.number, "复测有故障", [], packer(dealer.id), OCTOBER)
    returns.answer(session, part.number, "waive", "复测属实", SYSTEM, OCTOBER)
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    assert statement_of(session, dealer).net == CLAIM


def test_a_debit_takes_back_no_more_than_a_claim_was_paid(session: Session) -> None:
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    with pytest.raises(DomainError) as raised:  # it is not settled yet
        book(session, Booking(dealer.code, "debit", D("10.00"), "二次抵扣", claim.number), SYSTEM, CLOSING)
    assert raised.value.faults[0].field == "claim"
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    book(session, Booking(dealer.code.lower(), "debit", D("1000.00"), "二次抵扣", claim.number), SYSTEM, CLOSING)
    with pytest.raises(DomainError) as raised:
        book(session, Booking(dealer.code, "debit", D("410.56"), "二次抵扣", claim.number), SYSTEM, CLOSING)
    assert raised.value.faults[0].field == "amount"
    last = book(session, Booking(dealer.code, "debit", D("410.55"), "二次抵扣", claim.number), SYSTEM, CLOSING)
    assert last.amount == D("-410.55")
    with pytest.raises(DomainError) as raised:
        book(session, Booking("NOBODY", "audit", D("0.00"), " "), SYSTEM, CLOSING)
    assert {fault.field for fault in raised.value.faults} == {"dealer", "amount", "reason"}
    with pytest.raises(AccessDeniedError):
        book(session, Booking(dealer.code, "audit", D("1.00"), "—"), make_actor(session, "auditor"), CLOSING)


def paid_claim(session: Session) -> tuple[Dealer, Claim, OldPart]:
    """Return a claim of 1410.55 that was settled, and its old part of 1200.50 that waits for its inspection."""
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    part = make_old_part(session, "signed", OCTOBER, dealer, id=claim.id, number=claim.number)
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    return dealer, claim, part


def debit(dealer: Dealer, claim: Claim, amount: str) -> Booking:
    return Booking(dealer.code, "debit", D(amount), "二次抵扣", claim.number)


def test_no_dealer_is_booked_for_the_claim_of_another(session: Session) -> None:
    _dealer, claim, _part = paid_claim(session)
    other = make_dealer(session)
    for kind in ("debit", "credit", "audit", "administrative"):
        with pytest.raises(DomainError) as raised:
            book(session, Booking(other.code, kind, D("1.00"), "写错店代码", claim.number), SYSTEM, CLOSING)
        (fault,) = raised.value.faults
        assert (fault.field, fault.message) == ("claim", "This dealer has no settled claim of this number.")
    assert session.scalar(select(func.count()).where(Deduction.claim_number == claim.number)) == 0


def test_an_old_part_takes_no_more_than_debits_left_of_the_claim(session: Session) -> None:
    dealer, claim, part = paid_claim(session)
    book(session, debit(dealer, claim, "1000.00"), SYSTEM, CLOSING)
    part = returns.inspect(session, part.number, returns.Finding("damaged"), SYSTEM, CLOSING)
    assert (part.deducted, part.uncovered) == (D("410.55"), COST - D("410.55"))
    assert session.scalars(select(Deduction.amount).where(Deduction.source == part.number)).one() == D("-410.55")
    with pytest.raises(DomainError) as raised:
        book(session, debit(dealer, claim, "0.01"), SYSTEM, CLOSING)
    assert raised.value.faults[0].field == "amount"


def test_a_debit_takes_no_more_than_the_old_part_left_of_the_claim(session: Session) -> None:
    dealer, claim, part = paid_claim(session)
    part = returns.inspect(session, part.number, returns.Finding("damaged"), SYSTEM, CLOSING)
    assert (part.deducted, part.uncovered) == (COST, None)
    with pytest.raises(DomainError) as raised:
        book(session, debit(dealer, claim, "210.06"), SYSTEM, CLOSING)
    (fault,) = raised.value.faults
    assert (fault.field, fault.facts["left"]) == ("amount", D("210.05"))
    book(session, debit(dealer, claim, "210.05"), SYSTEM, CLOSING)
    returns.dispute(session, part.number, "复测有故障", [], packer(dealer.id), CLOSING)
    returns.answer(session, part.number, "waive", "复测属实", SYSTEM, CLOSING)
    book(session, debit(dealer, claim, "1200.50"), SYSTEM, CLOSING)


def test_of_a_claim_of_which_nothing_is_left_an_old_part_takes_nothing(session: Session) -> None:
    dealer, claim, part = paid_claim(session)
    book(session, debit(dealer, claim, str(CLAIM)), SYSTEM, CLOSING)
    part = returns.inspect(session, part.number, returns.Finding("missing"), SYSTEM, CLOSING)
    assert (part.state, part.deducted, part.uncovered) == ("missing", D(0), COST)
    assert session.scalar(select(func.count()).where(Deduction.kind == "old_part")) == 0


def test_a_part_that_was_not_sent_back_takes_what_is_left(session: Session) -> None:
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER, {"part": "1200.50"})
    make_due(session, OCTOBER, dealer, id=claim.id, number=claim.number)
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    book(session, debit(dealer, claim, "1000.00"), SYSTEM, CLOSING)
    (part,) = returns.write_off(session, dealer.code, "逾期未返", SYSTEM, LATER)
    assert (part.deducted, part.uncovered) == (D("200.50"), D("1000.00"))


def test_a_fine_is_no_money_of_the_claim_that_it_names(session: Session) -> None:
    dealer, claim, part = paid_claim(session)
    book(session, Booking(dealer.code, "administrative", D("1000.00"), "违规罚款", claim.number), SYSTEM, CLOSING)
    book(session, Booking(dealer.code, "audit", D("210.05"), "飞检扣款", claim.number), SYSTEM, CLOSING)
    part = returns.inspect(session, part.number, returns.Finding("damaged"), SYSTEM, CLOSING)
    assert (part.deducted, part.uncovered) == (COST, None)


def test_a_credit_that_was_taken_back_since_is_not_struck_out(session: Session) -> None:
    dealer, claim, _part = paid_claim(session)
    credit = book(session, Booking(dealer.code, "credit", D("50.00"), "返还", claim.number), SYSTEM, CLOSING)
    back = book(session, debit(dealer, claim, "1460.55"), SYSTEM, CLOSING)
    with pytest.raises(DomainError):
        undo(session, credit.id, "录错", SYSTEM, CLOSING)
    undo(session, back.id, "录错", SYSTEM, CLOSING)
    undo(session, credit.id, "录错", SYSTEM, CLOSING)
    assert credit.cancelled_at is not None


def test_a_credit_of_which_all_is_left_is_struck_out(session: Session) -> None:
    dealer, claim, _part = paid_claim(session)
    credit = book(session, Booking(dealer.code, "credit", D("50.00"), "返还", claim.number), SYSTEM, CLOSING)
    book(session, debit(dealer, claim, str(CLAIM)), SYSTEM, CLOSING)  # 1460.55 - 1410.55 = 50.00 are left
    undo(session, credit.id, "录错", SYSTEM, CLOSING)
    assert credit.cancelled_at is not None


def test_the_credit_of_a_fine_is_struck_out_whatever_is_left_of_the_claim(session: Session) -> None:
    dealer, claim, _part = paid_claim(session)
    fine = book(session, Booking(dealer.code, "administrative", D("9.00"), "违规罚款", claim.number), SYSTEM, CLOSING)
    make_approved(session, dealer, CLOSING)
    session.commit()
    close_month(session, NEXT, SYSTEM, LATER)
    credit = undo(session, fine.id, "申诉成立", SYSTEM, LATER)
    book(session, debit(dealer, claim, str(CLAIM)), SYSTEM, LATER)  # nothing is left of it
    undo(session, credit.id, "录错", SYSTEM, LATER)
    assert credit.cancelled_at is not None


@pytest.mark.databases("postgresql")
def test_a_debit_and_an_old_part_at_once_take_no_more_than_was_paid(app: Flask, session: Session) -> None:
    dealer, claim, part = paid_claim(session)
    booking, number, claim_number = debit(dealer, claim, "1000.00"), part.number, claim.number
    actors = (make_actor(session, "settlement"), make_actor(session, "parts_desk"))
    session.commit()

    def act(mine: Session, actor: Actor) -> None:
        if actor is actors[0]:
            book(mine, booking, actor, CLOSING)
        else:
            returns.inspect(mine, number, returns.Finding("damaged"), actor, CLOSING)

    outcomes = both_at_once(app, actors, act)
    assert all(one is None or isinstance(one, DomainError) for one in outcomes)
    session.rollback()
    taken = session.scalar(select(func.sum(Deduction.amount)).where(Deduction.claim_number == claim_number))
    assert taken in (-CLAIM, -COST)


def test_what_was_booked_is_struck_out_or_credited_once(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    wrong, taken = deduct(session, dealer, "10.00"), deduct(session, dealer, "20.00")
    assert undo(session, wrong.id, "录错", SYSTEM, OCTOBER) is wrong
    with pytest.raises(ConflictError):
        undo(session, wrong.id, "录错", SYSTEM, OCTOBER)
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    assert statement_of(session, dealer).net == CLAIM - D("20.00")
    credit = undo(session, taken.id, "扣错了", SYSTEM, CLOSING)
    assert (credit.kind, credit.amount) == ("credit", D("20.00"))
    with pytest.raises(ConflictError):
        undo(session, taken.id, "扣错了", SYSTEM, CLOSING)
    part = make_old_part(session, "deducted", CLOSING, dealer)
    entry = session.scalars(select(Deduction).where(Deduction.source == part.number)).one()
    with pytest.raises(DomainError, match="where it came from"):
        undo(session, entry.id, "扣错了", SYSTEM, CLOSING)


@pytest.mark.databases("postgresql")
def test_two_people_inspecting_at_once_deduct_once(app: Flask, session: Session, now: datetime) -> None:
    part = make_old_part(session, "signed", now)
    number = part.number
    actors = (make_actor(session, "parts_desk"), make_actor(session, "parts_desk"))
    session.commit()
    outcomes = both_at_once(
        app, actors, lambda mine, actor: returns.inspect(mine, number, returns.Finding("damaged"), actor, now).state
    )
    assert sorted(str(type(one).__name__) for one in outcomes) == ["ConflictError", "str"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Deduction)) == 1


@pytest.mark.databases("postgresql")
def test_waived_while_the_month_is_closed_it_is_struck_out_or_credited(app: Flask, session: Session) -> None:
    """Whoever is first: the dealer's money is the same in the end."""
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    part = make_old_part(session, "deducted", OCTOBER, dealer)
    number, dealer_id = part.number, dealer.id
    returns.dispute(session, number, "复测有故障", [], packer(dealer.id), OCTOBER)
    actors = (make_actor(session, "settlement"), make_actor(session, "quality"))
    session.commit()

    def act(mine: Session, actor: Actor) -> None:
        if actor is actors[0]:
            close_month(mine, MONTH, actor, CLOSING)
        else:
            returns.answer(mine, number, "waive", "复测属实", actor, CLOSING)

    assert both_at_once(app, actors, act) == [None, None]
    session.rollback()
    net = session.scalars(select(Settlement.net).where(Settlement.dealer_id == dealer_id)).one()
    waiting = session.scalar(
        select(func.sum(Deduction.amount)).where(Deduction.settlement_id.is_(None), Deduction.cancelled_at.is_(None))
    )
    assert net + (waiting or D(0)) == CLAIM
    assert unbalanced(session) == []


@pytest.mark.databases("postgresql")
def test_two_debits_of_one_claim_at_once_take_no_more_than_was_paid(app: Flask, session: Session) -> None:
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    number, code = claim.number, dealer.code
    session.commit()
    close_month(session, MONTH, SYSTEM, CLOSING)
    actors = (make_actor(session, "settlement"), make_actor(session, "settlement"))
    session.commit()
    booking = Booking(code, "debit", D("1000.00"), "二次抵扣", number)
    outcomes = both_at_once(app, actors, lambda mine, actor: book(mine, booking, actor, CLOSING + timedelta(hours=1)))
    assert sorted(type(one).__name__ for one in outcomes) == ["Deduction", "DomainError"]
    session.rollback()
    assert session.scalar(select(func.count()).where(Deduction.claim_number == number)) == 1
