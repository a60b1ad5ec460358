from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.auth.models import User
from portal.auth.passwords import hash_password
from tests.factories.network import make_user

PASSWORD = "plum rain over Wuhan"


@pytest.fixture
def user(session: Session) -> User:
    made = make_user(session, "warranty_clerk", username="li.wei", password_hash=hash_password(PASSWORD))
    session.commit()
    return made


def post(client: FlaskClient, password: str = PASSWORD, username: str = "li.wei", **rest: Any) -> Any:
    return client.post("/auth/sign-in", data={"username": username, "password": password}, **rest)


def test_right_password(app: Flask, user: User, session: Session) -> None:
    client = app.test_client()
    answer = post(client)
    assert answer.status_code == 302, answer.text
    assert answer.location == "/"
