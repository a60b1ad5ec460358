"""What every test may ask for: an app on a fresh database, its session, a client, a moment.

Tests in ``tests/integration`` run on SQLite and on PostgreSQL; elsewhere SQLite is enough.
``@pytest.mark.databases("postgresql")`` chooses otherwise for a test.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import insert
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.auth.guard import TOKEN, limiter, token_hash
from portal.auth.models import SignInSession, User
from portal.config import fixed
from portal.kernel.access import Actor
from portal.kernel.catalogues import compile_all
from portal.kernel.db import db
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from portal.kernel.storage import init_storage
from tests.support import postgres
from tests.support.guard import stay_here
from tests.support.once import made_once

# How fast the machine is just now is no property of the code: a test fails for what it found, not for how long it took.
hypothesis.settings.register_profile(
    "untimed", parent=hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

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


def pytest_configure(config: pytest.Config) -> None:
    """Stay on this machine; the controller compiles the words and keeps the PostgreSQL server for the workers."""
    stay_here()
    if not hasattr(config, "workerinput"):
        compile_all()
        config.add_cleanup(postgres.prepare().close)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Let the collector of garbage leave alone what stays: it would go through the whole house every few tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with a database on every database it is meant for."""
    if "database_url" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("databases")
    here = metafunc.definition.path.relative_to(metafunc.config.rootpath).parts
    kinds = mark.args if mark else ("sqlite", "postgresql") if "integration" in here else ("sqlite",)
    params = [pytest.param(kind, marks=pytest.mark.postgresql if kind == "postgresql" else ()) for kind in kinds]
    metafunc.parametrize("database_url", params, indirect=True)


def migrate(url: URL | str, folder: Path) -> None:
    """Make the tables in an empty database."""
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    app = create_app(settings(text, folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()  # the last connection to a SQLite file writes its log home


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    made = made_once(tmp_path_factory, "empty", lambda folder: migrate(f"sqlite:///{folder / 'empty.sqlite'}", folder))
    return made / "empty.sqlite"


@pytest.fixture(scope="session")
def test_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the copy stands: for all tests of a worker in the same place, so that they find the portal built."""
    return tmp_path_factory.mktemp("sqlite") / "test.sqlite"


@pytest.fixture(scope="session")
def postgres_database(tmp_path_factory: pytest.TempPathFactory) -> postgres.Database:
    """This worker's database on PostgreSQL."""
    folder = tmp_path_factory.mktemp("template-postgresql")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return postgres.database_for(worker, lambda url: migrate(url, folder))


@pytest.fixture(scope="session")
def sweep_postgres(postgres_database: postgres.Database) -> Iterator[Callable[[], None]]:
    """Bring this worker's database on PostgreSQL back to how the migrations left it."""
    with postgres_database.sweeping() as sweep:
        yield sweep


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated database: for all tests of a worker the same."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("empty_sqlite")
        path: Path = request.getfixturevalue("test_sqlite")
        for old in path.parent.glob(f"{path.name}*"):  # its log, too; who still has it open keeps the old one
            old.unlink()
        shutil.copy(empty, path)
        yield f"sqlite:///{path}"
    else:
        database: postgres.Database = request.getfixturevalue("postgres_database")
        sweep: Callable[[], None] = request.getfixturevalue("sweep_postgres")
        yield database.app.render_as_string(hide_password=False)
        sweep()


class Client(FlaskClient):
    """A browser whose every request has a context, ``g`` and session of its own, as on a server.

    Flask lets a request share the context of the test around it: the first request's person and
    moment would then be those of all later ones.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


@dataclass(frozen=True)
class Built:
    """A portal as it was built, to be found so by every test: building one takes longer than most tests."""

    app: Flask
    config: Mapping[str, Any]
    extensions: Mapping[str, Any]

    def renewed(self, folder: Path) -> Flask:
        """Take back what a test changed of it, and let it forget what it kept."""
        self.app.config.clear()
        self.app.config.update(self.config, VAR=str(folder))
        self.app.extensions.clear()
        self.app.extensions.update(self.extensions)
        house = self.app.extensions["house"]
        self.app.extensions["house"] = replace(house, lists={**house.lists}, papers={**house.papers},
                                               work=[*house.work], menu=[*house.menu])  # fmt: skip
        init_storage(self.app)
        limiter.reset()
        return self.app


@pytest.fixture(scope="session")
def built() -> dict[str, Built]:
    """The portals of this worker, one a database."""
    return {}


@pytest.fixture
def app(database_url: str, built: dict[str, Built], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The portal on a fresh, migrated database; a test marked ``own_app`` adds to it and has one to itself."""
    if request.node.get_closest_marker("own_app"):
        app = create_app(settings(database_url, tmp_path))
    else:
        if database_url not in built:
            made = create_app(settings(database_url, tmp_path))
            built[database_url] = Built(made, dict(made.config), dict(made.extensions))
        app = built[database_url].renewed(tmp_path)
    app.test_client_class = Client
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
    entries = count()

    def enter_as(user: User) -> FlaskClient:
        client = app.test_client()
        token = f"token-{user.id}-{next(entries)}"  # a number: an address comes again when a client is gone
        user_id = user.id
        with db.engine.begin() as connection:
            connection.execute(
                insert(SignInSession).values(
                    user_id=user_id,
                    token_hash=token_hash(token),
                    created_at=NOW,
                    last_seen_at=NOW,
                    ip="-",
                    user_agent="test",
                )
            )
        with app.app_context(), client.session_transaction() as cookie:  # apart: its end leaves the scope
            cookie["_user_id"], cookie["_fresh"], cookie[TOKEN] = str(user_id), True, token
        return client

    return enter_as
