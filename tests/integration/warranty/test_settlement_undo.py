"""Undoing what was booked, again and again, and while the month is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import ConflictError
from tests.factories.network import make_actor, make_dealer
from tests.factories.returns import make_old_part
from tests.factories.settlement import make_approved
from tests.support.at_once import Pause, both_at_once, in_a_transaction
from warranty.claims.models import Claim
from warranty.settlement import deductions, services
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, StatementDeductions, book, undo
from warranty.settlement.models import Deduction, Settlement, SettlementLine
from warranty.settlement.queries import unbalanced
from warranty.settlement.services import REMOVED, Answer

D = Decimal
MONTH, NEXT, THIRD = "2026-10", "2026-11", "2026-12"
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
CLOSING, LATER = datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 4, 2, tzinfo=UTC)
DESK, FINANCE = Actor.system("索赔员"), Actor.system("结算员")


def settled_debit(session: Session) -> tuple[Dealer, Deduction]:
    """Return a debit of 100.00 that November's statement took, beside a claim that was settled in October."""
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    session.commit()
    close_month(session, MONTH, FINANCE, CLOSING)
    debit = book(session, Booking(dealer.code, "debit", D("100.00"), "二次抵扣", claim.number), DESK, CLOSING)
    make_approved(session, dealer, CLOSING)
    session.commit()
    close_month(session, NEXT, FINANCE, LATER)
    return dealer, session.get_one(Deduction, debit.id)


def test_an_old_parts_deduction_is_given_back_once_and_one_that_never_was_not_at_all(session: Session) -> None:
    part = make_old_part(session, "deducted", OCTOBER, make_dealer(session))
    beside = StatementDeductions()
    beside.give_back(session, f"{part.number}9", "没有这件旧件", DESK, CLOSING)
    for reason, day in (("复测属实", CLOSING), ("再来一次", LATER)):
        beside.give_back(session, part.number, reason, DESK, day)
    entry = session.scalars(select(Deduction)).one()
    assert (entry.source, entry.cancelled_for, entry.cancelled_at) == (part.number, "复测属实", CLOSING)


def test_a_credit_that_was_struck_out_is_given_anew(session: Session) -> None:
    dealer, debit = settled_debit(session)
    credit = undo(session, debit.id, "扣错了", DESK, LATER)
    undo(session, credit.id, "没扣错", DESK, LATER)
    session.commit()
    again = undo(session, debit.id, "确实扣错了", FINANCE, LATER + timedelta(days=1))
    assert (again.id, again.amount, again.reason) == (credit.id, D("100.00"), "确实扣错了")
    assert (again.booked_by, again.booked_at) == ("结算员", LATER + timedelta(days=1))
    assert (again.cancelled_at, again.cancelled_by, again.cancelled_for) == (None, None, None)
    with pytest.raises(ConflictError, match="credited already"):
        undo(session, debit.id, "再来一次", DESK, LATER)
    session.commit()
    trail = session.scalars(
        select(AuditEntry.changes)
        .where(AuditEntry.table_name == "deduction", AuditEntry.row_id == credit.id)
        .order_by(AuditEntry.id)
    ).all()
    assert ["没扣错" in str(changes) and "确实扣错了" in str(changes) for changes in trail] == [False, False, True]
    close_month(session, THIRD, FINANCE, NEW_YEAR)
    last = session.scalars(
        select(Settlement).where(Settlement.dealer_id == dealer.id, Settlement.month == THIRD)
    ).one()  # fmt: skip
    assert last.net == D("100.00")
    assert unbalanced(session) == []
    with pytest.raises(ConflictError, match="credited already"):
        undo(session, debit.id, "再来一次", DESK, NEW_YEAR)


@pytest.mark.databases("postgresql")
def test_two_who_give_a_struck_out_credit_anew_give_it_once(app: Flask, session: Session) -> None:
    _dealer, debit = settled_debit(session)
    credit = undo(session, debit.id, "扣错了", DESK, LATER)
    undo(session, credit.id, "没扣错", DESK, LATER)
    key, actors = debit.id, (make_actor(session, "settlement"), make_actor(session, "settlement"))
    session.commit()
    outcomes = both_at_once(app, actors, lambda own, actor: undo(own, key, "确实扣错了", actor, LATER))
    assert sorted(type(one).__name__ for one in outcomes) == ["ConflictError", "Deduction"]


@pytest.fixture
def released(session: Session) -> tuple[str, int]:
    """A claim that was taken out of its statement, and its credit: both wait for the next month."""
    dealer = make_dealer(session)
    claim, _other = make_approved(session, dealer, OCTOBER, count=2)
    session.commit()
    close_month(session, MONTH, FINANCE, CLOSING)
    credit = book(session, Booking(dealer.code, "credit", D("50.00"), "返还", claim.number), DESK, CLOSING)
    line = session.scalars(select(SettlementLine).where(SettlementLine.claim_id == claim.id)).first()
    assert line is not None
    services.mark_line(session, line.id, "金额不对", DESK)
    services.dispute(session, line.settlement_id, DESK, CLOSING)
    services.answer(session, line.settlement_id, {line.id: Answer(REMOVED, "下月再结")}, FINANCE, CLOSING)
    session.commit()
    return claim.number, credit.id


@pytest.mark.databases("postgresql")
def test_a_credit_is_struck_out_while_the_month_is_closed(
    app: Flask, session: Session, released: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, key = released
    pause = Pause()
    monkeypatch.setattr(deductions, "left_of_claim", pause.before(deductions.left_of_claim))
    outcomes = pause.one_after_the_other(
        lambda: in_a_transaction(app, DESK, lambda own: undo(own, key, "录错", DESK, LATER).id),
        lambda: in_a_transaction(app, FINANCE, lambda own: close_month(own, NEXT, FINANCE, LATER).claims),
    )
    assert outcomes == [key, 1]
    assert session.get_one(Deduction, key, populate_existing=True).cancelled_at == LATER
    assert session.scalars(select(Claim.state).where(Claim.number == number)).one() == "in_settlement"
    assert unbalanced(session) == []
