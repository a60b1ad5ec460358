"""Recovery on the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import OperatorError
from tests.factories.network import make_dealer
from tests.factories.recovery import make_contract, make_cost, make_part, make_supplier
from warranty.recovery.cli import recovery
from warranty.recovery.models import RecoveryLine

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
DAYS = ("--from", "2026-10-01", "--to", "2026-10-31")
pytestmark = pytest.mark.databases("sqlite")


def run(app: Flask, *words: str) -> Result:
    return CliRunner().invoke(recovery, words, obj=lambda: app)


def make_world(session: Session, now: datetime) -> None:
    supplier = make_supplier(session)
    make_part(session, supplier)
    make_contract(session, now, supplier)
    make_cost(session, make_dealer(session), OCTOBER)
    session.commit()


def test_it_prints_what_it_made_and_makes_it_once(app: Flask, session: Session, now: datetime) -> None:
    make_world(session, now)
    first = run(app, "make", *DAYS, "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.output) == {"numbers": ["RV-S0001-202611-0001"], "claims": 1, "claimed": "561.00"}
    assert "0 demands over 0 claims" in run(app, "make", *DAYS, "--supplier", "s0001").output


def test_days_that_make_no_sense_are_one_line(app: Flask, session: Session) -> None:
    session.rollback()
    answer = run(app, "make", "--from", "2026-10-31", "--to", "2026-10-01")
    assert isinstance(answer.exception, OperatorError)


def test_check_finds_a_fen(app: Flask, session: Session, now: datetime) -> None:
    make_world(session, now)
    run(app, "make", *DAYS)
    assert run(app, "check").exit_code == 0
    session.rollback()
    line = session.scalars(select(RecoveryLine)).first()
    assert line is not None
    line.asked -= Decimal("0.01")
    session.commit()
    found = run(app, "check", "--json")
    assert found.exit_code == 1
    assert json.loads(found.output)[0]["number"] == "RV-S0001-202611-0001"
