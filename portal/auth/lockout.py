"""Failed attempts by account and by address, in a table: every process sees them, a restart keeps them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.auth.models import LockOut
from portal.auth.rules import FAILURES_BY_ACCOUNT, FAILURES_BY_ADDRESS, Tally, after_failure

#: Rows nobody will ask for again are forgotten after this long; the table stays small.
KEPT = timedelta(days=1)


def account_key(username: str) -> str:
    """Return the key of an account. Hashed: what was typed as a name may be a password."""
    return "account:" + hashlib.sha256(username.strip().lower().encode()).hexdigest()


def address_key(ip: str) -> str:
    """Return the key of an address."""
    return f"address:{ip}"[:128]


def shut_until(session: Session, username: str, ip: str, now: datetime) -> datetime | None:
    """Return until when this account or this address is shut out.

    The account's row is made and locked here: attempts on one account queue up, so a burst of
    parallel guesses counts as many.
    """
    rows = (_locked(session, account_key(username), now), _find(session, address_key(ip)))
    return max((row.locked_until for row in rows if row and row.locked_until and now < row.locked_until), default=None)


def count(session: Session, username: str, ip: str, now: datetime) -> datetime | None:
    """Count a failure; return until when the door is shut now, if it is."""
    shut = []
    for key, limit in ((account_key(username), FAILURES_BY_ACCOUNT), (address_key(ip), FAILURES_BY_ADDRESS)):
        row = _locked(session, key, now)
        tally = after_failure(Tally(row.failures, row.first_at, row.locked_until), now, limit)
        row.failures, row.locked_until = tally.failures, tally.locked_until
        row.first_at = tally.first_at or now
        shut.append(row.locked_until)
    session.flush()
    return max((moment for moment in shut if moment), default=None)


def forget(session: Session, username: str) -> bool:
    """Forget an account's failures: it signed in, or an administrator opens the door again."""
    gone = session.execute(
        delete(LockOut).where(LockOut.key == account_key(username)).returning(LockOut.failures)
    ).scalar()
    return bool(gone)


def sweep(session: Session, now: datetime) -> None:
    """Drop rows whose window and lock are long over."""
    session.execute(delete(LockOut).where(LockOut.first_at < now - KEPT))


def _find(session: Session, key: str) -> LockOut | None:
    return session.scalars(select(LockOut).where(LockOut.key == key)).first()


def _locked(session: Session, key: str, now: datetime) -> LockOut:
    """Return a key's row, locked and fresh; make it when it is missing."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(LockOut)
        .values(key=key, failures=0, first_at=now, locked_until=None)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    fresh = select(LockOut).where(LockOut.key == key).with_for_update()
    return session.scalars(fresh.execution_options(populate_existing=True)).one()
