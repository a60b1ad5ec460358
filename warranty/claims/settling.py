"""What settlement does with claims: takes them, lets one go, and marks them paid.

Set-based: a month of a whole network is a handful of statements a dealer. ``claims`` are SELECTs of
claim ids of one dealer, read in headquarters' scope; naming the dealer beside them lets SQLite use
the dealer's index instead of looking through everybody's approved claims.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance, advance_all, locked
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine

_NO_SYNC = {"synchronize_session": False}


def _these(dealer_id: int, claims: Select[Any]) -> ColumnElement[bool]:
    return and_(Claim.dealer_id == dealer_id, Claim.id.in_(claims))


def take_claims(session: Session, dealer_id: int, claims: Select[Any], actor: Actor, now: datetime, reason: str) -> int:
    """Put approved claims into a statement; return how many."""
    return advance_all(session, Claim, _these(dealer_id, claims), "settle", actor, now, reason=reason)


def release_claim(session: Session, claim_id: int, actor: Actor, now: datetime, reason: str) -> None:
    """Take a claim out of its statement: it is approved and unsettled again."""
    advance(session, locked(session, Claim, claim_id), "release", actor, now, reason=reason)


def pay_claims(session: Session, dealer_id: int, claims: Select[Any], actor: Actor, now: datetime, reason: str) -> int:
    """Mark claims as settled with what was audited; return how many.

    They are locked in the order of their keys, as whoever writes off several old parts does: an UPDATE locks in none.
    """
    session.execute(
        select(Claim.id).where(_these(dealer_id, claims)).order_by(Claim.id).with_for_update(key_share=True)
    )
    session.execute(
        update(ClaimLine).where(ClaimLine.claim_id.in_(claims)).values(settled=func.coalesce(ClaimLine.audited, ZERO)),
        execution_options=_NO_SYNC,
    )
    session.execute(
        update(Claim).where(_these(dealer_id, claims)).values(settled=func.coalesce(Claim.audited, ZERO)),
        execution_options=_NO_SYNC,
    )
    return advance_all(session, Claim, _these(dealer_id, claims), "pay", actor, now, reason=reason)
