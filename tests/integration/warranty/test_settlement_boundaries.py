"""The first moment of a month, and entries that come to nothing: where a close begins and what makes a statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import DomainError, NotFoundError
from tests.factories.network import make_dealer
from tests.factories.settlement import make_approved
from warranty.settlement import services
from warranty.settlement.closing import check_month, close_dealer, close_month, open_period
from warranty.settlement.deductions import Booking, book, undo
from warranty.settlement.models import Deduction, Settlement, SettlementLine
from warranty.settlement.queries import entry_of, statement_of, unbalanced, waiting
from warranty.settlement.services import REMOVED, Answer

D = Decimal
SYSTEM = Actor.system("test")
#: Midnight in China, with which November begins.
BEGIN = datetime(2026, 10, 31, 16, tzinfo=UTC)
OCTOBER, DECEMBER = datetime(2026, 10, 15, 4, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)


def test_a_month_may_be_closed_from_its_first_moment_to_now_and_no_further_than_its_end(session: Session) -> None:
    with pytest.raises(DomainError) as early:
        check_month(session, "2026-11", BEGIN - timedelta(microseconds=1))
    assert early.value.faults[0].message == "This month has not begun."
    assert check_month(session, "2026-11", BEGIN) == BEGIN
    end = datetime(2026, 11, 30, 16, tzinfo=UTC)
    for moment, cut_off in ((end - timedelta(hours=1), end - timedelta(hours=1)), (end, end),
                            (end + timedelta(days=9), end)):  # fmt: skip
        assert check_month(session, "2026-11", moment) == cut_off


def test_entries_that_come_to_nothing_wait_for_claims(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    for kind in ("administrative", "credit"):
        book(session, Booking(dealer.code, kind, D("100.00"), "飞检"), SYSTEM, OCTOBER)
    period = open_period(session, "2026-10", SYSTEM, now)
    assert close_dealer(session, period.id, dealer.id, SYSTEM, now) is None
    assert session.scalar(select(func.count()).select_from(Settlement)) == 0
    assert set(session.scalars(select(Deduction.settlement_id))) == {None}
    book(session, Booking(dealer.code, "credit", D("0.01"), "更正"), SYSTEM, OCTOBER)
    statement = close_dealer(session, period.id, dealer.id, SYSTEM, now)
    assert statement is not None
    assert (statement.claims, statement.net, statement.tax, statement.gross) == (
        0, D("0.01"), D("0.00"), D("0.01"),
    )  # fmt: skip


def test_the_credit_of_a_fine_gives_the_claim_nothing_to_take(session: Session, now: datetime) -> None:
    """A fine takes nothing of the claim that it names, its credit gives nothing again: 1410.55 may be debited."""
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    session.commit()
    close_month(session, "2026-10", SYSTEM, now)
    fine = book(session, Booking(dealer.code, "administrative", D("200.00"), "违规", claim.number), SYSTEM, now)
    make_approved(session, dealer, now)
    session.commit()
    close_month(session, "2026-11", SYSTEM, DECEMBER)
    credit = undo(session, fine.id, "罚错了", SYSTEM, DECEMBER)
    assert (credit.kind, credit.amount, credit.claim_number) == ("credit", D("200.00"), claim.number)
    with pytest.raises(DomainError) as more:
        book(session, Booking(dealer.code, "debit", D("1410.56"), "二次抵扣", claim.number), SYSTEM, DECEMBER)
    assert [fault.field for fault in more.value.faults] == ["amount"]
    all_of_it = book(session, Booking(dealer.code, "debit", D("1410.55"), "二次抵扣", claim.number), SYSTEM, DECEMBER)
    assert all_of_it.amount == D("-1410.55")


def test_who_waits_for_a_close_is_listed_with_what_stands_beside(session: Session, now: datetime) -> None:
    claiming, owed, owing, even = (make_dealer(session) for _ in range(4))
    make_approved(session, claiming, OCTOBER, count=2)
    for dealer, kind, amount in (
        (claiming, "audit", "100.00"), (claiming, "credit", "30.00"), (owed, "credit", "5.00"),
        (owing, "audit", "5.00"), (even, "audit", "7.00"), (even, "credit", "7.00"),
    ):  # fmt: skip
        book(session, Booking(dealer.code, kind, D(amount), "飞检"), SYSTEM, OCTOBER)
    assert [(one.code, one.claims, one.net, one.beside) for one in waiting(session, "2026-10", now)] == [
        (claiming.code, 2, D("2821.10"), D("-70.00")), (owed.code, 0, D("0.00"), D("5.00")),
    ]  # fmt: skip


def test_a_month_that_carries_over_twice_keeps_both_apart(session: Session, now: datetime) -> None:
    """2821.10 less 5000.00 leaves 2178.90; without one of the claims 1410.55 more, in all 1410.55 less 5000.00."""
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    book(session, Booking(dealer.code, "audit", D("5000.00"), "飞检"), SYSTEM, OCTOBER)
    session.commit()
    close_month(session, "2026-10", SYSTEM, now)
    statement = session.scalars(select(Settlement)).one()
    line = session.scalars(select(SettlementLine).order_by(SettlementLine.id)).first()
    assert line is not None
    services.mark_line(session, line.id, "少算工时", SYSTEM)
    services.dispute(session, statement.id, SYSTEM, now)
    services.answer(session, statement.id, {line.id: Answer(REMOVED, "下月再报")}, SYSTEM, now)
    carried = session.execute(
        select(Deduction.source, Deduction.amount, Deduction.settlement_id)
        .where(Deduction.kind == "brought_forward").order_by(Deduction.id)
    ).all()  # fmt: skip
    assert [tuple(row) for row in carried] == [
        (f"{statement.number}/1", D("-2178.90"), None), (f"{statement.number}/2", D("-1410.55"), None),
    ]  # fmt: skip
    assert (statement.claims, statement.net, statement.gross) == (1, D("0.00"), D("0.00"))
    assert unbalanced(session) == []


def test_entries_that_come_to_nothing_go_along_with_claims(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    for kind in ("audit", "credit"):
        book(session, Booking(dealer.code, kind, D("100.00"), "飞检"), SYSTEM, OCTOBER)
    session.commit()
    close_month(session, "2026-10", SYSTEM, now)
    statement = session.scalars(select(Settlement)).one()
    assert (statement.net, set(session.scalars(select(Deduction.settlement_id)))) == (D("1410.55"), {statement.id})


def test_an_entry_is_found_with_the_statement_that_took_it(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    taken = book(session, Booking(dealer.code, "audit", D("10.00"), "飞检"), SYSTEM, OCTOBER)
    waits = book(session, Booking(dealer.code, "audit", D("20.00"), "飞检"), SYSTEM, now)
    session.commit()
    close_month(session, "2026-10", SYSTEM, now)
    statement = session.scalars(select(Settlement)).one()
    found = {key: entry_of(session, key) for key in (taken.id, waits.id)}
    assert [entry.amount for entry in found.values()] == [D("-10.00"), D("-20.00")]
    assert [statement_of(session, entry) for entry in found.values()] == [statement, None]
    with pytest.raises(NotFoundError):
        entry_of(session, waits.id + 1)
    with pytest.raises(DomainError, match="Mark the lines"):
        services.dispute(session, statement.id, SYSTEM, now)
