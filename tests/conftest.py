"""What every test may ask for: an app on a fresh database, its session, a client, a moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.auth.guard import TOKEN, token_hash
from portal.auth.models import SignInSession, User
from portal.config import fixed
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import HeadOfficeScope, enter, leave

#: The moment at which tests take place, unless they say otherwise.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def settings(url: str, folder: Path) -> dict[str, Any]:
    """Return the configuration of a test's app."""
    return {
        **fixed(secure=False),
        "TESTING": True,
        "SECRET_KEY": "a secret key that only the tests use",
        "SANBAO_ENV": "development",
        "SQLALCHEMY_DATABASE_URI": url,
        "VAR": str(folder),
        "WTF_CSRF_ENABLED": False,
        "CLOCK": lambda: NOW,
    }


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "empty.sqlite"
    app = create_app(settings(f"sqlite:///{path}", folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()  # the last connection folds the log into the file
    return path


@pytest.fixture
def app(empty_sqlite: Path, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a fresh, migrated database."""
    path = tmp_path / "test.sqlite"
    shutil.copy(empty_sqlite, path)
    app = create_app(settings(f"sqlite:///{path}", tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests take place."""
    return NOW


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session at headquarters, with every permission; `leave` and `enter` change the scope."""
    session: Session = db.session()
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    yield session
    session.rollback()
    leave(session)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """Sign a stored user in without the pages: returns a client of its own."""

    def enter_as(user: User) -> FlaskClient:
        client = app.test_client()
        token = f"token-{user.id}-{id(client)}"
        user_id = user.id
        with db.engine.begin() as connection:
            connection.execute(
                SignInSession.__table__.insert().values(
                    user_id=user_id,
                    token_hash=token_hash(token),
                    created_at=NOW,
                    last_seen_at=NOW,
                    ip="-",
                    user_agent="test",
                )
            )
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"], cookie[TOKEN] = str(user_id), True, token
        return client

    return enter_as
