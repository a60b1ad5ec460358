"""What a demand's history says of its bargain: who agreed, which rounds are corrections, what was accepted before."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.lifecycle import StateChange, history
from warranty.recovery.models import Recovery
from warranty.recovery.queries.recoveries import rounds_of

#: Steps with which a round begins: round 1 with the first of them, and so on.
BEGINNINGS = ("send", "correct")


def agreement_of(session: Session, recovery: Recovery) -> StateChange | None:
    """Return the step with which both sides agreed last; None where they never did."""
    return next((step for step in reversed(history(session, recovery)) if step.action == "agree"), None)


def agreed_by(step: StateChange | None, actor: Actor) -> bool:
    """Tell whether it was this person who agreed."""
    return step is not None and actor.user_id is not None and step.user_id == actor.user_id


def corrections_of(session: Session, recovery: Recovery) -> set[int]:
    """Return the rounds that were not sent, but record the answers to the one before anew."""
    return {number for number, action in _beginnings(session, recovery) if action == "correct"}


def accepted_before(session: Session, recovery: Recovery) -> dict[int, Decimal]:
    """Return what the supplier had accepted when the demand was sent last, in yuan by position."""
    sent = max((number for number, action in _beginnings(session, recovery) if action == "send"), default=1)
    before = [one for one in rounds_of(session, recovery.id) if one.round == sent - 1]
    return {line[0]: Decimal(line[3]) for one in before for line in one.lines if line[3] is not None}


def _beginnings(session: Session, recovery: Recovery) -> list[tuple[int, str]]:
    actions = [step.action for step in history(session, recovery) if step.action in BEGINNINGS]
    return list(enumerate(actions, start=1))
