"""Rule books in force, as tests need them: written, tried and enforced through the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from warranty.claims.models import RuleBookVersion, RuleTrial
from warranty.claims.queries.books import book_of
from warranty.claims.services.books import draft_book, edit_book, enforce_book
from warranty.claims.services.trials import judge_book, keep_trial

WRITER = Actor.system("规则员")


def make_draft(session: Session, now: datetime, **changes: Any) -> RuleBookVersion:
    """Store a draft: what holds, with some parts changed."""
    row = draft_book(session, WRITER, now)
    edit_book(session, row.version, replace(book_of(row), **changes), "", WRITER, now)
    return row


def make_trial(session: Session, row: RuleBookVersion, day: date, now: datetime, actor: Actor = WRITER) -> RuleTrial:
    """Try a book over the claims of one day."""
    return keep_trial(session, judge_book(session, row.version, day, day, actor), actor, now)


def make_book(session: Session, now: datetime, valid_from: date | None = None, **changes: Any) -> RuleBookVersion:
    """Store a book in force, from today on unless told otherwise; it approves without a person."""
    row = make_draft(session, now, **{"automatic": True, **changes})
    today = local_date(now)
    make_trial(session, row, today, now)
    return enforce_book(session, row.version, valid_from or today, WRITER, now)
