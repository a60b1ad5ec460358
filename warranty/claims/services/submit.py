"""The hot path: a claim is checked and submitted, once, in as few statements as it can be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.audit import canonical, plain
from portal.kernel.db import Written
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.kept import layer
from portal.kernel.prepared import Prepared
from portal.kernel.quick_step import Along, Moved, advance_row
from warranty.claims.models import Claim, ClaimLine, ClaimVersion
from warranty.claims.queries.facts import Dossier, dossier
from warranty.claims.rules.checks import CHECK_BY_ID, GENERATION, Finding, run
from warranty.claims.rules.replay import kept_facts
from warranty.claims.rules.verdict import route, verdict
from warranty.claims.services.automatic import go_on
from warranty.claims.states import CLAIM
from warranty.claims.words import written

#: What a version keeps of the claim's header.
HEADER = (
    "number", "type", "vin", "received_at", "completed_at", "odometer_km", "concern", "cause", "correction",
    "component", "failure_mode", "damage_place", "damage_degree", "causal_part", "causal_supplier", "pre_authorisation",
    "campaign", "order_number",
)  # fmt: skip
LINE = ("position", "kind", "code", "name", "quantity", "unit_price", "causal", "applied")


@dataclass(frozen=True)
class Submitted:
    """What came of a submission. ``repeated``: it had been submitted before, nothing was done."""

    number: str
    version: int
    findings: tuple[Finding, ...]
    repeated: bool = False
    state: str = "submitted"
    forecast: str = ""  # of the rules, as a page shows it before


def preview(session: Session, number: str, now: datetime) -> tuple[Dossier, tuple[Finding, ...]]:
    """Return what submitting would find now, without doing it."""
    found = dossier(session, number, now)
    if found is None:
        raise NotFoundError(Fault("This does not exist."))
    return found, run(found.facts, found.book.settings)


def submit_claim(
    session: Session, number: str, actor: Actor, now: datetime, *, seen_version: int | None = None
) -> Submitted:
    """Check a claim and hand it to headquarters.

    ``seen_version`` is how often it had been submitted when the button was drawn: pressed again, the
    same answer comes back. Errors are a `DomainError` at their fields and nothing is stored.
    """
    require(actor, Permission.CLAIM_WRITE)
    found = dossier(session, number, now, for_update=True)
    if found is None:
        raise NotFoundError(Fault("This does not exist."))
    head = found.head
    if not CLAIM.can(head.state, "submit"):
        return _again(head, seen_version)
    if seen_version is not None and seen_version != head.version:
        raise ConflictError(Fault(N_("This claim was decided in the meantime. Please look at it again.")))
    findings = run(found.facts, found.book.settings)
    errors = [finding for finding in findings if finding.blocks]
    if errors:
        raise DomainError(*(fault(finding) for finding in errors))
    forecast = verdict(findings, found.facts.applied, found.book).forecast
    moved = _store(session, found, findings, actor, now)
    state = go_on(session, moved, found, findings, forecast, now)
    return Submitted(number, head.version + 1, findings, state=state, forecast=forecast)


def fault(finding: Finding) -> Fault:
    """Return a finding as a fault at its field."""
    return Fault(CHECK_BY_ID[finding.check].message, finding.field, written(finding.figures))


def _again(head: Any, seen_version: int | None) -> Submitted:
    """Answer a second press as the first one; anything else is a conflict."""
    if head.version > 0 and head.state != "withdrawn" and seen_version in {None, head.version - 1}:
        return Submitted(head.number, head.version, (), repeated=True)
    raise ConflictError(Fault(N_("This claim is not with you any more, so it was not submitted.")))


def _store(session: Session, found: Dossier, findings: tuple[Finding, ...], actor: Actor, now: datetime) -> Moved:
    head, version = found.head, found.head.version + 1
    applied = found.facts.applied
    content = _content(found, findings)
    due_at = now + timedelta(hours=route(found.facts, found.book).hours)
    moved = advance_row(
        session, Claim, head, "submit", actor, now,
        values={
            "version": version, "submitted_at": now, "applied": applied, "audited": None, "decided_at": None,
            "due_at": due_at,
        },
        along=Along(
            cast("Table", ClaimVersion.__table__),
            {
                "claim_id": head.id, "dealer_id": head.dealer_id, "version": version, "submitted_at": now,
                "submitted_by": actor.name, "applied": applied, "content": content,
            },
            {"snapshot": hashlib.sha256(content.encode()).hexdigest()},
        ),
    )  # fmt: skip
    if head.version:
        _clear_lines(session, {"key": head.id})
    return moved


def _content(found: Dossier, findings: tuple[Finding, ...]) -> Written:
    """Write what a version keeps: once, for the row and for its digest."""
    content = {
        "claim": {name: plain(getattr(found.head, name)) for name in HEADER},
        "lines": [{name: getattr(line, name) for name in LINE} for line in found.lines],
        "findings": [finding.as_json() for finding in findings],
        "book": found.book.version,
        "generation": GENERATION,
        "facts": kept_facts(found.facts),
    }
    return Written(canonical(content, layer))


def _clearing() -> Update:
    table = cast("Table", ClaimLine.__table__)
    return (
        table.update().where(table.c.claim_id == bindparam("key"))
        .values(audited=None, decision=None, reason=None, reason_code=None)
    )  # fmt: skip


#: Forgets at the lines what the last decision said; the decision itself keeps it.
_clear_lines = Prepared(_clearing)
