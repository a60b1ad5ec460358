"""What an operator's commands share: the app that the command line was given, and one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.errors import OperatorError
from portal.kernel.scoping import HeadOfficeScope, enter, leave


@dataclass(frozen=True)
class Desk:
    """What a command works with: a session at headquarters, who acts, and the moment."""

    session: Session
    actor: Actor
    now: datetime


@contextmanager
def desk(app: Flask, reason: str) -> Iterator[Desk]:
    """Open a session at headquarters for ``reason``; committed when all went well."""
    with app.app_context():
        session: Session = db.session()
        actor = Actor.system("sanbao")
        try:
            enter(session, actor, HeadOfficeScope(reason))
            yield Desk(session, actor, app.config["CLOCK"]())
            session.commit()
        except DBAPIError as error:
            why = str(error.orig).strip().splitlines()[0]
            raise OperatorError(
                f"the database refused ({why}). Is DATABASE_URL right, and `sanbao db upgrade` run?"
            ) from error
        finally:
            session.rollback()
            leave(session)


@contextmanager
def at_desk(reason: str) -> Iterator[Desk]:
    """Open a `desk` in the app that the command line builds."""
    build = cast("Callable[[], Flask]", click.get_current_context().find_root().obj)
    with desk(build(), reason) as found:
        yield found
