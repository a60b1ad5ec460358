"""The pages of the rule book: read by everybody who sees claims, written, tried and enforced by whoever may."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.auth.models import User
from portal.kernel.jobs import run_one
from tests.factories.claims import make_claim
from tests.factories.network import make_actor, make_dealer, make_user
from warranty.claims.book_forms import GRADES, WHOLES
from warranty.claims.models import RuleBookVersion, RuleTrial
from warranty.claims.queries.books import book_of
from warranty.claims.rules.book import FIRST_BOOK
from warranty.claims.rules.checks import CHECKS
from warranty.claims.services import submit_claim

SignIn = Callable[[User], FlaskClient]
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def senior(session: Session, sign_in: SignIn) -> FlaskClient:
    user = make_user(session, "senior_auditor")
    session.commit()
    client = sign_in(user)
    session.rollback()
    return client


def typed(row_version: int, **changes: str | list[str]) -> dict[str, str | list[str]]:
    """Return the whole form as its page sends it, with some fields changed; an unticked box is not sent."""
    book = FIRST_BOOK
    values: dict[str, str | list[str]] = {
        "level_two_types": list(book.routing.level_two_types), "level_two_watch": list(book.routing.level_two_watch),
        "version": str(row_version), "sample_percent": "5", "note": "自动审核", "hours_above": "20",
        "authorisation_above": "20000",
        "four_eyes_above": "30000", "handling": "10", "out_call_km": "2.00",
        "first_service_amount": "600.00", "pdi_amount": "400.00", "substitute_day": "200.00", "substitute_days": "30",
        **{name: str(getattr(getattr(book, part), name)) for part, names in WHOLES.items() for name in names},
        **{f"amount-{grade}": str(book.limits.amount_limit(grade)) for grade in GRADES},
        **{f"level-{grade}": str(book.routing.limit(grade)) for grade in GRADES},
    }  # fmt: skip
    for check in CHECKS:
        values |= {
            f"active-{check.id}": "y",
            f"severity-{check.id}": check.severity,
            f"outcome-{check.id}": check.outcome,
        }
    return values | changes


def version_of(session: Session, version: int = 2) -> int:
    found = session.scalars(select(RuleBookVersion.row_version).where(RuleBookVersion.version == version)).one()
    session.rollback()
    return found


def test_from_the_draft_into_force(app: Flask, session: Session, now: datetime, senior: FlaskClient) -> None:
    dealer = make_dealer(session)
    clerk = make_actor(session, "warranty_clerk", dealer)
    for _ in range(2):
        claim = make_claim(session, now=now, dealer=dealer)
        submit_claim(session, claim.number, clerk, now)
    session.commit()
    assert senior.post("/claims/rules/draft").location.endswith("/claims/rules/2/edit")
    form = typed(version_of(session), automatic="y", **{"amount-3": "800.00"})
    assert senior.post("/claims/rules/2/edit", data=form).location.endswith("/claims/rules/2")
    shown = senior.get("/claims/rules/2").get_data(as_text=True)
    assert "5,000.00</del> → 800.00" in shown
    days = {"version": str(version_of(session)), "first": "2026-11-01", "last": "2026-11-20"}
    senior.post("/claims/rules/2/try", data=days)
    assert 'hx-trigger="every 1s"' in senior.get("/claims/rules/2").get_data(as_text=True)
    with app.app_context():
        assert run_one("test")
    trial = session.scalars(select(RuleTrial)).one()
    assert (trial.claims, trial.changed) == (2, 2)  # people decided, now they pay themselves
    key = trial.id
    session.rollback()
    shown = senior.get("/claims/rules/2").get_data(as_text=True)
    assert "结果有变化" in shown
    assert senior.get(f"/claims/rules/changes?trial={key}").get_data(as_text=True).count("CL-") >= 2
    enforced = {"version": str(version_of(session)), "valid_from": "2026-11-21"}
    senior.post("/claims/rules/2/enforce", data=enforced)
    row = session.scalars(select(RuleBookVersion)).one()
    assert (row.state, str(row.valid_from), book_of(row).automatic) == ("in_force", "2026-11-21", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount-3": "12.345"}, "amount-3"),
        ({"sample_percent": "101"}, "sample_percent"),
        ({"hours_above": "viele"}, "hours_above"),
        ({"submit_within_days": ""}, "submit_within_days"),
        ({"severity-duplicate": "murder"}, "severity-duplicate"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    session: Session, senior: FlaskClient, changes: dict[str, str], field: str
) -> None:
    senior.post("/claims/rules/draft")
    answer = senior.post("/claims/rules/2/edit", data=typed(version_of(session), **changes))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert version_of(session) == 1


def test_who_decides_is_routed_by_type_and_watch_as_the_book_says(session: Session, senior: FlaskClient) -> None:
    senior.post("/claims/rules/draft")
    page = senior.get("/claims/rules/2/edit").get_data(as_text=True)
    assert re.search(r'<input[^>]*checked[^>]*name="level_two_types"[^>]*value="goodwill"', page)
    form = typed(version_of(session), level_two_types=["goodwill", "out_call"], level_two_watch=[])
    assert senior.post("/claims/rules/2/edit", data=form).status_code == 302
    row = session.scalars(select(RuleBookVersion)).one()
    routing = book_of(row).routing
    session.rollback()
    assert (routing.level_two_types, routing.level_two_watch) == (("goodwill", "out_call"), ())
    shown = senior.get("/claims/rules/2", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Goodwill, Out-call claim" in shown
    wrong = typed(version_of(session), level_two_watch=["purple"])
    assert senior.post("/claims/rules/2/edit", data=wrong).status_code == 422


def test_a_dealer_reads_the_rules_and_writes_none(session: Session, sign_in: SignIn) -> None:
    user = make_user(session, "warranty_clerk")
    session.commit()
    clerk = sign_in(user)
    session.rollback()
    shown = clerk.get("/claims/rules").get_data(as_text=True)
    assert "全部人工审核" in shown
    assert "起草新版本" not in shown
    assert clerk.post("/claims/rules/draft").status_code == 403


def test_an_enforced_book_shows_no_form(session: Session, now: datetime, senior: FlaskClient) -> None:
    from tests.factories.books import make_book

    make_book(session, now)
    session.commit()
    shown = senior.get("/claims/rules/2").get_data(as_text=True)
    assert "自动审核通过" in shown
    assert "修改草案" not in shown
    assert senior.post("/claims/rules/2/discard", data={"version": "9", "reason": "x"}).status_code == 409
