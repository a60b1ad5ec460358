"""Settlement on the command line: close a month, prove that all money agrees."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.clock import utc_now
from portal.kernel.db import db
from portal.kernel.errors import DomainError, OperatorError
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.settlement.closing import Closed, close_month
from warranty.settlement.queries import unbalanced


@contextmanager
def _head_office(application: Callable[[], Flask]) -> Iterator[tuple[Session, Actor]]:
    actor = Actor.system("operator")
    with application().app_context(), Session(db.engine, expire_on_commit=False) as session:
        enter(session, actor, HeadOfficeScope("command line"))
        yield session, actor


@click.group()
def settlement() -> None:
    """Close months and check statements."""


@settlement.command("close")
@click.argument("month")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def close(application: Callable[[], Flask], month: str, *, as_json: bool) -> None:
    """Make every dealer's statement of MONTH (2026-10); run again, it does what is left."""
    with _head_office(application) as (session, actor):
        try:
            closed = close_month(session, month, actor, utc_now())
        except DomainError as error:
            raise OperatorError("; ".join(fault.message % fault.facts for fault in error.faults)) from error
    click.echo(json.dumps(closed.plain(), ensure_ascii=False) if as_json else _told(closed))
    if not closed.finished:
        sys.exit(1)


def _told(closed: Closed) -> str:
    rows = [
        f"{closed.month}: {closed.statements} statements over {closed.claims} claims, {closed.net:,} yuan before tax,"
        f" {closed.gross:,} with tax."
    ]
    rows += [f"{failure.dealer}: not made: {failure.message}" for failure in closed.failures]
    return "\n".join(rows)


@settlement.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def check(application: Callable[[], Flask], *, as_json: bool) -> None:
    """Prove that statements equal their lines and their ledger; exit 1 where one does not."""
    with _head_office(application) as (session, _actor):
        found = unbalanced(session)
    if as_json:
        click.echo(json.dumps([{key: str(value) for key, value in asdict(row).items()} for row in found]))
    else:
        for row in found:
            click.echo(
                f"{row.number}: before tax {row.net}, lines {row.lines}; with tax {row.gross}, ledger {row.owed}"
            )
        click.echo(f"{len(found)} do not agree." if found else "Every statement agrees with its lines and its ledger.")
    if found:
        sys.exit(1)


commands = (settlement,)
