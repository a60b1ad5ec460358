"""Stock on the command line: the proof that balances equal their movements."""

from __future__ import annotations

import click

from parts.stock.queries.check import differences
from portal.kernel.command import at_desk


@click.group()
def stock() -> None:
    """Look after the stock of stations."""


@stock.command("check")
@click.pass_context
def check(context: click.Context) -> None:
    """Hold every balance against its movements; exit 1 and name each that differs."""
    with at_desk("checking stock") as desk:
        found = differences(desk.session)
    for one in found:
        place = f"{one.dealer} {one.part}" + (f" in bin {one.bin}" if one.bin is not None else "")
        value = "" if one.bin is not None else f", value {one.kept_value} instead of {one.moved_value}"
        click.echo(f"{place}: {one.kept} instead of {one.moved}{value}")
    click.echo(f"{len(found)} balances differ from their movements.")
    context.exit(1 if found else 0)


commands = (stock,)
