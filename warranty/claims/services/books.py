"""Write rule books: draft → tried → in force. What is in force stays as it is; a later version follows it."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from warranty.claims.models import ClaimVersion, RuleBookVersion
from warranty.claims.queries.books import body_of, book_row, last_trial, youngest_book
from warranty.claims.rules.book import FIRST_BOOK, RuleBook

NOTE_LENGTH = 500
MOST_DAYS, MOST_KM, MOST_HOURS, MOST_PARTS = 3_650, 100_000, 1_000, 1_000
MOST_YUAN, MOST_KM_RATE = Decimal(10_000_000), Decimal(1_000)


def draft_book(session: Session, actor: Actor, now: datetime) -> RuleBookVersion:
    """Begin a new version: a copy of the youngest one that was enforced, also where it has not begun yet."""
    require(actor, Permission.CLAIM_RULES)
    last = session.scalar(select(func.max(RuleBookVersion.version))) or FIRST_BOOK.version
    row = RuleBookVersion(version=last + 1, body=body_of(youngest_book(session)), made_by=actor.name, made_at=now)
    session.add(row)
    session.flush()
    return row


def edit_book(
    session: Session, version: int, book: RuleBook, note: str, actor: Actor, now: datetime, seen: int | None = None
) -> RuleBookVersion:
    """Write a draft; one that was tried is a draft again."""
    row = locked(session, RuleBookVersion, book_row(session, version).id, seen)
    faults = book_faults(book)
    if len(note) > NOTE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "note", {"limit": NOTE_LENGTH}))
    if faults:
        raise DomainError(*faults)
    advance(session, row, "edit", actor, now)
    row.body, row.note = body_of(book), note.strip()
    session.flush()
    return row


def enforce_book(
    session: Session, version: int, valid_from: date, actor: Actor, now: datetime, seen: int | None = None
) -> RuleBookVersion:
    """Put a tried book into force from a day on, today at the earliest: what was decided stays decided."""
    row = locked(session, RuleBookVersion, book_row(session, version).id, seen)
    if not known_day(valid_from) or valid_from < local_date(now):
        raise DomainError.at("valid_from", N_("A rule book can begin today at the earliest."))
    trial = last_trial(session, row)
    if trial is None:
        raise DomainError.at(None, N_("Please try it over past claims first, as it is written now."))
    if not trial.claims and session.scalar(select(ClaimVersion.id).limit(1)) is not None:
        raise DomainError.at(
            None, N_("It was tried over days without a claim. Please try it over days that have some.")
        )
    advance(session, row, "enforce", actor, now)
    row.valid_from, row.enforced_by, row.enforced_at = valid_from, actor.name, now
    row.body = {**row.body, "sample_seed": secrets.token_hex(16)}  # drawn when nobody can choose numbers for it
    session.flush()
    return row


def discard_book(
    session: Session, version: int, reason: str, actor: Actor, now: datetime, seen: int | None = None
) -> RuleBookVersion:
    """Give a draft up, with a reason."""
    row = locked(session, RuleBookVersion, book_row(session, version).id, seen)
    advance(session, row, "discard", actor, now, reason=reason)
    session.flush()
    return row


def book_faults(book: RuleBook) -> list[Fault]:
    """Return what makes no sense in a rule book, each at its field."""
    limits, rates, routing = book.limits, book.rates, book.routing
    figures: dict[str, tuple[Decimal | int, Decimal | int]] = {
        "submit_within_days": (limits.submit_within_days, MOST_DAYS),
        "repeat_within_days": (limits.repeat_within_days, MOST_DAYS), "km_per_day": (limits.km_per_day, MOST_KM),
        "parts_above": (limits.parts_above, MOST_PARTS),
        "first_service_months": (limits.first_service_months, MOST_PARTS),
        "first_service_km": (limits.first_service_km, MOST_KM),
        "hours_level_one": (routing.hours_level_one, MOST_HOURS),
        "hours_level_two": (routing.hours_level_two, MOST_HOURS),
        "sample_percent": (book.sample_percent, 100),
        "hours_above": (limits.hours_above, Decimal(MOST_HOURS)),
        "authorisation_above": (limits.authorisation_above, MOST_YUAN),
        "four_eyes_above": (routing.four_eyes_above, MOST_YUAN),
        "first_service_amount": (limits.first_service_amount, MOST_YUAN), "pdi_amount": (limits.pdi_amount, MOST_YUAN),
        "substitute_day": (rates.substitute_day, MOST_KM_RATE * 10),
        "substitute_days": (rates.substitute_days, MOST_DAYS),
        "out_call_km": (rates.out_call_km, MOST_KM_RATE), "handling": (rates.handling, Decimal(1)),
        **{f"amount-{grade}": (amount, MOST_YUAN) for grade, amount in limits.amount_by_grade},
        **{f"level-{grade}": (amount, MOST_YUAN) for grade, amount in routing.level_two_above},
    }  # fmt: skip
    message = N_("A number from %(least)s to %(most)s.")
    return [
        Fault(message, name, {"least": 0, "most": most})
        for name, (value, most) in figures.items()
        if not 0 <= value <= most
    ]
