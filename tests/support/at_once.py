"""The same moment twice: two people, each in a transaction of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import enter, leave, scope_for

P = ParamSpec("P")
R = TypeVar("R")


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


class Pause:
    """Stops one person in the middle of an act, so that another one begins just then."""

    def __init__(self) -> None:
        self._reached = Event()

    def __call__(self) -> None:
        """Let the other begin, and give them time to read, or to come to a lock."""
        self._reached.set()
        time.sleep(0.5)

    def before(self, act: Callable[P, R]) -> Callable[P, R]:
        """Pause before an act."""

        def paused(*args: P.args, **values: P.kwargs) -> R:
            self()
            return act(*args, **values)

        return paused

    def one_after_the_other(self, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
        """Begin the second act when the first one has paused; return what came of them."""
        with ThreadPoolExecutor(2) as people:
            done = people.submit(first)
            assert self._reached.wait(timeout=60), "the first act never paused"
            return [one.result(timeout=60) for one in (done, people.submit(second))]
