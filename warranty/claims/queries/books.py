"""Rule books: the one that holds on a day, and those that are being written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.jobs import Job
from portal.kernel.kept import plain, read
from portal.kernel.prepared import PreparedRead
from portal.kernel.straight import Sent
from warranty.claims.models import RuleBookVersion, RuleTrial
from warranty.claims.rules.book import FIRST_BOOK, RuleBook

#: Books in force, which never change, by the connections to their database and by id: read once a process.
_known: WeakKeyDictionary[Any, dict[int, RuleBook]] = WeakKeyDictionary()


def _holding() -> Any:
    return (
        select(RuleBookVersion.id)
        .where(RuleBookVersion.state == "in_force", RuleBookVersion.valid_from <= bindparam("day"))
        .order_by(RuleBookVersion.valid_from.desc(), RuleBookVersion.version.desc()).limit(1)
    )  # fmt: skip


_HOLDING = PreparedRead(_holding)


def book_on(session: Session, day: date) -> RuleBook:
    """Return the rule book that holds on a day: the youngest begun, else the one the portal came with."""
    return book_in(session, ask_book(session, day))


def ask_book(session: Session, day: date) -> Sent:
    """Ask which rule book holds on a day; `book_in` reads the answer."""
    return _HOLDING(session, {"day": day})


def book_in(session: Session, asked: Sent) -> RuleBook:
    """Return the rule book that was asked for."""
    row = asked.first()
    if row is None:
        return FIRST_BOOK
    known = _known.setdefault(session.get_bind().engine.pool, {})
    if row.id not in known:
        known[row.id] = book_of(session.get_one(RuleBookVersion, row.id))
    return known[row.id]


def youngest_book(session: Session) -> RuleBook:
    """Return the rule book that begins last of those in force: what a next version follows."""
    row = session.scalars(
        select(RuleBookVersion).where(RuleBookVersion.state == "in_force")
        .order_by(RuleBookVersion.valid_from.desc(), RuleBookVersion.version.desc()).limit(1)
    ).first()  # fmt: skip
    return FIRST_BOOK if row is None else book_of(row)


def book_of(row: RuleBookVersion) -> RuleBook:
    """Return the rule book that a row keeps."""
    return replace(
        book_from(row.body), version=row.version, valid_from=row.valid_from or FIRST_BOOK.valid_from
    )  # fmt: skip


def book_from(body: Mapping[str, Any]) -> RuleBook:
    """Read a body; what it does not say is as the portal came with it."""
    return read(RuleBook, body)


def body_of(book: RuleBook) -> dict[str, Any]:
    """Return a rule book as a row keeps it: without version and day, which are columns."""
    kept = cast("dict[str, Any]", plain(book))
    return {name: value for name, value in kept.items() if name not in {"version", "valid_from"}}


def digest_of(body: Mapping[str, Any]) -> str:
    """Return what tells one body from another; the seed of the sample is drawn afterwards and says nothing."""
    said = {name: value for name, value in body.items() if name != "sample_seed"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def books(session: Session) -> list[RuleBookVersion]:
    """Return every version, the latest first."""
    return list(session.scalars(select(RuleBookVersion).order_by(RuleBookVersion.version.desc())))


def book_row(session: Session, version: int) -> RuleBookVersion:
    """Return a version; else `NotFoundError`."""
    found = session.scalars(select(RuleBookVersion).where(RuleBookVersion.version == version)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This rule book is not known.")))
    return found


def last_trial(session: Session, row: RuleBookVersion) -> RuleTrial | None:
    """Return the latest trial of a version as it is written now; one of an earlier wording counts for nothing."""
    return session.scalars(
        select(RuleTrial).where(RuleTrial.book_id == row.id, RuleTrial.digest == digest_of(row.body))
        .order_by(RuleTrial.id.desc()).limit(1)
    ).first()  # fmt: skip


def trial_job(session: Session, version: int, key: int | None = None) -> Job | None:
    """Return the job of a version's trial: by its id, else the latest one."""
    statement = select(Job).where(Job.kind == "try_rules").order_by(Job.id.desc())
    if key is not None:
        statement = statement.where(Job.id == key)
    return next((job for job in session.scalars(statement.limit(50)) if job.payload["version"] == version), None)
