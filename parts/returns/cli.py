"""Old parts on the command line: the stations are told what is overdue."""

from __future__ import annotations

import click

from parts.returns.services import tell_overdue
from portal.kernel.command import at_desk


@click.group()
def returns() -> None:
    """Look after old parts (旧件) on their way back."""


@returns.command("tell")
def tell_command() -> None:
    """Tell the stations of every part whose last day has passed; run again, it tells nothing twice."""
    with at_desk("telling of overdue old parts") as desk:
        told = tell_overdue(desk.session, desk.now)
    click.echo(f"{told} parts told.")


commands = (returns,)
