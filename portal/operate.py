"""Commands for the house itself: database, worker, audit."""

from __future__ import annotations

import signal
import time
from types import FrameType

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from portal.kernel.errors import OperatorError


def application() -> Flask:
    """Build the portal for a command."""
    from portal.app import create_app

    return create_app()


@click.group()
def db() -> None:
    """Make or migrate the database's tables."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to this version; run again, it changes nothing."""
    with application().app_context():
        try:
            upgrade()
        except OperationalError as error:
            raise OperatorError(f"the database cannot be reached: {error.orig}") from error
    click.echo("The database is up to date.")


@click.command()
@click.option("--once", is_flag=True, help="Do what waits, then stop.")
def worker(*, once: bool) -> None:
    """Do the long work: PDFs, exports, imports, sealing the audit chain."""
    from portal.kernel.jobs import run_one, worker_name

    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    app, name = application(), worker_name()
    while not stopping:
        with app.app_context():
            busy = run_one(name)
        if not busy and once:
            return
        if not busy:
            time.sleep(0.3)


commands = (db, worker)
