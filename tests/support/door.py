"""A clock that tests turn, and people who come in by the door: name, password, code."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.auth.models import User
from tests.factories.network import make_user

PASSWORD = "plum rain over Wuhan"


#: Hashing is meant to be slow; tests that come in often need not wait for it.
CHEAP = PasswordHasher(time_cost=1, memory_cost=512, parallelism=1)


@cache
def kept() -> str:
    """Return the hash of `PASSWORD`."""
    return CHEAP.hash(PASSWORD)


class Clock:
    """The app's clock; ``forward`` turns it."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.now = now
        app.config["CLOCK"] = lambda: self.now

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def person(session: Session, role: str = "warranty_clerk", username: str = "li.wei", **values: Any) -> User:
    """Store an account with `PASSWORD` and commit."""
    user = make_user(session, role, username=username, **{"password_hash": kept(), **values})
    session.commit()
    return user


def post(client: FlaskClient, username: str = "li.wei", password: str = PASSWORD, **rest: Any) -> Any:
    """Send the sign-in form."""
    return client.post("/auth/sign-in", data={"username": username, "password": password}, **rest)


def come_in(app: Flask, username: str = "li.wei") -> FlaskClient:
    """Return a browser that is signed in."""
    client = app.test_client()
    answer = post(client, username)
    assert answer.status_code == 302, answer.text
    return client


def code_at(secret: str, now: datetime) -> str:
    """Return what the phone shows."""
    return pyotp.TOTP(secret).at(now)


def said(answer: Any) -> str:
    """Return a page's text without tags."""
    return re.sub(r"<[^>]+>", " ", answer.text)
