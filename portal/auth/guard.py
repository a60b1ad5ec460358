"""The door: who is it, what may they enter, whose rows do they see. Runs before every request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import Select, bindparam, func, select, update
from werkzeug.exceptions import Forbidden

from portal.auth.models import RolePolicy, SignInSession, User
from portal.auth.roles import permissions_of
from portal.auth.rules import session_alive
from portal.kernel.access import Actor, rule_of
from portal.kernel.db import db
from portal.kernel.i18n import _
from portal.kernel.scoping import enter, scope_for
from portal.kernel.straight import Straight
from portal.kernel.web import SAFE, db_session, is_fragment, now

#: Where the cookie keeps the token of the signed-in session.
TOKEN = "token"  # noqa: S105  (a name, not a secret)
TOUCH_EVERY = timedelta(minutes=10)

#: What must be done before anything else, and where; these pages stay open meanwhile.
VERIFY, CHANGE, ENROL = "auth.second_factor", "auth.change_password", "auth.enrol_second_factor"
ALWAYS_OPEN = frozenset({"auth.sign_out", "auth.set_locale"})

login_manager = LoginManager()
login_manager.session_protection = None  # sessions live in a table, can be listed and ended

#: A coarse brake for each address in this process; the lock-out table is what counts.
limiter = Limiter(get_remote_address, storage_uri="memory://", default_limits=[])


@limiter.request_filter
def _reads() -> bool:
    """Let reading pass at once: what is counted are attempts, and an attempt is a POST."""
    return request.method in SAFE


@dataclass(frozen=True)
class Entry:
    """What the door reads of an account and its session; nothing else of them is loaded for a page."""

    user_id: int
    name: str
    dealer_id: int | None
    roles: tuple[str, ...]
    session_id: int
    last_seen_at: datetime
    duty: str | None


def duty_of(user: User, record: SignInSession, demanded: frozenset[str]) -> str | None:
    """Return the endpoint that comes before everything else: the code, a first password, an enrolment."""
    return _duty(user.totp_confirmed_at, record.second_factor_at, user.roles, demanded, first=user.must_change_password)


def _duty(
    confirmed_at: datetime | None, given_at: datetime | None, roles: Iterable[str], demanded: frozenset[str], *,
    first: bool,
) -> str | None:  # fmt: skip
    if confirmed_at is not None and given_at is None:
        return VERIFY
    if first:
        return CHANGE
    if confirmed_at is None and not demanded.isdisjoint(roles):
        return ENROL
    return None


class Account(UserMixin):  # type: ignore[misc]
    """What Flask-Login knows of a signed-in person; the rows themselves are loaded where a page asks for them."""

    def __init__(self, entry: Entry, demanded: frozenset[str] = frozenset()) -> None:
        self.entry, self.demanded = entry, demanded
        self.id = str(entry.user_id)

    @classmethod
    def of(cls, user: User, record: SignInSession, demanded: frozenset[str]) -> Account:
        """Return the account of somebody who signs in with this request."""
        return cls(
            Entry(
                user.id, user.display_name, user.dealer_id, tuple(user.roles), record.id, record.last_seen_at,
                duty_of(user, record, demanded),
            ),
            demanded,
        )  # fmt: skip

    @property
    def user(self) -> User:
        """The row of the person."""
        return db_session().get_one(User, self.entry.user_id)

    @property
    def record(self) -> SignInSession:
        """The row of this session."""
        return db_session().get_one(SignInSession, self.entry.session_id)

    @property
    def duty(self) -> str | None:
        """The endpoint that comes before everything else."""
        return self.entry.duty

    def actor(self) -> Actor:
        """Return the actor of this request; somebody with a duty may do nothing else."""
        entry = self.entry
        return Actor(
            entry.user_id, entry.name, entry.dealer_id,
            frozenset() if entry.duty else permissions_of(entry.roles), request.remote_addr or "-", entry.roles,
        )  # fmt: skip


def token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def account() -> Account:
    """Return who is signed in; only behind a guarded endpoint."""
    return cast("Account", current_user._get_current_object())  # noqa: SLF001  (werkzeug's documented way)


def _entry_statement() -> Select[Any]:
    demanded = select(func.aggregate_strings(RolePolicy.role, ",")).where(RolePolicy.second_factor).scalar_subquery()
    user, record = User.__table__.c, SignInSession.__table__.c
    return (
        select(
            user.id, user.display_name, user.dealer_id, user.roles, user.must_change_password,
            user.totp_confirmed_at, record.id.label("session_id"), record.created_at, record.last_seen_at,
            record.ended_at, record.second_factor_at, demanded.label("demanded"),
        )
        .join_from(SignInSession.__table__, User.__table__, record.user_id == user.id)
        .where(record.token_hash == bindparam("token"), user.id == bindparam("user"), user.active)
    )  # fmt: skip


#: Every request asks it before anybody's scope is known; no dealer-owned table stands in it.
_ENTRY = Straight(_entry_statement(), planned_once=None)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(user_id: str) -> Account | None:
    token = session.get(TOKEN)
    if not token or not user_id.isdigit():
        return None
    found = _ENTRY(db_session(), {"token": token_hash(token), "user": int(user_id)})
    if not found:
        return None
    found, *_more = found
    if not session_alive(found.created_at, found.last_seen_at, found.ended_at, now()):
        return None
    demanded = frozenset((found.demanded or "").split(","))
    duty = _duty(
        found.totp_confirmed_at, found.second_factor_at, found.roles, demanded, first=found.must_change_password
    )
    entry = Entry(
        found.id, found.display_name, found.dealer_id, tuple(found.roles), found.session_id, found.last_seen_at, duty
    )
    return Account(entry, demanded)


def init_guard(app: Flask) -> None:
    """Put the door in front of every endpoint."""
    login_manager.init_app(app)
    # Its hooks look for limits of all pages, of which there are none; a view with a limit asks for itself.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    app.before_request(_guard)


def _guard() -> Any:
    if request.endpoint is None:
        return None  # no such page: the 404 that follows needs no account
    view = current_app.view_functions[request.endpoint]
    rule = rule_of(view)
    if request.endpoint == "static" or request.endpoint.endswith(".static"):
        return None
    if rule is None:
        raise Forbidden
    who = account()
    if who.is_authenticated:
        _enter(who)
    if rule.public:
        return None
    if not who.is_authenticated:
        return _to_sign_in()
    if who.duty and request.endpoint != who.duty and request.endpoint not in ALWAYS_OPEN:
        return _lead_to(who.duty)
    if rule.any_of and not any(g.actor.may(permission) for permission in rule.any_of):
        raise Forbidden
    return None


def _enter(who: Account) -> None:
    g.actor = who.actor()
    enter(db_session(), g.actor, scope_for(g.actor, "signed in at headquarters"))
    if now() - who.entry.last_seen_at > TOUCH_EVERY:
        _touch(who)


def _touch(who: Account) -> None:
    """Note that somebody is still there: apart for a GET, which never commits what the page does.

    Other requests hold SQLite's write lock already, so a second connection would wait for them.
    """
    if request.method not in SAFE:
        who.record.last_seen_at = now()
        return
    seen = update(SignInSession).where(SignInSession.id == who.entry.session_id).values(last_seen_at=now())
    with db.engine.begin() as connection:
        connection.execute(seen)


def _to_sign_in() -> Any:
    session.pop(TOKEN, None)
    back = request.full_path.rstrip("?") if request.method == "GET" and not is_fragment() else None
    if not is_fragment() and request.path != "/":
        flash(_("Please sign in."), "info")
    return _lead_to("auth.sign_in", next=back)


def _lead_to(endpoint: str, **values: Any) -> Any:
    """Send the browser to a page, also when only a part of one was asked for."""
    if is_fragment():
        return "", 401, {"HX-Redirect": url_for(endpoint, **values)}
    return redirect(url_for(endpoint, **values))
