"""The same moment twice: two people, each in a transaction of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import enter, leave, scope_for


def in_a_transaction(app: Flask, actor: Actor, act: Callable[[Session], Any]) -> Any:
    """Act in a transaction of its own and commit it; return what came of it, or what was raised."""
    with app.app_context():
        session = db.session()
        try:
            enter(session, actor, scope_for(actor, "test"))
            outcome = act(session)
            session.commit()
        except Exception as error:  # noqa: BLE001  (what a thread raises is looked at outside)
            session.rollback()
            return error
        else:
            return outcome
        finally:
            leave(session)
            db.session.remove()


def both_at_once(app: Flask, actors: tuple[Actor, Actor], act: Callable[[Session, Actor], Any]) -> list[Any]:
    """Let two people act at the same moment; return what came of it."""
    outcomes: list[Any] = [None, None]
    start = Barrier(2)

    def run(place: int, actor: Actor) -> None:
        def begin(session: Session) -> Any:
            start.wait(timeout=20)
            return act(session, actor)

        outcomes[place] = in_a_transaction(app, actor, begin)

    threads = [Thread(target=run, args=pair) for pair in enumerate(actors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def one_after_the_other(*acts: Callable[[], Any], apart: float = 0.4) -> list[Any]:
    """Begin acts in threads of their own, each a little after the one before; return what came of them."""
    outcomes: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        time.sleep(place * apart)
        outcomes[place] = act()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
