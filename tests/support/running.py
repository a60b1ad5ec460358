"""A real portal for the browser: HTTP on a free port of this machine, one worker, a small demo network.

Both run as threads of the test's process: they start in milliseconds and what goes wrong in them
is seen. The network is made once a test run and copied for every test.
"""

from __future__ import annotations

import logging
import pickle
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from portal.app import create_app
from portal.config import fixed
from portal.demo.base import Car, World
from portal.demo.network import Size, fill
from portal.kernel.db import db
from portal.kernel.jobs import run_one
from tests.support.once import made_once

#: Large enough that every list has rows and the last two months statements.
SIZE = Size(dealers=3, vehicles=600, months=3)
FILE, WORLD = "network.sqlite", "world.pickle"
#: Days since delivery of the car in the story: under guarantee, and old enough for a reading.
DAYS_SOLD = range(200, 500)
#: Seconds between two looks of the worker at the queue.
LOOK = 0.05


def settings(path: Path, folder: Path, now: datetime) -> dict[str, Any]:
    """Return the configuration of a portal as it is run, but for its clock."""
    begun = monotonic()
    return {
        **fixed(secure=False),
        "SECRET_KEY": "a secret key that only the browser tests use",
        "SANBAO_ENV": "development",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{path}",
        "STORAGE_URL": "",
        "VAR": str(folder),
        "SIGN_IN_RATE": "1000 per minute",
        "CLOCK": lambda: now + timedelta(seconds=monotonic() - begun),  # it goes on, from a known moment
    }


@dataclass(frozen=True)
class Network:
    """The demo network in a file that tests copy, and what the generator knows of it."""

    path: Path
    world: World
    now: datetime

    @property
    def station(self) -> str:
        """The code of the station whose people have accounts."""
        return self.world.stations[0].code

    @property
    def car(self) -> Car:
        """A car of the first station whose guarantee runs, and that is due for a visit."""
        last = self.world.today.toordinal()
        return next(car for car in self.world.cars if car.station == 0 and last - car.sold in DAYS_SOLD)

    @property
    def odometer_km(self) -> int:
        """What the car's odometer can show today."""
        car = self.car
        return (self.world.today.toordinal() - car.sold) * car.daily_km + 260


def make_network(factory: pytest.TempPathFactory, empty: Path, now: datetime, size: Size = SIZE) -> Network:
    """Fill a copy of an empty, migrated database; the workers of a run share it."""

    def make(folder: Path) -> None:
        path = folder / FILE
        shutil.copy(empty, path)
        with create_app(settings(path, folder, now)).app_context():
            world = fill(db.engine, size, now, lambda _words: None)
            db.engine.dispose()  # the last connection writes the log home
        (folder / WORLD).write_bytes(pickle.dumps(world))

    folder = made_once(factory, f"network-{size.dealers}-{size.vehicles}-{size.months}", make)
    world = pickle.loads((folder / WORLD).read_bytes())  # noqa: S301  (a worker of this run wrote it)
    return Network(folder / FILE, world, now)


@dataclass
class Running:
    """A portal that answers at ``url``. ``failures``: what it could not answer, with the traceback."""

    url: str
    network: Network
    path: Path
    failures: list[str]

    def value(self, sql: str, *values: object) -> Any:
        """Read one value from the database, past the portal."""
        connection = sqlite3.connect(self.path)
        try:
            found = connection.execute(sql, values).fetchone()
        finally:
            connection.close()
        if found is None:
            raise LookupError(f"the demo network has no row for: {sql}")
        return found[0]


class Quiet(WSGIRequestHandler):
    """Answers over connections that are kept, and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (the name is the server's)
        """Say nothing: what matters is in the answer."""


class Failures(logging.Handler):
    """Keeps what the portal logs as an error: a page or a job that failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one, with its traceback."""
        self.told.append(self.format(record))


@contextmanager
def run(network: Network, folder: Path) -> Iterator[Running]:
    """Serve a copy of the network, its photos included, until the block ends."""
    path = folder / "portal.sqlite"
    shutil.copy(network.path, path)
    shutil.copytree(network.path.parent / "files", folder / "files", dirs_exist_ok=True)
    app = create_app(settings(path, folder, network.now))
    failures = Failures()
    app.logger.addHandler(failures)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    stopping = threading.Event()
    threads = [
        threading.Thread(target=_serve, args=(server,)),
        threading.Thread(target=_work, args=(app, stopping)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_port}", network, path, failures.told)
    finally:
        stopping.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        app.logger.removeHandler(failures)
        with app.app_context():
            db.engine.dispose()


def _serve(server: BaseWSGIServer) -> None:
    server.serve_forever(poll_interval=0.05)


def _work(app: Flask, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with app.app_context():
            busy = run_one("browser tests")
            db.session.remove()
        if not busy:
            stopping.wait(LOOK)
