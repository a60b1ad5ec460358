"""Commands for the house itself: database, worker, audit."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType

import click
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.kernel.command import at_desk, desk
from portal.kernel.errors import OperatorError

#: Seconds between two sealings by a worker.
TIDY_EVERY = 60.0


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
            why = str(error.orig).strip().splitlines()[0]
            raise OperatorError(f"the database cannot be reached: {why}") from error
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
    app, name, tidied = application(), worker_name(), -TIDY_EVERY
    while not stopping:
        with app.app_context():
            busy = run_one(name)
        if time.monotonic() - tidied >= TIDY_EVERY or (once and not busy):
            tidied = time.monotonic()
            tidy(app)
        if not busy and once:
            return
        if not busy:
            time.sleep(0.3)


def tidy(app: Flask) -> None:
    """Seal the audit trail and forget old failed attempts; what does not work now works next minute."""
    from portal.auth.lockout import sweep
    from portal.kernel.audit import seal

    try:
        with desk(app, "sealing the audit trail") as at:
            seal(at.session, at.now)
            sweep(at.session, at.now)
    except OperatorError as error:
        app.logger.info("not sealed: %s", error)


@click.group()
def audit() -> None:
    """Seal the audit trail, prove that nobody changed it, take it away as a file."""


@audit.command("seal")
def audit_seal() -> None:
    """Seal what is not sealed yet; the worker does it every minute."""
    from portal.kernel.audit import seal

    with at_desk("sealing the audit trail") as at:
        sealed = seal(at.session, at.now)
    click.echo(f"{sealed} entries sealed.")


@audit.command("export")
@click.argument("target", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def audit_export(target: Path) -> None:
    """Write the sealed trail to a file, a JSON object a line."""
    from portal.kernel.audit import record
    from portal.kernel.audit_export import export

    lines = 0
    with at_desk("exporting the audit trail") as at, target.open("w", encoding="utf-8") as file:
        for line in export(at.session):
            file.write(line + "\n")
            lines += 1
        record(at.session, "file made", "audit_entry", {"file": target.name, "rows": lines})
    click.echo(f"{lines} lines written to {target}.")


@audit.command("verify")
@click.option(
    "--from", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check an export instead of the database; needs no database.",
)  # fmt: skip
def audit_verify(source: Path | None) -> None:
    """Recompute every chain; a line for each fault and exit 1 when there is one."""
    from portal.kernel.audit import verify
    from portal.kernel.audit_export import verify_export

    if source is None:
        with at_desk("verifying the audit trail") as at:
            verdict = verify(at.session)
    else:
        with source.open(encoding="utf-8", errors="replace") as file:
            verdict = verify_export(file)
    for fault in verdict.faults:
        click.echo(fault)
    click.echo(f"{verdict.links} links, {verdict.entries} entries, {verdict.unsealed} not sealed yet.")
    if verdict.faults:
        raise click.exceptions.Exit(1)
    click.echo("Nobody changed the trail.")


@click.command("check-config")
def check_config() -> None:
    """Say what the environment configures, and whether the database answers and is up to date."""
    app = application()
    secure = "secure" if app.config["SESSION_COOKIE_SECURE"] else "not secure (development only)"
    click.echo(f"mode: {app.config['SANBAO_ENV']}")
    click.echo(f"database: {make_url(app.config['SQLALCHEMY_DATABASE_URI']).render_as_string(hide_password=True)}")
    click.echo(f"files: {app.config.get('STORAGE_URL') or app.config['VAR'] + '/files'}")
    click.echo(f"cookies: {secure}")
    with desk(app, "checking the configuration") as at:
        present = at.session.connection().exec_driver_sql("select version_num from alembic_version").scalar()
        newest = ScriptDirectory(str(Path(app.root_path) / "migrations")).get_current_head()
        if at.session.get_bind().dialect.name == "postgresql":
            _check_role(at.session)
    if present != newest:
        raise OperatorError(f"the tables are at {present}, this version needs {newest}: run `sanbao db upgrade`.")
    click.echo(f"tables: {present}, up to date")


def _check_role(session: Session) -> None:
    """A superuser passes row-level security by: the second wall between dealers would not stand."""
    free = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    if session.connection().exec_driver_sql(free).scalar():
        raise OperatorError(
            "the database's role passes row-level security by: use one without superuser and bypassrls."
        )


commands = (db, worker, audit, check_config)
