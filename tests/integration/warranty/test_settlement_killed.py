"""``kill -9`` in the middle of a month's close, at points nobody chose; then run again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from tests.factories.network import make_dealer
from tests.factories.settlement import make_approved
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book
from warranty.settlement.models import Deduction, LedgerEntry, Settlement, SettlementLine, SettlementPeriod
from warranty.settlement.queries import unbalanced

ROOT = Path(__file__).resolve().parents[3]
MONTH = "2026-10"
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
DEALERS, CLAIMS_EACH, KILLS, BATCH = 36, 3, 5, 2

#: Closes the month and says on standard output, before each transaction, how many dealers are done.
CHILD = f"""
import sys
from pathlib import Path
from sqlalchemy.orm import Session
from portal.app import create_app
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import HeadOfficeScope, enter
from tests.conftest import NOW, settings
from warranty.settlement.closing import close_month

app = create_app(settings(sys.argv[1], Path(sys.argv[2])))
with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
    enter(session, Actor.system("child"), HeadOfficeScope("test"))
    close_month(session, "{MONTH}", Actor.system("child"), NOW, lambda done, of: print(done, of, flush=True),
                batch={BATCH})
"""


@contextmanager
def closing(database_url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, database_url, str(folder)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with child:
        yield child


def kill_somewhere(database_url: str, folder: Path, chance: random.Random) -> None:
    """Let a child do a few transactions, then kill it between two of them or in the middle of one."""
    few, moment = chance.randint(1, 4), chance.uniform(0, 0.024)
    with closing(database_url, folder) as child:
        assert child.stdout is not None
        for _ in range(few):
            assert child.stdout.readline()
        time.sleep(moment)
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


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
    for _ in range(KILLS):
        kill_somewhere(database_url, tmp_path, chance)
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
