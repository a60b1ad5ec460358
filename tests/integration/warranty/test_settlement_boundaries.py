"""The first moment of a month, and entries that come to nothing: where a close begins and what makes a statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.network import make_dealer
from warranty.settlement.closing import check_month, close_dealer, open_period
from warranty.settlement.deductions import Booking, book
from warranty.settlement.models import Deduction, Settlement

SYSTEM = Actor.system("test")
#: Midnight in China, with which November begins.
BEGIN = datetime(2026, 10, 31, 16, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)


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
        book(session, Booking(dealer.code, kind, Decimal("100.00"), "飞检"), SYSTEM, OCTOBER)
    period = open_period(session, "2026-10", SYSTEM, now)
    assert close_dealer(session, period.id, dealer.id, SYSTEM, now) is None
    assert session.scalar(select(func.count()).select_from(Settlement)) == 0
    assert set(session.scalars(select(Deduction.settlement_id))) == {None}
    book(session, Booking(dealer.code, "credit", Decimal("0.01"), "更正"), SYSTEM, OCTOBER)
    statement = close_dealer(session, period.id, dealer.id, SYSTEM, now)
    assert statement is not None
    assert (statement.claims, statement.net, statement.tax, statement.gross) == (
        0, Decimal("0.01"), Decimal("0.00"), Decimal("0.01"),
    )  # fmt: skip
