"""What goes beyond the first decision: taking a claim on the desk, an opinion, an appeal, a look afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, tuple_
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from warranty.claims.models import Claim, ClaimDecision
from warranty.claims.services.load import locked_claim, second_level_clock

#: How long a claim stays on the desk of whoever took it.
DESK = timedelta(minutes=30)


def level_of(state: str) -> Permission:
    """Return what somebody must be allowed to do who decides on the claims of a queue."""
    return Permission.CLAIM_DECIDE if state == "submitted" else Permission.CLAIM_DECIDE_SENIOR


def take_next(session: Session, state: str, actor: Actor, now: datetime, seen: str | None = None) -> str | None:
    """Take the claim of a queue that is due first and on nobody else's desk; None when there is none.

    ``seen`` is the claim that was just looked at: it goes back undecided, and the one due after it is taken;
    after the last one the first again.
    Two people who press at once get two claims: on PostgreSQL the second passes over the locked one.
    What the actor proposed or refused is passed over too: another person decides on it.
    """
    require(actor, level_of(state))
    free = or_(Claim.taken_until.is_(None), Claim.taken_until < now, Claim.taken_by_id == actor.user_id)
    waiting = select(Claim).where(Claim.state == state, free, _for_me(state, actor))
    last = put_back(session, seen, actor) if seen else None
    claim = None
    if last is not None and last.state == state:
        waiting = waiting.where(Claim.id != last.id)
        claim = _first(session, waiting.where(tuple_(*_PLACE) > (last.due_at, last.submitted_at, last.id)))
    claim = claim or _first(session, waiting)
    if claim is None:
        return None
    claim.taken_by_id, claim.taken_by, claim.taken_until = actor.user_id, actor.name, now + DESK
    session.flush()
    return claim.number


#: A claim's place in its queue: what is due first is first.
_PLACE = (Claim.due_at, Claim.submitted_at, Claim.id)


def _first(session: Session, waiting: Select[Claim]) -> Claim | None:
    return session.scalars(waiting.order_by(*_PLACE).limit(1).with_for_update(skip_locked=True, of=Claim)).first()


def put_back(session: Session, number: str, actor: Actor) -> Claim | None:
    """Take a claim off one's own desk, undecided; None where there is no such claim."""
    claim = session.scalars(
        select(Claim).where(Claim.number == number).with_for_update(skip_locked=True, of=Claim)
        .execution_options(populate_existing=True)
    ).first()  # fmt: skip
    if claim is not None and claim.taken_by_id is not None and claim.taken_by_id == actor.user_id:
        claim.taken_by_id = claim.taken_by = claim.taken_until = None
        session.flush()
    return claim


def _for_me(state: str, actor: Actor) -> ColumnElement[bool]:
    if state == "submitted" or actor.user_id is None:
        return true()
    mine = select(ClaimDecision.id).where(ClaimDecision.claim_id == Claim.id, ClaimDecision.user_id == actor.user_id)
    refused = mine.where(ClaimDecision.outcome == "refuse", ClaimDecision.decided_at <= Claim.appealed_at).exists()
    last = (
        select(ClaimDecision.user_id).where(ClaimDecision.claim_id == Claim.id)
        .order_by(ClaimDecision.id.desc()).limit(1).correlate(Claim).scalar_subquery()
    )  # fmt: skip
    return ~refused if state != "countersign" else and_(~refused, last.is_distinct_from(actor.user_id))


def ask_opinion(
    session: Session, number: str, question: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Ask the quality engineers before deciding (技术意见)."""
    claim = locked_claim(session, number, expected_version)
    advance(session, claim, "ask_opinion", actor, now, reason=question)
    second_level_clock(session, claim, now)
    claim.taken_by_id = claim.taken_by = claim.taken_until = None
    session.flush()
    return claim


def give_opinion(
    session: Session, number: str, opinion: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Give the opinion; the second level decides with it."""
    claim = locked_claim(session, number, expected_version)
    advance(session, claim, "give_opinion", actor, now, reason=opinion)
    second_level_clock(session, claim, now)
    claim.taken_by_id = claim.taken_by = claim.taken_until = None
    session.flush()
    return claim


def appeal(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Appeal against a refusal (复议): once, and another person decides."""
    claim = locked_claim(session, number, expected_version)
    if claim.appealed_at is not None:
        raise ConflictError(Fault(N_("This claim was appealed once already; the decision stands.")))
    advance(session, claim, "appeal", actor, now, reason=reason)
    claim.appealed_at, claim.decided_at = now, None
    second_level_clock(session, claim, now)
    session.flush()
    return claim


def looked_at(
    session: Session, number: str, objection: str | None, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> Claim:  # fmt: skip
    """Take a self-decided claim off the list of samples: a person looked at it, and says what came of it.

    ``objection`` None: it is in order. Otherwise the reason against it; then it stands in the list of claims
    objected to. What was approved stays approved: it is the rules that are looked at.
    """
    claim = locked_claim(session, number, expected_version)
    if not claim.sampled:
        raise DomainError.at(None, N_("This claim is not on the list of samples."))
    advance(session, claim, "look" if objection is None else "object", actor, now, reason=objection)
    claim.sampled, claim.objected = False, objection is not None
    session.flush()
    return claim
