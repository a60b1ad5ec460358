"""Long work: a row in a table, claimed under a lease by a worker, with progress and a result file.

The row is the queue, the lock, the progress bar and the download centre's entry: work survives a
kill, because a lease that runs out lets the next worker take it up again. Handlers are idempotent.
"""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Index, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.access import Actor, Permission
from portal.kernel.audit import AuditEntry, trace
from portal.kernel.db import Base, Document, Identified, db, read_transactions, short
from portal.kernel.errors import DomainError, OperatorError
from portal.kernel.i18n import force_locale, say
from portal.kernel.scoping import enter, scope_for

LEASE = timedelta(minutes=2)
ATTEMPTS = 3
#: Seconds between two writes of the progress: a bar needs no more.
PROGRESS_EVERY = 0.5


class Job(Identified, Base):
    """One piece of long work of one person. ``state``: queued, running, done, failed, cancelled."""

    __tablename__ = "job"
    __audited__ = False
    __table_args__ = (Index("ix_job_queue", "state", "id"), Index("ix_job_owner", "user_id", "id"))

    kind: Mapped[str] = mapped_column(short(32))
    title: Mapped[str] = mapped_column(short(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Document)
    actor: Mapped[dict[str, Any]] = mapped_column(Document)
    user_id: Mapped[int | None]
    locale: Mapped[str] = mapped_column(short(8))
    state: Mapped[str] = mapped_column(short(12), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(short(80))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    result: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    file_key: Mapped[str | None] = mapped_column(short(160))
    file_name: Mapped[str | None] = mapped_column(short(200))
    file_type: Mapped[str | None] = mapped_column(short(100))


@dataclass
class Context:
    """What a handler gets: the session in its owner's scope, the payload, and a way to report."""

    session: Session
    actor: Actor
    now: datetime
    job_id: int
    payload: dict[str, Any]
    _last: float = field(default=0.0, repr=False)

    def progress(self, done: int, total: int) -> None:
        """Report progress and renew the lease; call it outside a writing transaction."""
        moment = time.monotonic()
        if moment - self._last < PROGRESS_EVERY and done < total:
            return
        self._last = moment
        until = current_app.config["CLOCK"]() + LEASE
        with db.engine.begin() as connection:
            connection.execute(
                update(Job).where(Job.id == self.job_id).values(done=done, total=total, lease_until=until)
            )


@dataclass(frozen=True)
class Outcome:
    """What a handler leaves: figures for the page, and a file that storage already holds."""

    result: dict[str, Any] = field(default_factory=dict)
    file_key: str | None = None
    file_name: str | None = None
    file_type: str | None = None


@dataclass(frozen=True)
class Handler:
    """How one kind of job is done. ``reads_only`` handlers take no write lock on SQLite."""

    run: Callable[[Context], Outcome]
    reads_only: bool = True


HANDLERS: dict[str, Handler] = {}


def handles(
    kind: str, *, reads_only: bool = True
) -> Callable[[Callable[[Context], Outcome]], Callable[[Context], Outcome]]:
    """Register a handler for a kind of job. A writing handler commits what it wants kept."""

    def register(run: Callable[[Context], Outcome]) -> Callable[[Context], Outcome]:
        HANDLERS[kind] = Handler(run, reads_only)
        return run

    return register


def enqueue(
    session: Session, kind: str, title: str, payload: dict[str, Any], actor: Actor, now: datetime, locale: str
) -> Job:
    """Put work into the queue, in the transaction of whoever asks for it."""
    if kind not in HANDLERS:
        raise LookupError(f"nobody handles {kind}")
    job = Job(
        kind=kind, title=title[:200], payload=payload, user_id=actor.user_id, locale=locale, created_at=now,
        actor={"user_id": actor.user_id, "name": actor.name, "dealer_id": actor.dealer_id,
               "permissions": sorted(actor.permissions), "roles": list(actor.roles)},
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job


def worker_name() -> str:
    """Name this process in the table."""
    return f"{socket.gethostname()}:{os.getpid()}"[:80]


def claim_next(now: datetime, worker: str) -> int | None:
    """Take the oldest job that waits, or whose lease ran out; None when there is nothing to do."""
    with db.engine.begin() as connection:
        waiting = or_(Job.state == "queued", (Job.state == "running") & (Job.lease_until < now))
        query = select(Job.id, Job.attempts).where(waiting).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
        found = connection.execute(query).first()
        if found is None:
            return None
        if found.attempts >= ATTEMPTS:
            values: dict[str, Any] = {
                "state": "failed",
                "error": "gave up after several attempts",
                "finished_at": now,
            }
            connection.execute(update(Job).where(Job.id == found.id).values(**values))
            return None
        connection.execute(
            update(Job).where(Job.id == found.id)
            .values(state="running", worker=worker, attempts=found.attempts + 1, lease_until=now + LEASE)
        )  # fmt: skip
        return int(found.id)


def run_one(worker: str) -> bool:
    """Claim and do one job; return whether there was one."""
    now = current_app.config["CLOCK"]()
    job_id = claim_next(now, worker)
    if job_id is None:
        return False
    with db.engine.connect() as connection:
        row = connection.execute(select(*Job.__table__.columns).where(Job.id == job_id)).one()
    handler = HANDLERS.get(row.kind)
    outcome, error = Outcome(), None
    try:
        if handler is None:
            raise OperatorError(f"nobody handles {row.kind}")  # noqa: TRY301  (one place for every failure)
        outcome = _run(handler, row, now)
    except DomainError as refused:
        with force_locale(row.locale):
            error = "\n".join(say(fault) for fault in refused.faults)
    except Exception:
        current_app.logger.exception("job %s failed\n%s", job_id, traceback.format_exc())
        error = "internal"
    _close(row, outcome, error)
    return True


def _actor(kept: dict[str, Any]) -> Actor:
    return Actor(
        kept["user_id"], kept["name"], kept["dealer_id"],
        frozenset(Permission(value) for value in kept["permissions"]), "job", tuple(kept["roles"]),
    )  # fmt: skip


def _run(handler: Handler, row: Any, now: datetime) -> Outcome:
    actor = _actor(row.actor)
    quiet = read_transactions() if handler.reads_only else nullcontext()
    with force_locale(row.locale), quiet, Session(db.engine, expire_on_commit=False) as session:
        enter(session, actor, scope_for(actor, f"job {row.id}"))
        outcome = handler.run(Context(session, actor, now, row.id, row.payload))
        if not handler.reads_only:
            session.commit()
        return outcome


def _close(row: Any, outcome: Outcome, error: str | None) -> None:
    """Write what came of it, unless the lease ran out and another worker has taken the job up since."""
    values: dict[str, Any] = {
        "state": "failed" if error else "done", "error": error, "result": outcome.result,
        "finished_at": current_app.config["CLOCK"](), "lease_until": None,
        "file_key": outcome.file_key, "file_name": outcome.file_name, "file_type": outcome.file_type,
    }  # fmt: skip
    with db.engine.begin() as connection:
        mine = update(Job).where(Job.id == row.id, Job.attempts == row.attempts).values(**values)
        closed = connection.execute(mine).rowcount
        if closed and outcome.file_key:
            actor = _actor(row.actor)
            said = about_file(row.title, row.payload, outcome.result, outcome.file_name)
            made = trace(actor, "file made", Job.__tablename__, row.id, actor.dealer_id, said)
            connection.execute(insert(AuditEntry.__table__), made)  # type: ignore[arg-type]


def about_file(title: str, payload: dict[str, Any], result: dict[str, Any], name: str | None) -> dict[str, Any]:
    """Say which file it is, for the audit trail: of which list in which state or which paper, how many rows."""
    asked = {key: payload[key] for key in ("list", "query", "paper", "key", "kind") if payload.get(key)}
    return {"file": name, "title": title, **asked, **({"rows": result["rows"]} if "rows" in result else {})}
