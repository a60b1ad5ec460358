"""``sanbao demo``: fill an empty database with a network made up by seed."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from portal.demo.network import Size, fill
from portal.kernel.clock import utc_now
from portal.kernel.db import db
from portal.operate import application


@click.command()
@click.option("--dealers", type=click.IntRange(2, 2_000), default=Size.dealers, show_default=True, help="Stations.")
@click.option(
    "--vehicles", type=click.IntRange(100, 5_000_000), default=Size.vehicles, show_default=True, help="Cars sold."
)
@click.option("--months", type=click.IntRange(1, 60), default=Size.months, show_default=True, help="Months of visits.")
@click.option("--seed", type=int, default=Size.seed, show_default=True, help="The same seed makes the same network.")
def demo(dealers: int, vehicles: int, months: int, seed: int) -> None:
    """Fill an empty database with a demo network: stations, cars, visits, claims, settlements."""
    app = application()
    with app.app_context():
        upgrade()
        world = fill(db.engine, Size(dealers, vehicles, months, seed), utc_now(), click.echo)
    click.echo(f"{len(world.stations):,} stations, {len(world.cars):,} cars. Demo accounts: see `sanbao user list`.")


commands = (demo,)
