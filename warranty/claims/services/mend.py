"""What a dealer changes on a draft or a returned claim, and how it is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.kept import plain
from portal.kernel.lifecycle import advance
from warranty.claims.models import Claim
from warranty.claims.queries.books import book_on
from warranty.claims.rules.lowering import GOODWILL, after_mending
from warranty.claims.rules.mending import Entered, lower
from warranty.claims.rules.money import HANDLING, Step
from warranty.claims.services.load import add_up, locked_claim
from warranty.claims.services.submit import Submitted, submit_claim
from warranty.claims.states import CLAIM
from warranty.claims.words import FAULTS

#: Longest texts of the header fields; the three C are free.
LENGTHS = {"damage_place": 80, "damage_degree": 16, "failure_mode": 24, "pre_authorisation": 40, "campaign": 40}
EDITABLE = ("type", "concern", "cause", "correction", *LENGTHS)


@dataclass(frozen=True)
class Edit:
    """What was changed: header fields by name, amounts by the position of their line."""

    fields: Mapping[str, str | None] = field(default_factory=dict)
    amounts: Mapping[int, Decimal] = field(default_factory=dict)


def edit_claim(session: Session, number: str, edit: Edit, actor: Actor, expected_version: int | None = None) -> Claim:
    """Store the dealer's changes; only while the claim is with the dealer, else `ConflictError`."""
    require(actor, Permission.CLAIM_WRITE)
    claim = locked_claim(session, number, expected_version)
    if not CLAIM.can(claim.state, "submit"):
        raise ConflictError(Fault(N_("This claim is with headquarters and cannot be changed now.")))
    _check_texts(edit)
    rates = book_on(session, local_date(claim.completed_at or claim.received_at)).rates
    entered = [Entered(line.position, line.kind, line.quantity, line.unit_price, line.applied) for line in claim.lines]
    kept = [[Step(**step) for step in line.reckoning or ()] for line in claim.lines]
    shared = {  # a fee of which goodwill pays a share is not brought back to its whole
        line.position: line.applied
        for line, steps in zip(claim.lines, kept, strict=True)
        if line.kind == HANDLING and any(step.code == GOODWILL for step in steps)
    }
    amounts, faults = lower(entered, {**shared, **edit.amounts}, rates)
    if faults:
        raise DomainError(*(Fault(FAULTS[one.code], f"line-{one.position}-{one.part}") for one in faults))
    for name, value in edit.fields.items():
        if name in EDITABLE:
            setattr(claim, name, value)
    claim.pre_authorisation = (claim.pre_authorisation or "").strip().upper() or None  # as its number is written
    for line, amount, steps in zip(claim.lines, amounts, after_mending(entered, amounts, kept, rates), strict=True):
        line.applied, line.reckoning = amount, plain(steps) or None
    add_up(claim)
    session.flush()
    return claim


def mend_and_submit(
    session: Session, number: str, edit: Edit, actor: Actor, now: datetime, seen_version: int | None = None
) -> Submitted:
    """Store what stands on the page, then submit it; pressed again, only the same answer comes back."""
    claim = locked_claim(session, number)
    if CLAIM.can(claim.state, "submit") and seen_version in {None, claim.version}:
        edit_claim(session, number, edit, actor)
    return submit_claim(session, number, actor, now, seen_version=seen_version)


def withdraw_claim(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Take a draft or a returned claim back for good; its job may be claimed anew."""
    claim = locked_claim(session, number, expected_version)
    advance(session, claim, "withdraw", actor, now, reason=reason)
    session.flush()
    return claim


def _check_texts(edit: Edit) -> None:
    faults = [
        Fault(N_("At most %(limit)s characters."), name, {"limit": LENGTHS[name]})
        for name, value in edit.fields.items()
        if name in LENGTHS and value is not None and len(value) > LENGTHS[name]
    ]
    if faults:
        raise DomainError(*faults)
