"""The door's services: signing in and out, passwords, the second factor, sessions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.auth import lockout
from portal.auth.guard import token_hash
from portal.auth.models import SignInSession, User
from portal.auth.passwords import decoy, hash_password, matches, outdated
from portal.auth.queries import demanded_roles
from portal.auth.recovery import drop_codes, make_codes, use_code
from portal.auth.rules import accepted_step, weaknesses, window
from portal.auth.sealing import fresh, seal, unseal
from portal.auth.words import WEAKNESSES
from portal.kernel.access import Actor
from portal.kernel.audit import record
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.scoping import enter, scope_for

TABLE = User.__tablename__
ISSUER = "Sanbao 三包"

WRONG = N_("The user name or the password is not right.")
SHUT = N_("Too many failed attempts. Please try again in %(minutes)s minutes, or ask your administrator.")
WRONG_CODE = N_("This code is not right or was used already. Please take the next one your phone shows.")


@dataclass(frozen=True)
class Origin:
    """Where a browser is: its address and what it says of itself."""

    ip: str
    user_agent: str = ""


@dataclass(frozen=True)
class Opened:
    """A session was opened; ``token`` goes into the cookie and is kept nowhere else."""

    user: User
    record: SignInSession
    token: str


def sign_in(session: Session, username: str, password: str, origin: Origin, now: datetime) -> Opened | Fault:
    """Check name and password and open a session, or say why not.

    A refusal is returned, not raised: that it was counted must be kept. Nobody learns whether the
    name exists: message, time and lock-out are the same.
    """
    decoy()  # made once a process, before anybody could measure it
    name = username.strip().lower()
    if (shut := lockout.shut_until(session, name, origin.ip, now)) is not None:
        record(session, "sign in refused", TABLE, {"locked": True}, actor=Actor(None, "nobody", origin=origin.ip))
        return Fault(SHUT, None, {"minutes": minutes(shut, now)})
    user = session.scalars(select(User).where(User.username == name)).first()
    if not matches(user.password_hash if user else None, password) or user is None or not user.active:
        return _failed(session, user, name, origin, now)
    enter(session, _as(user, origin), scope_for(_as(user, origin), "signing in"))
    lockout.forget(session, name)
    if outdated(user.password_hash):
        user.password_hash = hash_password(password)
    record(session, "sign in", TABLE, {}, row_id=user.id)
    return open_session(session, user, origin, now)


def _failed(session: Session, user: User | None, name: str, origin: Origin, now: datetime) -> Fault:
    """Count it. What was typed as a name is not kept: it may be somebody's password."""
    shut = lockout.count(session, name, origin.ip, now)
    nobody = Actor(None, "nobody", origin=origin.ip)
    row_id = user.id if user else None
    record(session, "sign in failed", TABLE, {"account": user.username if user else None}, row_id=row_id, actor=nobody)
    if shut is None:
        return Fault(WRONG)
    record(session, "locked out", TABLE, {"minutes": minutes(shut, now)}, row_id=row_id, actor=nobody)
    return Fault(SHUT, None, {"minutes": minutes(shut, now)})


def minutes(until: datetime, now: datetime) -> int:
    """Return how many minutes to wait, rounded up."""
    return max(1, -int((now - until).total_seconds() // 60))


def _as(user: User, origin: Origin) -> Actor:
    return Actor(user.id, user.display_name, user.dealer_id, origin=origin.ip, roles=tuple(user.roles))


def open_session(session: Session, user: User, origin: Origin, now: datetime) -> Opened:
    """Open a session with a token of its own: what a browser brought along is worth nothing."""
    token = secrets.token_urlsafe(32)
    made = SignInSession(
        user_id=user.id, token_hash=token_hash(token), created_at=now, last_seen_at=now, ip=origin.ip[:64],
        user_agent=origin.user_agent[:255],
    )  # fmt: skip
    session.add(made)
    session.flush()
    return Opened(user, made, token)


def sign_out(session: Session, opened: SignInSession, now: datetime) -> None:
    """End the session somebody is in."""
    opened.ended_at = now
    record(session, "sign out", TABLE, {}, row_id=opened.user_id)


def end_session(session: Session, user: User, session_id: int, now: datetime) -> None:
    """End one of a person's own sessions; it is out with its next request."""
    found = session.scalars(
        select(SignInSession).where(SignInSession.id == session_id, SignInSession.user_id == user.id)
    ).first()
    if found is None:
        raise NotFoundError(Fault(N_("This session does not exist.")))
    found.ended_at = found.ended_at or now
    record(session, "session ended", TABLE, {"session": session_id}, row_id=user.id)


def end_sessions(session: Session, user: User, now: datetime, keep: int | None = None) -> None:
    """End all of a person's sessions, except one."""
    open_ones = update(SignInSession).where(SignInSession.user_id == user.id, SignInSession.ended_at.is_(None))
    session.execute(open_ones.where(SignInSession.id != (keep or 0)).values(ended_at=now))
    record(session, "other sessions ended" if keep else "sessions ended", TABLE, {}, row_id=user.id)


def confirm_password(session: Session, user: User, password: str, origin: Origin, now: datetime) -> Fault | None:
    """Ask for the password again before something that matters; a wrong one counts as at sign-in."""
    shut = lockout.shut_until(session, user.username, origin.ip, now)
    if shut is None and matches(user.password_hash, password):
        return None
    shut = shut or lockout.count(session, user.username, origin.ip, now)
    record(session, "password refused", TABLE, {}, row_id=user.id)
    if shut is not None:
        return Fault(SHUT, "current", {"minutes": minutes(shut, now)})
    return Fault(N_("This is not your present password."), "current")


def change_password(session: Session, user: User, password: str, opened: SignInSession, now: datetime) -> None:
    """Give a new password (the present one was confirmed) and end every other session."""
    if matches(user.password_hash, password):
        raise DomainError.at("password", N_("Please choose a password that differs from the present one."))
    check_strength(password, user.username)
    user.password_hash = hash_password(password)
    user.must_change_password = False
    end_sessions(session, user, now, keep=opened.id)


def check_strength(password: str, username: str) -> None:
    """Raise with one fault for each weakness."""
    faults = [Fault(WEAKNESSES[weakness], "password") for weakness in weaknesses(password, username)]
    if faults:
        raise DomainError(*faults)


def new_secret() -> str:
    """Return a secret for an authenticator app."""
    return pyotp.random_base32()


def provisioning_uri(user: User, secret: str) -> str:
    """Return what the QR code of an enrolment says."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER))


def _accepted(secret: str, code: str, last_step: int | None, now: datetime) -> int | None:
    totp = pyotp.TOTP(secret)
    return accepted_step(code, {step: totp.generate_otp(step) for step in window(now)}, last_step)


def confirm_second_factor(
    session: Session, user: User, secret: str, code: str, opened: SignInSession, now: datetime
) -> tuple[str, ...]:
    """Enrol: the first right code proves that the phone has the secret. Other sessions end.

    Returns the recovery codes, which are shown this once.
    """
    step = _accepted(secret, code, None, now)
    if step is None:
        raise DomainError.at("code", WRONG_CODE)
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = seal(secret), now, step
    opened.second_factor_at = now
    end_sessions(session, user, now, keep=opened.id)
    return make_codes(session, user, now)


def verify_second_factor(
    session: Session, user: User, opened: SignInSession, code: str, origin: Origin, now: datetime
) -> str | Fault:
    """Take the code at sign-in: return the session's new token, or say why not (counted, as a password).

    Each code opens once, the phone's as a recovery code. The row is locked, so of two requests with
    one code the second fails.
    """
    shut = lockout.shut_until(session, user.username, origin.ip, now)
    if shut is not None:
        return Fault(SHUT, "code", {"minutes": minutes(shut, now)})
    session.refresh(user, with_for_update=True)
    secret = unseal(user.totp_secret)
    step = _accepted(secret, code, user.totp_last_step, now) if secret else None
    if step is None and not use_code(session, user, code, now):
        shut = lockout.count(session, user.username, origin.ip, now)
        record(session, "second factor failed", TABLE, {}, row_id=user.id)
        return Fault(SHUT, "code", {"minutes": minutes(shut, now)}) if shut else Fault(WRONG_CODE, "code")
    lockout.forget(session, user.username)
    token = secrets.token_urlsafe(32)
    user.totp_last_step = user.totp_last_step if step is None else step
    opened.second_factor_at, opened.token_hash = now, token_hash(token)
    if secret and not fresh(user.totp_secret or ""):
        user.totp_secret = seal(secret)
    return token


def remove_second_factor(session: Session, user: User) -> None:
    """Take the second factor away; refused where headquarters demands it of one of the roles."""
    if demanded_roles(session) & set(user.roles):
        raise DomainError.at(None, N_("Headquarters requires a second factor for your role, so it cannot be removed."))
    clear_second_factor(session, user)


def clear_second_factor(session: Session, user: User) -> None:
    """Forget the second factor and its codes: the person, or an administrator for a lost phone."""
    drop_codes(session, user)
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None


def set_locale(user: User, locale: str) -> None:
    """Remember the language a person reads."""
    user.locale = locale
