"""The door: who is it, what may they enter, whose rows do they see. Runs before every request."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select, update
from werkzeug.exceptions import Forbidden

from portal.auth.models import SignInSession, User
from portal.auth.roles import permissions_of
from portal.kernel.access import Actor, rule_of
from portal.kernel.db import db
from portal.kernel.i18n import _
from portal.kernel.scoping import enter, scope_for
from portal.kernel.web import db_session, now

#: Where the cookie keeps the token of the signed-in session.
TOKEN = "token"  # noqa: S105  (a name, not a secret)
IDLE = timedelta(hours=4)
TOUCH_EVERY = timedelta(minutes=10)

login_manager = LoginManager()
login_manager.session_protection = None  # sessions live in a table, can be listed and ended


class Account(UserMixin):  # type: ignore[misc]
    """What Flask-Login knows of a signed-in person."""

    def __init__(self, user: User, record: SignInSession) -> None:
        self.user, self.record = user, record
        self.id = str(user.id)

    def actor(self) -> Actor:
        """Return the actor of this request."""
        roles = tuple(self.user.roles)
        return Actor(
            self.user.id, self.user.display_name, self.user.dealer_id, permissions_of(roles),
            request.remote_addr or "-", roles,
        )  # fmt: skip


def token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(user_id: str) -> Account | None:
    token = session.get(TOKEN)
    if not token or not user_id.isdigit():
        return None
    found = db_session().execute(
        select(User, SignInSession)
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(SignInSession.token_hash == token_hash(token), User.id == int(user_id), User.active)
    ).first()  # fmt: skip
    if found is None:
        return None
    user, record = found
    if record.ended_at is not None or now() - record.last_seen_at > IDLE:
        return None
    return Account(user, record)


def init_guard(app: Flask) -> None:
    """Put the door in front of every endpoint."""
    login_manager.init_app(app)
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
        _enter(cast("Account", current_user))
    if rule.public:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if rule.any_of and not any(g.actor.may(permission) for permission in rule.any_of):
        raise Forbidden
    return _duties(cast("Account", current_user))


def _enter(account: Account) -> None:
    g.actor = account.actor()
    enter(db_session(), g.actor, scope_for(g.actor, "signed in at headquarters"))
    if now() - account.record.last_seen_at > TOUCH_EVERY:
        with db.engine.begin() as connection:  # apart: a GET never commits what the page does
            connection.execute(
                update(SignInSession).where(SignInSession.id == account.record.id).values(last_seen_at=now())
            )


def _to_sign_in() -> Any:
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": url_for("auth.sign_in")}
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    flash(_("Please sign in."), "info")
    return redirect(url_for("auth.sign_in", next=back))


def _duties(account: Account) -> Any:
    """A first password and a demanded second factor come before everything else."""
    if request.endpoint is not None and request.endpoint.startswith("auth."):
        return None
    if account.user.must_change_password:
        return redirect(url_for("auth.change_password"))
    if session.get("needs_second_factor"):
        return redirect(url_for("auth.enrol_second_factor"))
    return None
