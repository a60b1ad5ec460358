from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import jobs
from portal.kernel.access import Actor, Permission
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.jobs import ATTEMPTS, LEASE, Context, Handler, Job, Outcome, claim_next, enqueue, run_one
from portal.kernel.scoping import DealerScope

ACTOR = Actor(7, "张三", dealer_id=3, permissions=frozenset({Permission.CLAIM_VIEW}), roles=("warranty_clerk",))


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Context]]:
    seen: list[Context] = []

    def run(context: Context) -> Outcome:
        seen.append(context)
        context.progress(1, 4)
        if context.payload.get("fault"):
            raise DomainError.at(None, "The file %(name)s is empty.", name="x.csv")
        if context.payload.get("bug"):
            raise ZeroDivisionError
        assert context.session.info["scope"] == DealerScope(3)
        return Outcome({"rows": 4}, "exports/x", "x.xlsx", "text/plain")

    monkeypatch.setitem(jobs.HANDLERS, "probe", Handler(run))
    return seen


def queue(session: Session, now: datetime, **payload: object) -> int:
    job = enqueue(session, "probe", "试", dict(payload), ACTOR, now, "en")
    session.commit()
    return job.id


def stored(job_id: int) -> Job:
    db.session.expire_all()
    found = db.session.get(Job, job_id)
    assert found is not None
    return found


def test_a_job_runs_once_in_its_owners_scope_and_leaves_its_file(
    app: Flask, session: Session, now: datetime, kind: list[Context]
) -> None:
    job_id = queue(session, now)
    session.rollback()
    assert run_one("w1")
    assert not run_one("w1")
    job = stored(job_id)
    assert (job.state, job.file_name, job.result, job.done, job.total) == ("done", "x.xlsx", {"rows": 4}, 1, 4)
    assert kind[0].actor.may(Permission.CLAIM_VIEW)
    assert not kind[0].actor.may(Permission.CLAIM_DECIDE)


def test_a_fault_is_told_in_the_owners_language_and_a_bug_is_not_shown(
    app: Flask, session: Session, now: datetime, kind: list[Context]
) -> None:
    fault, bug = queue(session, now, fault=True), queue(session, now, bug=True)
    session.rollback()
    assert run_one("w1")
    assert run_one("w1")
    assert (stored(fault).state, stored(fault).error) == ("failed", "The file x.csv is empty.")
    assert (stored(bug).state, stored(bug).error) == ("failed", "internal")


def test_a_killed_workers_job_is_taken_up_again_when_its_lease_ran_out(
    app: Flask, session: Session, now: datetime, kind: list[Context]
) -> None:
    job_id = queue(session, now)
    session.rollback()
    assert claim_next(now, "killed") == job_id
    assert claim_next(now + LEASE, "other") is None
    later = now + LEASE + timedelta(seconds=1)
    assert claim_next(later, "other") == job_id


def test_a_job_that_kills_its_workers_is_given_up(
    app: Flask, session: Session, now: datetime, kind: list[Context]
) -> None:
    job_id = queue(session, now)
    session.rollback()
    moment = now
    for _ in range(ATTEMPTS):
        assert claim_next(moment, "w") == job_id
        moment += LEASE + timedelta(seconds=1)
    assert claim_next(moment, "w") is None
    assert stored(job_id).state == "failed"


def test_nobody_queues_work_that_nobody_does(session: Session, now: datetime) -> None:
    with pytest.raises(LookupError):
        enqueue(session, "unheard of", "x", {}, ACTOR, now, "en")


def test_a_worker_whose_lease_ran_out_does_not_close_what_another_has_taken_up(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(context: Context) -> Outcome:
        context.session.rollback()
        assert claim_next(now + LEASE + timedelta(seconds=1), "w2") == context.job_id
        return Outcome({"rows": 4}, "exports/late", "late.xlsx", "text/plain")

    monkeypatch.setitem(jobs.HANDLERS, "probe", Handler(slow))
    job_id = queue(session, now)
    session.rollback()
    assert run_one("w1")
    job = stored(job_id)
    assert (job.state, job.worker, job.attempts, job.file_key) == ("running", "w2", 2, None)


def test_a_job_of_nobody_fails_and_the_worker_goes_on(
    app: Flask, session: Session, now: datetime, kind: list[Context]
) -> None:
    session.add(Job(kind="probe", title="x", payload={}, actor={}, user_id=None, locale="en", created_at=now))
    session.commit()
    job_id = session.scalars(select(Job.id)).one()
    session.rollback()
    assert run_one("w1")
    assert (stored(job_id).state, stored(job_id).error) == ("failed", "internal")
    assert kind == []
