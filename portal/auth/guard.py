"""The door: who is it, what may they enter, whose rows do they see. Runs before every request."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import func, select, update
from werkzeug.exceptions import Forbidden

from portal.auth.models import RolePolicy, SignInSession, User
from portal.auth.roles import permissions_of
from portal.auth.rules import session_alive
from portal.kernel.access import Actor, rule_of
from portal.kernel.db import db
from portal.kernel.i18n import _
from portal.kernel.scoping import enter, scope_for
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


class Account(UserMixin):  # type: ignore[misc]
    """What Flask-Login knows of a signed-in person."""

    def __init__(self, user: User, record: SignInSession, demanded: frozenset[str] = frozenset()) -> None:
        self.user, self.record, self.demanded = user, record, demanded
        self.id = str(user.id)

    @property
    def duty(self) -> str | None:
        """The endpoint that comes before everything else: the code, a first password, an enrolment."""
        if self.user.totp_confirmed_at is not None and self.record.second_factor_at is None:
            return VERIFY
        if self.user.must_change_password:
            return CHANGE
        if self.user.totp_confirmed_at is None and self.demanded & set(self.user.roles):
            return ENROL
        return None

    def actor(self) -> Actor:
        """Return the actor of this request; somebody with a duty may do nothing else."""
        roles = tuple(self.user.roles)
        return Actor(
            self.user.id, self.user.display_name, self.user.dealer_id,
            frozenset() if self.duty else permissions_of(roles), request.remote_addr or "-", roles,
        )  # fmt: skip


def token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def account() -> Account:
    """Return who is signed in; only behind a guarded endpoint."""
    return cast("Account", current_user)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(user_id: str) -> Account | None:
    token = session.get(TOKEN)
    if not token or not user_id.isdigit():
        return None
    demanded = select(func.aggregate_strings(RolePolicy.role, ",")).where(RolePolicy.second_factor).scalar_subquery()
    found = db_session().execute(
        select(User, SignInSession, demanded)
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(SignInSession.token_hash == token_hash(token), User.id == int(user_id), User.active)
    ).first()  # fmt: skip
    if found is None:
        return None
    user, record, roles = found
    if not session_alive(record.created_at, record.last_seen_at, record.ended_at, now()):
        return None
    return Account(user, record, frozenset((roles or "").split(",")))


def init_guard(app: Flask) -> None:
    """Put the door in front of every endpoint."""
    login_manager.init_app(app)
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
    if current_user.is_authenticated:
        _enter(account())
    if rule.public:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    duty = account().duty
    if duty and request.endpoint != duty and request.endpoint not in ALWAYS_OPEN:
        return _lead_to(duty)
    if rule.any_of and not any(g.actor.may(permission) for permission in rule.any_of):
        raise Forbidden
    return None


def _enter(who: Account) -> None:
    g.actor = who.actor()
    enter(db_session(), g.actor, scope_for(g.actor, "signed in at headquarters"))
    if now() - who.record.last_seen_at > TOUCH_EVERY:
        _touch(who.record)


def _touch(record: SignInSession) -> None:
    """Note that somebody is still there: apart for a GET, which never commits what the page does.

    Other requests hold SQLite's write lock already, so a second connection would wait for them.
    """
    if request.method not in SAFE:
        record.last_seen_at = now()
        return
    with db.engine.begin() as connection:
        connection.execute(update(SignInSession).where(SignInSession.id == record.id).values(last_seen_at=now()))


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
