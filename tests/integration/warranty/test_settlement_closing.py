from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import StateChange
from portal.kernel.scoping import HeadOfficeScope, enter
from tests.factories.network import make_actor, make_dealer
from tests.factories.settlement import make_approved
from warranty.claims.models import Claim, ClaimLine
from warranty.settlement.closing import close_dealer, close_month, open_period
from warranty.settlement.models import LedgerEntry, Settlement, SettlementLine, SettlementPeriod, TaxRate
from warranty.settlement.queries import unbalanced

D = Decimal
MONTH = "2026-10"
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
SYSTEM = Actor.system("test")


def lines_of(session: Session) -> list[tuple[str, str, Decimal]]:
    rows = session.execute(
        select(SettlementLine.claim_number, SettlementLine.kind, SettlementLine.amount).order_by(SettlementLine.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_dealers_claims_become_one_statement(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    first, second = make_approved(session, dealer, OCTOBER, count=2)
    session.commit()
    closed = close_month(session, MONTH, SYSTEM, now)
    assert (closed.statements, closed.claims, closed.finished, closed.failures) == (1, 2, True, ())
    # 2 × (90.00 + 1200.50 + 120.05) = 2821.10; 13 % of it is 366.743.
    assert (closed.net, closed.gross) == (D("2821.10"), D("3187.84"))
    (statement,) = session.scalars(select(Settlement)).all()
    assert statement.number == f"ST-{dealer.code}-202611-0001"
    assert (statement.state, statement.month, statement.claims) == ("generated", MONTH, 2)
    assert (statement.net, statement.tax, statement.gross) == (D("2821.10"), D("366.74"), D("3187.84"))
    assert lines_of(session) == [
        (claim.number, kind, D(amount))
        for claim in (first, second)
        for kind, amount in (("labour", "90.00"), ("part", "1200.50"), ("handling", "120.05"))
    ]
    ledger = {row.account: row.amount for row in session.scalars(select(LedgerEntry))}
    assert ledger == {"claims": D("2821.10"), "tax": D("366.74")}
    assert set(session.scalars(select(Claim.state))) == {"in_settlement"}
    steps = session.scalars(select(StateChange).where(StateChange.action == "settle")).all()
    assert {step.entity_id for step in steps} == {first.id, second.id}
    assert {step.reason for step in steps} == {statement.number}
    assert unbalanced(session) == []


def test_run_again_it_does_nothing(session: Session, now: datetime) -> None:
    make_approved(session, make_dealer(session), OCTOBER)
    session.commit()
    close_month(session, MONTH, SYSTEM, now)
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    again = close_month(session, MONTH, SYSTEM, now + timedelta(days=1))
    assert (again.statements, again.claims, again.gross, again.finished) == (0, 0, D("0.00"), True)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert session.scalar(select(func.count()).select_from(Settlement)) == 1


def test_a_claim_decided_later_goes_into_the_next_month(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    (early,) = make_approved(session, dealer, OCTOBER)
    (late,) = make_approved(session, dealer, datetime(2026, 10, 31, 16, tzinfo=UTC))  # 1 November in China
    session.commit()
    assert close_month(session, MONTH, SYSTEM, now).claims == 1
    assert session.get_one(Claim, late.id).state == "approved"
    assert close_month(session, "2026-11", SYSTEM, now).claims == 1
    months = session.execute(
        select(SettlementLine.claim_number, Settlement.month).join(Settlement).distinct().order_by(Settlement.month)
    ).all()
    assert [tuple(row) for row in months] == [(early.number, "2026-10"), (late.number, "2026-11")]


def test_the_cut_off_of_a_running_month_stays_where_the_first_start_put_it(session: Session, now: datetime) -> None:
    dealer, other = make_dealer(session), make_dealer(session)
    make_approved(session, dealer, now - timedelta(hours=1))
    make_approved(session, other, now - timedelta(hours=1))
    session.commit()
    period = open_period(session, "2026-11", SYSTEM, now)
    close_dealer(session, period.id, dealer.id, SYSTEM, now)
    session.commit()
    make_approved(session, other, now + timedelta(minutes=5))  # decided after the start that was interrupted
    session.commit()
    closed = close_month(session, "2026-11", SYSTEM, now + timedelta(hours=1))
    assert (closed.statements, closed.claims, closed.finished) == (1, 1, True)
    assert session.scalars(select(SettlementPeriod.cut_off)).one() == now
    assert session.scalar(select(func.count()).where(Claim.state == "approved")) == 1


def test_a_claim_worth_nothing_is_settled_with_a_nought(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    (nought,) = make_approved(session, dealer, OCTOBER, {"labour": "0.00", "part": "0.00"})
    (bare,) = make_approved(session, dealer, OCTOBER, {})
    (worth,) = make_approved(session, dealer, OCTOBER, {"labour": "100.00", "part": "0.00"})
    session.commit()
    closed = close_month(session, MONTH, SYSTEM, now)
    assert (closed.claims, closed.net) == (3, D("100.00"))
    assert sorted(lines_of(session)) == sorted(
        [(nought.number, "other", D("0.00")), (bare.number, "other", D("0.00")), (worth.number, "labour", D("100.00"))]
    )
    assert set(session.scalars(select(Claim.state))) == {"in_settlement"}


def test_totals_that_do_not_fit_stop_that_dealer_only(session: Session, now: datetime) -> None:
    good, bad = make_dealer(session), make_dealer(session)
    make_approved(session, good, OCTOBER)
    (wrong,) = make_approved(session, bad, OCTOBER)
    line = session.scalars(select(ClaimLine).where(ClaimLine.claim_id == wrong.id, ClaimLine.kind == "part")).one()
    line.audited = D("1200.51")
    session.commit()
    closed = close_month(session, MONTH, SYSTEM, now)
    assert (closed.statements, closed.finished) == (1, False)
    assert [failure.dealer for failure in closed.failures] == [bad.code]
    assert session.get_one(Claim, wrong.id).state == "approved"
    line = session.scalars(select(ClaimLine).where(ClaimLine.claim_id == wrong.id, ClaimLine.kind == "part")).one()
    line.audited = D("1200.50")
    session.commit()
    again = close_month(session, MONTH, SYSTEM, now)
    assert (again.statements, again.finished) == (1, True)


def test_the_tax_rate_is_that_of_the_months_last_day(session: Session) -> None:
    session.add(TaxRate(valid_from=datetime(2027, 1, 1, tzinfo=UTC).date(), rate=D("0.1100")))
    make_approved(session, make_dealer(session), datetime(2026, 12, 30, tzinfo=UTC), {"labour": "100.00"})
    session.commit()
    closed = close_month(session, "2026-12", SYSTEM, datetime(2027, 1, 5, tzinfo=UTC))
    assert closed.gross == D("113.00")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "October", "", "2026-12", "2026-10 "])
def test_a_month_that_makes_no_sense_is_told_at_its_field(session: Session, now: datetime, month: str) -> None:
    with pytest.raises(DomainError) as told:
        close_month(session, month, SYSTEM, now)
    assert told.value.faults[0].field == "month"
    assert session.scalars(select(SettlementPeriod)).all() == []


def test_months_go_forward(session: Session, now: datetime) -> None:
    close_month(session, MONTH, SYSTEM, now)
    with pytest.raises(DomainError) as told:
        close_month(session, "2026-09", SYSTEM, now)
    assert told.value.faults[0].facts == {"later": MONTH}


def test_an_interrupted_month_comes_first(session: Session, now: datetime) -> None:
    make_approved(session, make_dealer(session), OCTOBER)
    open_period(session, MONTH, SYSTEM, now)
    session.commit()
    with pytest.raises(DomainError) as told:
        close_month(session, "2026-11", SYSTEM, now)
    assert told.value.faults[0].facts == {"earlier": MONTH}


def test_only_who_may_close_can(session: Session, now: datetime) -> None:
    with pytest.raises(AccessDeniedError):
        close_month(session, MONTH, make_actor(session, "auditor"), now)


def test_progress_is_told_between_the_transactions(session: Session, now: datetime) -> None:
    for _ in range(3):
        make_approved(session, make_dealer(session), OCTOBER)
    session.commit()
    told: list[tuple[int, int]] = []
    close_month(session, MONTH, SYSTEM, now, lambda done, of: told.append((done, of)), batch=2)
    assert told == [(0, 3), (2, 3), (3, 3)]


@pytest.mark.databases("postgresql")
def test_two_people_closing_at_once_close_once(app: Flask, session: Session, now: datetime) -> None:
    for _ in range(12):
        make_approved(session, make_dealer(session), OCTOBER, count=3)
    session.commit()
    together = threading.Barrier(3)
    done: list[int] = []

    def one() -> None:
        with app.app_context(), Session(db.engine, expire_on_commit=False) as mine:
            enter(mine, SYSTEM, HeadOfficeScope("test"))
            together.wait()
            done.append(close_month(mine, MONTH, SYSTEM, now).statements)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 12
    assert_everything_once(session, claims=36)


def assert_everything_once(session: Session, claims: int) -> None:
    session.rollback()
    dealers = session.scalar(select(func.count()).select_from(Dealer))
    assert session.scalar(select(func.count()).select_from(Settlement)) == dealers
    assert session.scalar(select(func.count()).where(Claim.state == "in_settlement")) == claims
    assert session.scalar(select(func.count(SettlementLine.claim_id.distinct()))) == claims
    assert session.scalar(select(func.count()).where(StateChange.action == "settle")) == claims
    audited = session.scalar(select(func.sum(Claim.audited)))
    assert session.scalar(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.account == "claims")) == audited
    assert session.scalar(select(func.sum(SettlementLine.amount))) == audited
    assert unbalanced(session) == []
