"""``kill -9`` in the middle of a month's close, at points nobody chose; then run again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from tests.factories.network import make_dealer
from tests.factories.settlement import make_approved
from tests.factories.vehicles import make_vehicle
from tests.support.killed import runs
from warranty.claims.models import Claim
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book
from warranty.settlement.models import Deduction, LedgerEntry, Settlement, SettlementLine, SettlementPeriod
from warranty.settlement.queries import unbalanced

MONTH = "2026-10"
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
DEALERS, CLAIMS_EACH, KILLS, BATCH = 36, 3, 5, 2
#: So many moments a batch takes; a run is killed in one of its first three, so that some are left after all kills.
MOMENTS = 110

#: Closes the month and says before each transaction how many dealers are done.
CLOSE = f'close_month(session, "{MONTH}", actor, NOW, tell, batch={BATCH})'


def whole_dealers(session: Session) -> int:
    """Check that every dealer is done wholly or untouched; return how many are done."""
    session.rollback()
    done = set(session.scalars(select(Settlement.dealer_id)))
    rows = session.execute(
        select(Claim.dealer_id, Claim.state, func.count()).group_by(Claim.dealer_id, Claim.state)
    ).all()
    assert len(rows) == DEALERS
    for dealer_id, state, count in rows:
        assert (state, count) == ("in_settlement" if dealer_id in done else "approved", CLAIMS_EACH)
    assert unbalanced(session) == []
    taken = session.execute(
        select(Deduction.dealer_id, Deduction.settlement_id.is_not(None)).where(Deduction.kind == "audit")
    ).all()  # fmt: skip
    assert {dealer_id: bool(inside) for dealer_id, inside in taken} == {
        dealer_id: dealer_id in done for dealer_id, _state, _count in rows
    }
    pairs = session.execute(select(Deduction.kind, func.count()).group_by(Deduction.kind)).all()
    carried = {kind: count for kind, count in pairs if kind != "audit"}
    assert len(set(carried.values())) <= 1  # what is carried over in one statement waits for the next, once
    session.rollback()  # lets the next child have SQLite's write lock
    return len(done)


def test_killed_again_and_again_nothing_is_paid_twice_or_forgotten(
    session: Session, database_url: str, tmp_path: Path, now: datetime
) -> None:
    vehicle = make_vehicle(session)
    for place in range(DEALERS):
        dealer = make_dealer(session)
        make_approved(session, dealer, OCTOBER, vehicle=vehicle, count=CLAIMS_EACH)
        amount = Decimal("9000.00") if place % 3 == 0 else Decimal("10.00")  # more than a month brings, or less
        book(session, Booking(dealer.code, "audit", amount, "飞检扣款"), Actor.system("test"), OCTOBER)
    session.commit()
    chance, reached = random.Random(20261031), 0
    with runs(database_url, tmp_path, "from warranty.settlement.closing import close_month", CLOSE) as child:
        for _ in range(KILLS):
            child.kill(chance.randint(1, 3), chance.randrange(MOMENTS))
            done = whole_dealers(session)
            assert reached <= done < DEALERS
            reached = done
    assert reached > 0
    session.rollback()
    closed = close_month(session, MONTH, Actor.system("test"), now)
    assert (closed.statements, closed.finished) == (DEALERS - reached, True)
    assert whole_dealers(session) == DEALERS
    assert len(session.scalars(select(SettlementPeriod)).all()) == 1
    lines = session.execute(select(func.count(SettlementLine.claim_id.distinct()), func.sum(SettlementLine.amount)))
    owed = session.scalar(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.account == "claims"))
    audited = session.scalar(select(func.sum(Claim.audited)))
    assert tuple(lines.one()) == (DEALERS * CLAIMS_EACH, audited)
    assert owed == audited
    deducted = session.execute(
        select(Deduction.kind, func.count(), func.sum(Deduction.amount)).group_by(Deduction.kind)
    ).all()  # fmt: skip
    figures = {kind: (count, amount) for kind, count, amount in deducted}
    assert figures["audit"] == (DEALERS, Decimal(-(DEALERS // 3) * 9_000 - (DEALERS - DEALERS // 3) * 10))
    assert figures["carried_over"] == (DEALERS // 3, -figures["brought_forward"][1])
    beside = session.scalar(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.account == "deductions"))
    assert beside == figures["audit"][1] + figures["carried_over"][1]
    again = close_month(session, MONTH, Actor.system("test"), now)
    assert (again.statements, again.claims) == (0, 0)
