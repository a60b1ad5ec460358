from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dealers.network.models import Dealer
from portal.kernel.access import AccessDeniedError, Actor, public
from portal.kernel.db import db
from portal.kernel.drafts import RequestKey, drop_draft, load_draft, once, save_draft
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import advance, history, locked
from portal.kernel.numbers import next_number
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from portal.kernel.states import StateError
from tests.factories.network import make_dealer

SYSTEM = Actor.system("test")


def together(app: Flask, count: int, work: Callable[[Session, int], Any]) -> list[Any]:
    """Do ``work`` in so many threads that start at one moment; return results, or what was raised."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        with app.app_context():
            session: Session = db.session()
            enter(session, SYSTEM, HeadOfficeScope("test"))
            barrier.wait(10)
            try:
                result = work(session, number)
                session.commit()
            except (DomainError, StateError, StaleDataError) as error:
                result = error
            finally:
                session.rollback()
                leave(session)
                db.session.remove()
            return result

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_numbers_have_no_gap_and_no_repeat(app: Flask, now: datetime) -> None:
    def take(session: Session, _number: int) -> list[str]:
        taken = []
        for _ in range(5):
            taken.append(next_number(session, "RO", "A08752", now))
            session.commit()
        return taken

    taken = [number for batch in together(app, 4, take) for number in batch]
    assert sorted(taken) == [f"RO-A08752-202611-{count:04d}" for count in range(1, 21)]


def test_a_number_goes_back_with_its_document(session: Session, now: datetime) -> None:
    assert next_number(session, "RO", "A", now) == "RO-A-202611-0001"
    session.rollback()
    assert next_number(session, "RO", "A", now) == "RO-A-202611-0001"
    session.commit()
    assert next_number(session, "RO", "A", now) == "RO-A-202611-0002"


def test_each_series_owner_and_month_counts_apart(session: Session, now: datetime) -> None:
    midnight_in_china = datetime.fromisoformat("2026-11-30T16:00:00+00:00")
    assert next_number(session, "RO", "A", now) == "RO-A-202611-0001"
    assert next_number(session, "CL", "A", now) == "CL-A-202611-0001"
    assert next_number(session, "RO", "B", now) == "RO-B-202611-0001"
    assert next_number(session, "RO", "A", midnight_in_china) == "RO-A-202612-0001"


def test_a_form_sent_many_times_is_done_once(app: Flask, session: Session, now: datetime) -> None:
    done: list[int] = []

    def send(session: Session, number: int) -> str:
        def produce() -> str:
            done.append(number)
            return next_number(session, "CL", "A", now)

        return once(session, 7, "key-1", now, produce)

    assert together(app, 4, send) == ["CL-A-202611-0001"] * 4
    assert len(done) == 1
    assert session.scalar(select(func.count()).select_from(RequestKey)) == 1


def test_a_form_that_failed_can_be_sent_again(session: Session, now: datetime) -> None:
    def fail() -> str:
        raise DomainError.at("vin", "No.")

    with pytest.raises(DomainError):
        once(session, 7, "key-1", now, fail)
    session.rollback()
    assert once(session, 7, "key-1", now, lambda: "made") == "made"
    session.commit()
    assert once(session, 7, "key-1", now, fail) == "made"
    assert once(session, 8, "key-1", now, lambda: "another person's") == "another person's"


def test_of_two_who_decide_at_once_one_wins(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    session.commit()
    key, seen = dealer.id, dealer.row_version

    def decide(session: Session, number: int) -> str:
        mine = locked(session, Dealer, key, expected_version=seen)
        action = ("suspend", "close")[number]
        advance(session, mine, action, SYSTEM, now, reason=f"reason {number}")
        return action

    results = together(app, 2, decide)
    (winner,) = [result for result in results if isinstance(result, str)]
    (loser,) = [result for result in results if not isinstance(result, str)]
    assert isinstance(loser, ConflictError)
    session.rollback()
    stored = session.get_one(Dealer, key, populate_existing=True)
    assert stored.state == {"suspend": "suspended", "close": "closed"}[winner]
    assert stored.row_version == seen + 1
    assert [step.action for step in history(session, stored)] == [winner]


@pytest.mark.databases("postgresql")
def test_a_row_changed_meanwhile_is_not_overwritten(app: Flask, session: Session) -> None:
    dealer = make_dealer(session)
    session.commit()
    key = dealer.id

    def rename(session: Session, number: int) -> str:
        mine = session.get_one(Dealer, key)
        read.wait(10)
        mine.name = f"名称{number}"
        session.flush()
        return mine.name

    read = Barrier(2)
    results = together(app, 2, rename)
    assert sorted(type(result).__name__ for result in results) == ["StaleDataError", "str"]


@pytest.mark.own_app
def test_somebody_who_was_slower_gets_409(app: Flask) -> None:
    @app.get("/probe/<kind>")
    @public
    def probe(kind: str) -> str:
        raise {
            "stale": StaleDataError("x"),
            "state": StateError("claim", "settled", "submit"),
            "conflict": ConflictError(),
        }[kind]

    for kind in ("stale", "state", "conflict"):
        assert app.test_client().get(f"/probe/{kind}").status_code == 409, kind


def test_a_step_needs_its_state_permission_and_reason(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    with pytest.raises(StateError):
        advance(session, dealer, "resume", SYSTEM, now, reason="x")
    with pytest.raises(AccessDeniedError):
        advance(session, dealer, "suspend", Actor(1, "nobody"), now, reason="x")
    with pytest.raises(DomainError) as refused:
        advance(session, dealer, "suspend", SYSTEM, now, reason="  ")
    assert refused.value.faults[0].field == "reason"
    assert dealer.state == "open"
    advance(session, dealer, "suspend", SYSTEM, now, reason=" 未交资料 ")
    (step,) = history(session, dealer)
    assert (step.source, step.target, step.reason, step.actor, step.at) == (
        "open",
        "suspended",
        "未交资料",
        "test",
        now,
    )


def test_a_state_is_set_by_advance_only(session: Session) -> None:
    dealer = make_dealer(session)
    with pytest.raises(AttributeError):
        dealer.state = "closed"
    with pytest.raises(AttributeError):
        Dealer(code="X", state="closed")


def test_what_does_not_exist_cannot_be_locked(session: Session) -> None:
    with pytest.raises(NotFoundError):
        locked(session, Dealer, 999)


def test_a_draft_is_kept_replaced_and_dropped(session: Session, now: datetime) -> None:
    save_draft(session, 7, "order", {"vin": "L"}, now)
    save_draft(session, 7, "order", {"vin": "LSV"}, now)
    save_draft(session, 8, "order", {"vin": "other"}, now)
    session.commit()
    found = load_draft(session, 7, "order")
    assert found is not None
    assert found.fields == {"vin": "LSV"}
    drop_draft(session, 7, "order")
    session.commit()
    assert load_draft(session, 7, "order") is None
    assert load_draft(session, 8, "order") is not None
