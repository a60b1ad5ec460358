"""Cases on the command line: the clocks."""

from __future__ import annotations

import click

from portal.kernel.command import at_desk
from warranty.cases.services.clocks import escalate


@click.group()
def cases() -> None:
    """Look after replacement and return cases (换退车)."""


@cases.command("escalate")
def escalate_command() -> None:
    """Tell of every clock that passed a mark or its last day; run again, it does nothing new."""
    with at_desk("escalating clocks") as desk:
        told = escalate(desk.session, desk.now)
    click.echo(f"{len(told)} marks told.")


commands = (cases,)
