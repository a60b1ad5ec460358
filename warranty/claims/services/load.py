"""Finds a claim by its number and locks it, in the session's scope."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import history, locked
from portal.kernel.money import ZERO, total
from warranty.claims.models import Claim
from warranty.claims.queries.books import book_on
from warranty.claims.words import ACTIONS


def locked_claim(session: Session, number: str, expected_version: int | None = None) -> Claim:
    """Load a claim for change; another station's does not exist, a changed one is a conflict."""
    key = session.scalar(select(Claim.id).where(Claim.number == number))
    if key is None:
        raise NotFoundError(Fault("This does not exist."))
    claim = locked(session, Claim, key)
    if expected_version is not None and claim.row_version != expected_version:
        raise ConflictError(what_happened(session, claim))
    return claim


def what_happened(session: Session, claim: Claim) -> Fault:
    """Say who was faster, and what they did."""
    steps = history(session, claim)
    if not steps:
        return Fault(N_("Claim %(number)s was changed in the meantime. Please look at it again."), None,
                     {"number": claim.number})  # fmt: skip
    last = steps[-1]
    return Fault(
        N_("Somebody was faster: %(who)s took this step on claim %(number)s: %(what)s. Nothing of yours was stored."),
        None,
        {"who": last.actor, "number": claim.number, "what": ACTIONS[last.action]},
    )


def second_level_clock(session: Session, claim: Claim, now: datetime) -> None:
    """Set anew by when it ought to be decided: whoever has it next has the second level's hours."""
    claim.due_at = now + timedelta(hours=book_on(session, local_date(now)).routing.hours_level_two)


def add_up(claim: Claim) -> None:
    """Write the claim's sum: the lines', each of them rounded before."""
    claim.applied = total(line.applied for line in claim.lines) if claim.lines else ZERO
