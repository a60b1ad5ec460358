"""What the portal itself does with a claim that was just submitted: decide it, or lead it to its level.

In the same transaction, with the same facts and findings as the submission: what the dealer was told
before pressing the button is what happens.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.audit import plain
from portal.kernel.prepared import Prepared
from portal.kernel.quick_step import Along, Moved, advance_row
from warranty.claims.models import Claim, ClaimDecision, ClaimLine
from warranty.claims.queries.facts import Dossier
from warranty.claims.rules.checks import Finding, Outcome
from warranty.claims.rules.verdict import APPROVED, REFUSED, RETURNED, is_sampled, route

#: Who decides when nobody does.
RULES = Actor.system("rules")
#: The level of a decision that no person made.
NO_PERSON = 0
_STEPS = {APPROVED: "approve", RETURNED: "return", REFUSED: "refuse"}


def go_on(
    session: Session, claim: Moved, found: Dossier, findings: tuple[Finding, ...], forecast: str, now: datetime
) -> str:
    """Take the step that the rules want; return the state in which the claim is left."""
    action = _STEPS.get(forecast)
    if action is not None:
        return _decide(session, claim, found, findings, action, now)
    if route(found.facts, found.book).level > 1:
        return _lead_on(session, claim, found, now)
    return str(claim.state)


def _decide(
    session: Session, claim: Moved, found: Dossier, findings: tuple[Finding, ...], action: str, now: datetime
) -> str:
    approved = action == "approve"
    why = ", ".join(one.reason_code for one in findings if one.outcome in {Outcome.RETURN, Outcome.REFUSE})
    audited = found.facts.applied if approved else None if action == "return" else 0 * found.facts.applied
    sampled = approved and is_sampled(claim.number, claim.version, found.book)
    moved = advance_row(
        session, Claim, claim, action, RULES, now, reason=why or None,
        values={"audited": audited, "decided_at": now, "by_rules": True, "sampled": sampled},
        along=_decision(claim, found, action, why, audited, NO_PERSON, now),
    )  # fmt: skip
    if approved:
        _approve_lines(session, {"key": claim.id})
    return str(moved.state)


def _lead_on(session: Session, claim: Moved, found: Dossier, now: datetime) -> str:
    """Lead a claim past the first level, and say why."""
    why = route(found.facts, found.book).why
    moved = advance_row(
        session, Claim, claim, "refer", RULES, now, reason=why, values={"by_rules": False},
        along=_decision(claim, found, "refer", why, None, 1, now),
    )  # fmt: skip
    return str(moved.state)


def _decision(claim: Moved, found: Dossier, outcome: str, why: str, audited: Any, level: int, now: datetime) -> Along:
    lines = [
        {"position": line.position, "decision": "approved", "audited": plain(line.applied), "reason": None,
         "reason_code": None}
        for line in found.facts.lines
    ] if outcome == "approve" else []  # fmt: skip
    return Along(
        cast("Table", ClaimDecision.__table__),
        {
            "claim_id": claim.id, "dealer_id": claim.dealer_id, "version": claim.version, "level": level,
            "outcome": outcome, "book": found.book.version, "reason": why or None, "decided_by": RULES.name,
            "user_id": None, "decided_at": now, "audited": audited, "lines": lines,
        },
        {"book": found.book.version},
    )  # fmt: skip


def _approving() -> Update:
    table = cast("Table", ClaimLine.__table__)
    statement = table.update().where(table.c.claim_id == bindparam("key"))
    return statement.values(audited=table.c.applied, decision="approved")


_approve_lines = Prepared(_approving)
