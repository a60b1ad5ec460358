"""What the door reads: accounts, sessions, what headquarters demands of a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session

from portal.auth.models import RolePolicy, SignInSession, User
from portal.auth.rules import IDLE, LONGEST
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_

#: The stations' table lives in a higher wing; an account points at it and shows its code and name.
STATION = table("dealer", column("id"), column("code"), column("name"))


def demanded_roles(session: Session) -> set[str]:
    """Return the roles whose people need a second factor."""
    return set(session.scalars(select(RolePolicy.role).where(RolePolicy.second_factor)))


def open_sessions(session: Session, user: User, now: datetime) -> list[SignInSession]:
    """List where a person is signed in, the latest first."""
    return list(
        session.scalars(
            select(SignInSession)
            .where(
                SignInSession.user_id == user.id,
                SignInSession.ended_at.is_(None),
                SignInSession.last_seen_at >= now - IDLE,
                SignInSession.created_at >= now - LONGEST,
            )
            .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        )
    )


def station_by_code(session: Session, code: str) -> int | None:
    """Return the id of the dealer with this code."""
    wanted = func.upper(STATION.c.code) == code.strip().upper()
    found: int | None = session.execute(select(STATION.c.id).where(wanted)).scalar()
    return found


def station_label(session: Session, dealer_id: int | None) -> str | None:
    """Return code and name of an account's dealer; None for headquarters."""
    if dealer_id is None:
        return None
    row = session.execute(select(STATION.c.code, STATION.c.name).where(STATION.c.id == dealer_id)).one()
    return f"{row.code} {row.name}"


def user_by_name(session: Session, username: str) -> User:
    """Return an account for its page."""
    found = session.scalars(select(User).where(User.username == username)).first()
    if found is None:
        raise NotFoundError(Fault(N_("There is no account with this user name.")))
    return found


@dataclass(frozen=True)
class Changed:
    """One line of a trace: what it is called, what it was, what it became."""

    name: str
    old: Any
    new: Any


def entry_by_id(session: Session, key: int) -> AuditEntry:
    """Return one entry of the trail."""
    found = session.get(AuditEntry, key)
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def changed(entry: AuditEntry) -> list[Changed]:
    """Read an entry's lines: old and new of a change, one of them of everything else."""
    lines = []
    for name, value in entry.changes.items():
        if entry.action == "change" and isinstance(value, list) and len(value) == len(("old", "new")):
            old, new = value
        else:
            old, new = (value, None) if entry.action == "delete" else (None, value)
        lines.append(Changed(name, old, new))
    return lines


def trail_of_row(session: Session, entry: AuditEntry, limit: int = 50) -> list[AuditEntry]:
    """List the latest entries of the same row, newest first."""
    if entry.row_id is None:
        return []
    same = (AuditEntry.table_name == entry.table_name) & (AuditEntry.row_id == entry.row_id)
    return list(session.scalars(select(AuditEntry).where(same).order_by(AuditEntry.id.desc()).limit(limit)))


def accounts(session: Session) -> list[Any]:
    """List every account with its dealer's code, by user name."""
    rows = select(
        User.username, User.display_name, User.roles, User.active, User.totp_confirmed_at, STATION.c.code
    ).outerjoin(STATION, STATION.c.id == User.dealer_id)
    return list(session.execute(rows.order_by(User.username)))
