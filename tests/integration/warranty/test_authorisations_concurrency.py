"""The same moment twice: two claims on one authorisation, a claim and a withdrawal, two auditors."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.authorisations import make_authorisation
from tests.factories.claims import APPLIED, make_claim
from tests.factories.network import make_actor, make_dealer
from tests.factories.vehicles import make_vehicle
from tests.support.at_once import Pause, both_at_once, in_a_transaction
from warranty.authorisations.queries.pages import sheet
from warranty.authorisations.rules import Grant
from warranty.authorisations.services import Decision, decide_authorisation, withdraw_authorisation
from warranty.claims.rules.checks import CHECK_BY_ID
from warranty.claims.services import Edit, Submitted, edit_claim, submit, submit_claim


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Pause:
    """Let a submission pause before it writes: whoever does not wait for its locks has read by then."""
    pause = Pause()
    monkeypatch.setattr(submit, "_store", pause.before(submit._store))  # noqa: SLF001
    return pause


def scene(session: Session, now: datetime, claims: int) -> tuple[str, list[str], Actor, Actor]:
    """Store an authorisation of 1,000.00 and drafts of 752.10 that name it; a clerk and an auditor."""
    dealer, car = make_dealer(session), make_vehicle(session)
    number = make_authorisation(session, now, dealer=dealer, vehicle=car).number
    drafts = []
    for place in range(claims):
        claim = make_claim(
            session, now=now, dealer=dealer, vehicle=car, odometer_km=8_000 + place,
            completed=now - timedelta(days=9 - place),
        )  # fmt: skip
        edit_claim(session, claim.number, Edit({"pre_authorisation": number}), Actor.system("test"))
        drafts.append(claim.number)
    clerk, auditor = make_actor(session, "warranty_clerk", dealer), make_actor(session, "auditor")
    session.commit()
    return number, drafts, clerk, auditor


@pytest.mark.usefixtures("pause")
def test_of_two_claims_at_once_one_gets_the_money(app: Flask, session: Session, now: datetime) -> None:
    number, drafts, clerk, _auditor = scene(session, now, 2)
    waiting = list(drafts)
    outcomes = both_at_once(app, (clerk, clerk), lambda s, who: submit_claim(s, waiting.pop(), who, now))
    assert [isinstance(one, Submitted) for one in outcomes].count(True) == 1
    refused = next(one for one in outcomes if isinstance(one, DomainError))
    assert [fault.message for fault in refused.faults] == [CHECK_BY_ID["authorisation_exceeded"].message]
    assert sheet(session, number).left == Decimal("1000.00") - APPLIED


@pytest.mark.parametrize("first", ["claim", "withdrawal"])
def test_of_a_claim_and_a_withdrawal_at_once_the_first_wins(
    app: Flask, session: Session, now: datetime, pause: Pause, first: str
) -> None:
    number, (draft,), clerk, _auditor = scene(session, now, 1)

    def claim() -> Any:
        return in_a_transaction(app, clerk, lambda own: submit_claim(own, draft, clerk, now).number)

    def withdraw(own: Session) -> str:
        state = withdraw_authorisation(own, number, "", clerk, now).state
        pause()  # the other comes before this is stored
        return state

    def withdrawal() -> Any:
        return in_a_transaction(app, clerk, withdraw)

    acts = (claim, withdrawal) if first == "claim" else (withdrawal, claim)
    outcomes = pause.one_after_the_other(*acts)
    won = [one for one in outcomes if not isinstance(one, Exception)]
    assert won == ([draft] if first == "claim" else ["withdrawn"])
    assert [isinstance(one, DomainError) for one in outcomes].count(True) == 1
    used = sheet(session, number).used
    assert used == (APPLIED if first == "claim" else Decimal("0.00"))


def test_of_two_auditors_one_wins_and_the_other_is_told(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_authorisation(session, now, "submitted", dealer=dealer, vehicle=make_vehicle(session))
    number, seen = found.number, found.row_version
    actors = (make_actor(session, "auditor"), make_actor(session, "senior_auditor"))
    session.commit()
    outcomes = both_at_once(
        app, actors,
        lambda s, who: decide_authorisation(s, number, Decision("pass", Grant(reason=who.name)), who, now, seen).number,
    )  # fmt: skip
    lost = next(one for one in outcomes if isinstance(one, ConflictError))
    winner = actors[outcomes.index(number)]
    assert lost.faults[0].facts["who"] == winner.name
