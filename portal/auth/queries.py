"""What the door reads: accounts, sessions, what headquarters demands of a role."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from portal.auth.models import RolePolicy, SignInSession, User
from portal.auth.rules import IDLE, LONGEST

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
