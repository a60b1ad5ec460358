"""Headquarters decides: one claim line by line, or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dealers.service.models import RepairOrder
from portal.kernel.access import Actor, Permission, require
from portal.kernel.audit import plain
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, history
from portal.kernel.states import StateError
from warranty.claims.models import Claim, ClaimDecision
from warranty.claims.queries.books import book_on
from warranty.claims.rules.decision import (
    APPROVE,
    FOLLOWS_PARTS,
    PROPOSE,
    REFER,
    REFUSE,
    REJECT,
    Asked,
    Judgement,
    LineDecision,
    judge,
)
from warranty.claims.rules.verdict import needs_second_person
from warranty.claims.services.load import locked_claim, second_level_clock, what_happened
from warranty.claims.services.old_parts import ask_of_claim
from warranty.claims.states import CLAIM
from warranty.claims.words import FAULTS

#: The most claims that one batch may decide.
BATCH_LIMIT = 200


@dataclass(frozen=True)
class Decision:
    """What headquarters says of a claim: the outcome, its reason, and what is said of single lines."""

    outcome: str
    reason: str = ""
    lines: Mapping[int, LineDecision] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """A claim as somebody saw it in a list."""

    number: str
    row_version: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one claim of a batch; ``faults`` is empty where it was decided."""

    number: str
    audited: Decimal | None = None
    faults: tuple[Fault, ...] = ()


def decide_claim(
    session: Session, number: str, decision: Decision, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Decide a claim on the level it waits at. Who comes second gets a `ConflictError` that says so."""
    claim = locked_claim(session, number, expected_version)
    if not CLAIM.can(claim.state, decision.outcome):
        raise ConflictError(what_happened(session, claim))
    if decision.outcome == APPROVE:
        _check_order(session, claim)
    _check_other_person(session, claim, actor)
    level = 1 if claim.state == "submitted" else 2
    said = _proposed(claim) if claim.state == "countersign" else decision.lines
    rates = book_on(session, local_date(claim.completed_at or claim.received_at)).rates
    asked = [Asked(line.position, line.kind, line.applied) for line in claim.lines]
    judgement = judge(asked, said, decision.outcome, rates)
    if judgement.faults:
        raise DomainError(*(_fault(one.code, one.position, one.part) for one in judgement.faults))
    if _needs_signature(session, claim, decision, judgement, now):
        decision = replace(decision, outcome=PROPOSE)
    advance(session, claim, decision.outcome, actor, now, reason=decision.reason)
    _store(session, claim, decision, judgement, level, actor, now)
    session.flush()
    if decision.outcome == APPROVE:
        ask_of_claim(session, claim, now)
    return claim


def _needs_signature(session: Session, claim: Claim, decision: Decision, judgement: Judgement, now: datetime) -> bool:
    """Tell whether an approval is only proposed: the amount is above what one person may sign."""
    if decision.outcome != APPROVE or claim.state == "countersign" or judgement.audited is None:
        return False
    return needs_second_person(judgement.audited, book_on(session, local_date(now)))


def _proposed(claim: Claim) -> dict[int, LineDecision]:
    """Return what the first person said of the lines: the second one signs that, or nothing."""
    return {
        line.position: LineDecision(line.position, line.decision, line.audited, line.reason, line.reason_code)
        for line in claim.lines
        if line.decision is not None and line.reason_code != FOLLOWS_PARTS
    }


APPEAL = "appeal"
PROPOSED_IT = N_("You proposed this approval yourself: a second person has to sign it.")
REFUSED_IT = N_("You refused this claim yourself: another person decides on the appeal.")


def _check_other_person(session: Session, claim: Claim, actor: Actor) -> None:
    """Keep a second decision from the person who made the first; an appeal stays another's to its end."""
    if actor.user_id is None or not (claim.state == "countersign" or claim.appealed_at):
        return
    said = [step for step in history(session, claim) if step.action in {PROPOSE, REFUSE, APPEAL}]
    if claim.state == "countersign" and (said[-1].action, said[-1].user_id) == (PROPOSE, actor.user_id):
        raise DomainError.at(None, PROPOSED_IT)
    if claim.appealed_at is not None:
        before = takewhile(lambda step: step.action != APPEAL, said)
        if any((step.action, step.user_id) == (REFUSE, actor.user_id) for step in before):
            raise DomainError.at(None, REFUSED_IT)


def _check_order(session: Session, claim: Claim) -> None:
    """Approve nothing whose repair order was opened again or cancelled meanwhile: its record may change."""
    state = session.scalar(select(RepairOrder.state).where(RepairOrder.id == claim.order_id))
    if state != "completed":
        raise DomainError.at(
            None,
            N_("The repair order is not completed any more. Return the claim, or wait until it is completed again."),
        )


def decide_batch(
    session: Session, claims: Sequence[Named], outcome: str, reason: str, count: int, actor: Actor, now: datetime
) -> list[Outcome]:
    """Decide many claims alike, each on its own: what fails says why and does not hold up the others.

    ``count`` is the number the person typed to confirm; if it differs, nothing is done at all.
    """
    require(actor, Permission.CLAIM_DECIDE)
    if not claims:
        raise DomainError.at("claims", N_("Please choose at least one claim."))
    if len(claims) > BATCH_LIMIT:
        raise DomainError.at("claims", N_("At most %(limit)s claims at once."), limit=BATCH_LIMIT)
    if count != len(claims):
        raise DomainError.at("count", N_("You chose %(chosen)s claims; please type that number."), chosen=len(claims))
    return [_one(session, named, Decision(outcome, reason), actor, now) for named in claims]


def _one(session: Session, named: Named, decision: Decision, actor: Actor, now: datetime) -> Outcome:
    try:
        with session.begin_nested():
            claim = decide_claim(session, named.number, decision, actor, now, named.row_version)
    except DomainError as error:
        return Outcome(named.number, faults=error.faults)
    except (StateError, StaleDataError):
        return Outcome(named.number, faults=(Fault(N_("This claim was changed in the meantime.")),))
    return Outcome(named.number, claim.audited)


def _fault(code: str, position: int | None, part: str) -> Fault:
    return Fault(FAULTS[code], None if position is None else f"line-{position}-{part}")


def _store(
    session: Session, claim: Claim, decision: Decision, judgement: Judgement, level: int, actor: Actor, now: datetime
) -> None:
    leaves = decision.outcome in {REFER, PROPOSE, REJECT}  # to somebody else
    for line, judged in zip(claim.lines, judgement.lines, strict=True):
        if decision.outcome in {REFER, REJECT}:
            break
        line.decision, line.audited = judged.decision, judged.audited
        line.reason, line.reason_code = judged.reason, judged.reason_code
    if decision.outcome in {APPROVE, REFUSE}:
        claim.audited = judgement.audited
    claim.decided_at, claim.by_rules = None if leaves else now, False
    if leaves:
        second_level_clock(session, claim, now)
    claim.taken_by_id = claim.taken_by = claim.taken_until = None
    session.add(
        ClaimDecision(
            dealer_id=claim.dealer_id, claim_id=claim.id, version=claim.version, level=level, outcome=decision.outcome,
            reason=decision.reason.strip() or None, decided_by=actor.name, user_id=actor.user_id, decided_at=now,
            audited=judgement.audited,
            lines=[
                {"position": one.position, "decision": one.decision, "audited": plain(one.audited),
                 "reason": one.reason, "reason_code": one.reason_code}
                for one in judgement.lines
            ],
        )
    )  # fmt: skip


__all__ = ["APPROVE", "BATCH_LIMIT", "Decision", "Named", "Outcome", "decide_batch", "decide_claim"]
