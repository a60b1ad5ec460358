"""Settlement on the command line: close a month, prove that all money agrees."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from portal.kernel.command import at_desk
from portal.kernel.errors import DomainError, OperatorError
from warranty.settlement.closing import Closed, close_month
from warranty.settlement.queries import unbalanced


@click.group()
def settlement() -> None:
    """Close months and check statements."""


@settlement.command("close")
@click.argument("month")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def close(month: str, *, as_json: bool) -> None:
    """Make every dealer's statement of MONTH (2026-10); run again, it does what is left."""
    with at_desk(f"closing {month}") as desk:
        try:
            closed = close_month(desk.session, month, desk.actor, desk.now)
        except DomainError as error:
            raise OperatorError("; ".join(fault.message % fault.facts for fault in error.faults)) from error
    click.echo(json.dumps(closed.plain(), ensure_ascii=False) if as_json else _told(closed))
    if not closed.finished:
        sys.exit(1)


def _told(closed: Closed) -> str:
    figures = f"{closed.statements} statements over {closed.claims} claims"
    told = f"{closed.month}: {figures}, {closed.net:,} yuan before tax, {closed.gross:,} with tax."
    return "\n".join([told, *(f"{failure.dealer}: not made: {failure.message}" for failure in closed.failures)])


@settlement.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print what does not agree as JSON.")
def check(*, as_json: bool) -> None:
    """Prove that statements equal their lines and their ledger; exit 1 where one does not."""
    with at_desk("checking statements") as desk:
        found = unbalanced(desk.session)
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
