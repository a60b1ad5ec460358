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
from tests.factories.settlement import make_approved
from warranty.settlement.cli import settlement
from warranty.settlement.models import SettlementLine

OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
pytestmark = pytest.mark.databases("sqlite")


def run(app: Flask, *words: str) -> Result:
    return CliRunner().invoke(settlement, words, obj=lambda: app)


def test_close_prints_what_it_did_and_does_it_once(app: Flask, session: Session) -> None:
    make_approved(session, make_dealer(session), OCTOBER, count=2)
    session.commit()
    first = run(app, "close", "2026-10", "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.output) == {
        "month": "2026-10", "statements": 1, "claims": 2, "net": "2821.10", "gross": "3187.84", "failures": [],
        "finished": True,
    }  # fmt: skip
    again = run(app, "close", "2026-10")
    assert "0 statements over 0 claims" in again.output


def test_a_month_that_makes_no_sense_is_one_line(app: Flask, session: Session) -> None:
    session.rollback()
    answer = run(app, "close", "2027-13")
    assert isinstance(answer.exception, OperatorError)
    assert "2026-01" in str(answer.exception)


def test_check_finds_a_fen(app: Flask, session: Session) -> None:
    make_approved(session, make_dealer(session), OCTOBER)
    session.commit()
    run(app, "close", "2026-10")
    assert run(app, "check").exit_code == 0
    session.rollback()
    session.scalars(select(SettlementLine)).first().amount += Decimal("0.01")  # type: ignore[union-attr]
    session.commit()
    found = run(app, "check", "--json")
    assert found.exit_code == 1
    assert json.loads(found.output)[0]["lines"] == "1410.56"
