"""Overdue old parts are written off while the month is closed: neither waits for the other in a circle."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.services import PaidPart, write_off
from portal.kernel.access import Actor
from tests.factories.network import make_dealer
from tests.factories.returns import COST, make_due
from tests.factories.settlement import make_approved
from tests.support.at_once import Pause, in_a_transaction
from warranty.claims.models import Claim
from warranty.settlement import deductions, services
from warranty.settlement.closing import close_month
from warranty.settlement.models import Deduction, Settlement
from warranty.settlement.queries import unbalanced

DECIDED = datetime(2026, 10, 2, 4, tzinfo=UTC)
DESK, FINANCE = Actor.system("旧件员"), Actor.system("结算员")


@pytest.fixture
def pause() -> Pause:
    return Pause()


@pytest.fixture
def overdue(session: Session, monkeypatch: pytest.MonkeyPatch, pause: Pause) -> Dealer:
    """A station with three old parts to write off, which takes its time between one and the next."""
    dealer, part = make_dealer(session), (PaidPart(2, "WP-1001", "水泵", Decimal(1), True, COST),)
    for claim in reversed(make_approved(session, dealer, DECIDED, count=3)):  # decided in another order than made
        make_due(session, DECIDED, dealer, serial=claim.id, number=claim.number, parts=part)
    session.commit()
    lock = deductions.left_of_claim

    def slowly(*args: Any, **values: Any) -> Any:
        found = lock(*args, **values)
        pause()
        return found

    monkeypatch.setattr(deductions, "left_of_claim", slowly)
    return dealer


@pytest.mark.databases("postgresql")
def test_parts_are_written_off_while_the_month_is_closed(
    app: Flask, session: Session, now: datetime, overdue: Dealer, pause: Pause
) -> None:
    code = overdue.code
    outcomes = pause.one_after_the_other(
        lambda: in_a_transaction(app, DESK, lambda own: len(write_off(own, code, "逾期未返", DESK, now))),
        lambda: in_a_transaction(app, FINANCE, lambda own: close_month(own, "2026-10", FINANCE, now).claims),
    )
    assert outcomes == [3, 3]
    assert unbalanced(session) == []
    assert session.scalar(select(func.sum(Deduction.amount))) == -3 * COST


@pytest.mark.databases("postgresql")
def test_parts_are_written_off_while_a_statement_is_paid(
    app: Flask, session: Session, now: datetime, overdue: Dealer, pause: Pause
) -> None:
    close_month(session, "2026-10", FINANCE, now)
    statement = session.scalars(select(Settlement)).one()
    services.confirm(session, statement.id, FINANCE, now)
    services.review(session, statement.id, FINANCE, now)
    services.receive_invoice(session, statement.id, "12345678", statement.gross, FINANCE, now)
    session.commit()
    for claim in session.scalars(select(Claim).order_by(Claim.id.desc())).all():  # now they lie the other way round
        claim.concern += "。"
        session.commit()
    code, key = overdue.code, statement.id

    def pay(own: Session) -> str:
        for kind in ("nestloop", "indexscan", "bitmapscan"):  # as the planner may choose for many claims
            own.execute(text(f"set local enable_{kind} = off"))
        services.pay(own, key, FINANCE, now)
        return own.get_one(Settlement, key).state

    outcomes = pause.one_after_the_other(
        lambda: in_a_transaction(app, DESK, lambda own: len(write_off(own, code, "逾期未返", DESK, now))),
        lambda: in_a_transaction(app, FINANCE, pay),
    )
    assert outcomes == [3, "paid"]
