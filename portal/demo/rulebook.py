"""The rule book of the demo's headquarters: written, tried and put in force on the network's first day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.clock import month_bounds
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.claims.queries.books import book_of
from warranty.claims.rules.book import FIRST_BOOK, RuleBook
from warranty.claims.services.books import draft_book, edit_book, enforce_book
from warranty.claims.services.trials import judge_book, keep_trial

WRITER = "许文静"
NOTE = "小额索赔自动审核：各项检查通过且金额不高的，不再逐单人工审核；抽查百分之五。"
#: Yuan up to which no person need look, and above which the second level does, by the station's stars.
SMALL = ((0, 250), (1, 300), (2, 380), (3, 800), (4, 1000), (5, 1500))
LARGE = ((0, 1500), (1, 1500), (2, 2000), (3, 2500), (4, 3000), (5, 4000))


def enforce_rules(connection: Connection, first: date, seed: int) -> RuleBook:
    """Put a book in force from ``first`` on, as headquarters would have done on that day; return it."""
    actor, now = Actor.system(WRITER), month_bounds(f"{first:%Y-%m}")[0]
    with Session(connection) as session:
        enter(session, actor, HeadOfficeScope("making the demo network"))
        version = draft_book(session, actor, now).version
        edit_book(session, version, _book(), NOTE, actor, now)
        past = (first - timedelta(days=365), first - timedelta(days=1))
        keep_trial(session, judge_book(session, version, *past, actor), actor, now)
        row = enforce_book(session, version, first, actor, now)
        row.body = {**row.body, "sample_seed": f"demo {seed}"}  # the same network again, with the same samples
        session.flush()
        book = book_of(row)
        session.commit()
    return book


def _book() -> RuleBook:
    limits = replace(FIRST_BOOK.limits, amount_by_grade=_yuan(SMALL))
    routing = replace(FIRST_BOOK.routing, level_two_above=_yuan(LARGE))
    return replace(FIRST_BOOK, automatic=True, limits=limits, routing=routing)


def _yuan(limits: tuple[tuple[int, int], ...]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((grade, Decimal(amount)) for grade, amount in limits)
