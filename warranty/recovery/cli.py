"""Recovery on the command line: make the demands of some days, prove that all money agrees."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime

import click

from portal.kernel.command import at_desk
from portal.kernel.errors import DomainError, OperatorError
from warranty.recovery.jobs import generate
from warranty.recovery.queries.costs import Period
from warranty.recovery.queries.recoveries import unbalanced

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def recovery() -> None:
    """Ask suppliers back what their failed parts cost."""


@recovery.command("make")
@click.option("--from", "first", type=DAY, required=True, help="Claims approved from this day on (2026-10-01).")
@click.option("--to", "last", type=DAY, required=True, help="Claims approved until this day, it included.")
@click.option("--supplier", default="", help="The code of one supplier; every supplier with a contract if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def make(first: datetime, last: datetime, supplier: str, *, as_json: bool) -> None:
    """Make demands of the claims approved in some days; run again, it makes what is left."""
    with at_desk("making demands to suppliers") as desk:
        try:
            period = Period(first.date(), last.date())
            done = generate(desk.session, period, supplier.strip().upper(), desk.actor, desk.now)
        except DomainError as error:
            raise OperatorError("; ".join(fault.message % fault.facts for fault in error.faults)) from error
    if as_json:
        click.echo(json.dumps(done.plain(), ensure_ascii=False))
        return
    click.echo(f"{len(done.numbers)} demands over {done.claims} claims, {done.claimed:,} yuan.")
    for number in done.numbers:
        click.echo(number)


@recovery.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print what does not agree as JSON.")
def check(*, as_json: bool) -> None:
    """Prove that demands equal their lines and their ledger; exit 1 where one does not."""
    with at_desk("checking demands to suppliers") as desk:
        found = unbalanced(desk.session)
    if as_json:
        click.echo(json.dumps([{key: str(value) for key, value in asdict(row).items()} for row in found]))
    else:
        for row in found:
            click.echo(
                f"{row.number}: claimed {row.claimed}, lines {row.lines}; agreed {row.agreed}, booked {row.booked};"
                f" given back {row.given_back}, in the ledger {row.back}"
            )
        click.echo(f"{len(found)} do not agree." if found else "Every demand agrees with its lines and its ledger.")
    if found:
        sys.exit(1)


commands = (recovery,)
