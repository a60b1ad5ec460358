"""Photos on the command line: what they look like, for those kept before looks were."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import click
from flask import Flask

from dealers.service.services import look_at_photos
from portal.kernel.command import desk

#: Photos read in one transaction.
STRETCH = 200


@click.group()
def photos() -> None:
    """Look after the photos of visits."""


@photos.command("look")
def look() -> None:
    """Reckon how each photo looks that has no look yet; a photo without contrast keeps none."""
    app = cast("Callable[[], Flask]", click.get_current_context().find_root().obj)()
    whole, last = 0, 0
    while True:
        with desk(app, "looking at photos") as found:
            count, last = look_at_photos(found.session, STRETCH, last)
        whole += count
        if count < STRETCH:
            break
    click.echo(f"{whole:,} photos looked at.")


commands = (photos,)
