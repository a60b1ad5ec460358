"""The set-based step: the same rules and the same traces as the step of one entity."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import StateChange, advance, advance_all, history
from portal.kernel.states import StateError
from tests.factories.network import make_dealer

SYSTEM = Actor.system("test")


def states(session: Session) -> list[str]:
    return list(session.scalars(select(Dealer.state).order_by(Dealer.id)))


def test_every_row_gets_its_state_its_version_and_its_history(session: Session, now: datetime) -> None:
    dealers = [make_dealer(session) for _ in range(3)]
    done = advance_all(session, Dealer, Dealer.id.in_([d.id for d in dealers[:2]]), "suspend", SYSTEM, now, reason="x")
    assert done == 2
    assert states(session) == ["suspended", "suspended", "open"]
    assert [dealer.state for dealer in dealers] == ["suspended", "suspended", "open"]  # loaded ones are fresh
    assert [dealer.row_version for dealer in dealers] == [2, 2, 1]
    for dealer in dealers[:2]:
        (step,) = history(session, dealer)
        assert (step.action, step.source, step.target, step.reason) == ("suspend", "open", "suspended", "x")
        assert (step.actor, step.at) == ("test", now)
    assert history(session, dealers[2]) == []


def test_rows_from_several_states_keep_where_they_came_from(session: Session, now: datetime) -> None:
    first, second = make_dealer(session), make_dealer(session)
    advance(session, first, "suspend", SYSTEM, now, reason="x")
    assert advance_all(session, Dealer, Dealer.id > 0, "close", SYSTEM, now, reason="y") == 2
    assert history(session, first)[-1].source == "suspended"
    assert history(session, second)[-1].source == "open"


def test_one_row_that_cannot_stops_them_all(session: Session, now: datetime) -> None:
    first, _second = make_dealer(session), make_dealer(session)
    advance(session, first, "suspend", SYSTEM, now, reason="x")
    with pytest.raises(StateError):
        advance_all(session, Dealer, Dealer.id > 0, "suspend", SYSTEM, now, reason="x")
    assert states(session) == ["suspended", "open"]
    assert len(session.scalars(select(StateChange)).all()) == 1


def test_permission_and_reason_are_asked_for(session: Session, now: datetime) -> None:
    make_dealer(session)
    with pytest.raises(AccessDeniedError):
        advance_all(session, Dealer, Dealer.id > 0, "suspend", Actor(1, "clerk"), now, reason="x")
    with pytest.raises(DomainError):
        advance_all(session, Dealer, Dealer.id > 0, "suspend", SYSTEM, now, reason="  ")
    with pytest.raises(DomainError):
        advance_all(session, Dealer, Dealer.id > 0, "suspend", SYSTEM, now, reason="x" * 1_001)
    assert states(session) == ["open"]


def test_no_rows_is_no_fault(session: Session, now: datetime) -> None:
    assert advance_all(session, Dealer, Dealer.id > 0, "suspend", SYSTEM, now, reason="x") == 0
