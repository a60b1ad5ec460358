"""The same moment twice: two presses of one button, two auditors on one claim, a change while it is decided."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import StateChange
from tests.factories.claims import make_claim
from tests.factories.network import make_actor, make_dealer
from tests.factories.vehicles import make_vehicle
from tests.support.at_once import both_at_once
from warranty.claims.models import Claim, ClaimDecision, ClaimVersion
from warranty.claims.rules.checks import CHECK_BY_ID
from warranty.claims.services import Decision, Edit, Submitted, decide_claim, edit_claim, submit, submit_claim


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_pressed_twice_at_the_same_moment_it_is_submitted_once(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    clerk = make_actor(session, "warranty_clerk", dealer)
    number = make_claim(session, now=now, dealer=dealer).number
    session.commit()
    outcomes = both_at_once(app, (clerk, clerk), lambda s, who: submit_claim(s, number, who, now, seen_version=0))
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True]
    assert {outcome.version for outcome in outcomes} == {1}
    assert count(session, ClaimVersion) == 1
    assert count(session, StateChange) == 2  # the order was completed, the claim submitted


def test_of_two_claims_for_one_car_part_and_day_the_second_sees_the_first(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    car, dealers = make_vehicle(session), (make_dealer(session), make_dealer(session))
    clerks = (make_actor(session, "warranty_clerk", dealers[0]), make_actor(session, "warranty_clerk", dealers[1]))
    numbers = {
        dealer.id: make_claim(session, now=now, dealer=dealer, vehicle=car, odometer_km=8_000).number
        for dealer in dealers
    }
    session.commit()

    def slow_store(*arguments: Any) -> Any:
        time.sleep(0.5)  # both have read by now, unless one had to wait for the other
        return store(*arguments)

    store = submit._store  # noqa: SLF001
    monkeypatch.setattr(submit, "_store", slow_store)
    outcomes = both_at_once(app, clerks, lambda s, who: submit_claim(s, numbers[who.dealer_id or 0], who, now))
    refused = [one for one in outcomes if isinstance(one, DomainError)]
    assert [isinstance(one, Submitted) for one in outcomes].count(True) == 1
    assert [fault.message for fault in refused[0].faults] == [CHECK_BY_ID["duplicate"].message]


@pytest.mark.parametrize("outcome", ["approve", "return"])
def test_of_two_auditors_one_wins_and_the_other_is_told(
    app: Flask, session: Session, now: datetime, outcome: str
) -> None:
    claim = make_claim(session, "submitted", now=now)
    number, seen = claim.number, claim.row_version
    actors = (make_actor(session, "auditor"), make_actor(session, "senior_auditor"))
    session.commit()
    outcomes = both_at_once(
        app, actors, lambda s, who: decide_claim(s, number, Decision(outcome, "看过"), who, now, seen).number
    )
    lost = [one for one in outcomes if isinstance(one, ConflictError)]
    assert [one for one in outcomes if one == number] == [number]
    winner = actors[outcomes.index(number)]
    assert lost[0].faults[0].facts["who"] == winner.name
    assert count(session, ClaimDecision) == 1
    assert session.scalars(select(Claim.state).where(Claim.number == number)).one() in {"approved", "returned"}


def test_a_dealer_who_changes_a_claim_while_it_is_decided_changes_nothing_and_is_told(
    app: Flask, session: Session, now: datetime
) -> None:
    dealer = make_dealer(session)
    people = (make_actor(session, "warranty_clerk", dealer), make_actor(session, "auditor"))
    claim = make_claim(session, "submitted", now=now, dealer=dealer)
    number, applied, seen = claim.number, claim.applied, claim.row_version
    session.commit()

    def act(own: Session, who: Actor) -> Any:
        if who.dealer_id is None:
            return decide_claim(own, number, Decision("approve"), who, now, seen).state
        return edit_claim(own, number, Edit({"cause": "改写"}, {1: Decimal("1.00")}), who)

    edited, decided = both_at_once(app, people, act)
    assert isinstance(edited, ConflictError)
    assert decided == "approved"
    session.expire_all()
    kept = session.scalars(select(Claim).where(Claim.number == number)).one()
    assert (kept.applied, kept.audited, kept.cause == "改写") == (applied, applied, False)


def test_what_was_changed_at_the_moment_of_submitting_is_in_the_version_or_refused(
    app: Flask, session: Session, now: datetime
) -> None:
    dealer = make_dealer(session)
    clerks = (make_actor(session, "warranty_clerk", dealer), make_actor(session, "service_manager", dealer))
    number = make_claim(session, now=now, dealer=dealer).number
    session.commit()

    def act(own: Session, who: Actor) -> Any:
        if who == clerks[0]:
            return submit_claim(own, number, who, now, seen_version=0).version
        return edit_claim(own, number, Edit({"cause": "轴承滚道剥落，松旷"}), who).cause

    submitted, edited = both_at_once(app, clerks, act)
    assert submitted == 1
    session.expire_all()
    claim = session.scalars(select(Claim).where(Claim.number == number)).one()
    content = session.scalars(select(ClaimVersion.content)).one()
    assert content["claim"]["cause"] == claim.cause
    assert (edited == claim.cause) != isinstance(edited, ConflictError)


def test_who_audits_an_earlier_version_is_told_that_there_is_a_new_one(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    clerk = make_actor(session, "warranty_clerk", dealer)
    first, second = make_actor(session, "auditor"), make_actor(session, "senior_auditor")
    claim = make_claim(session, "submitted", now=now, dealer=dealer)
    number, seen = claim.number, claim.row_version  # the second auditor's page was drawn now
    decide_claim(session, number, Decision("return", "请补充照片"), first, now, seen)
    edit_claim(session, number, Edit({"cause": "水泵轴封渗漏，已拍照"}), clerk)
    submit_claim(session, number, clerk, now, seen_version=1)
    with pytest.raises(ConflictError):
        decide_claim(session, number, Decision("approve"), second, now, seen)
    assert (claim.state, claim.version, claim.audited) == ("submitted", 2, None)
