"""Headquarters passes, returns, refuses or revokes; the dealer withdraws what nothing has used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.queries.uses import uses
from warranty.authorisations.rules import MOST_DAYS, PASS, REFUSE, RETURN, Grant, grant_faults, last_day
from warranty.authorisations.services.load import locked_for
from warranty.authorisations.words import FAULTS


@dataclass(frozen=True)
class Decision:
    """What headquarters says; the grant's reason is the reason of the step."""

    outcome: str
    grant: Grant = field(default_factory=Grant)


def decide_authorisation(
    session: Session, number: str, decision: Decision, actor: Actor, now: datetime, expected_version: int | None = None
) -> PreAuthorisation:
    """Decide a request; passing reserves the amount. Who comes second gets a `ConflictError` that says so."""
    require(actor, Permission.AUTHORISATION_DECIDE)
    if decision.outcome not in {PASS, RETURN, REFUSE}:
        raise DomainError.at("outcome", N_("Please choose from the list."))
    found = locked_for(session, number, decision.outcome, expected_version)
    grant = decision.grant
    if decision.outcome == PASS:
        facts = {"least": 1, "most": MOST_DAYS}
        faults = [Fault(FAULTS[code], place, facts) for code, place in grant_faults(found.asked, grant)]
        if faults:
            raise DomainError(*faults)
        found.granted = found.asked if grant.amount is None else grant.amount
        found.valid_until = last_day(local_date(now), grant.days)
    found.decision_reason = grant.reason.strip() or None
    found.decided_by, found.decided_at = actor.name, now
    advance(session, found, decision.outcome, actor, now, reason=grant.reason)
    session.flush()
    return found


def withdraw_authorisation(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PreAuthorisation:
    """Take a request back as its dealer; what a claim uses cannot be taken back.

    The row is locked, and so it is when a claim that names it is submitted: nothing slips between.
    """
    require(actor, Permission.CLAIM_WRITE)
    found = locked_for(session, number, "withdraw", expected_version)
    used = uses(session, found)
    if used:
        message = N_("Claim %(claim)s uses this pre-authorisation, so it cannot be withdrawn.")
        raise DomainError(Fault(message, facts={"claim": used[0].number}))
    advance(session, found, "withdraw", actor, now, reason=reason)
    session.flush()
    return found


def revoke_authorisation(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PreAuthorisation:
    """Withdraw what was passed, as headquarters; claims that headquarters has keep what they use."""
    require(actor, Permission.AUTHORISATION_DECIDE)
    found = locked_for(session, number, "revoke", expected_version)
    advance(session, found, "revoke", actor, now, reason=reason)
    session.flush()
    return found
