"""Goodwill (善意): a claim asks for the share that headquarters bears."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.kept import plain
from portal.kernel.money import line_amount
from warranty.claims.models import Claim
from warranty.claims.queries.facts import dossier
from warranty.claims.rules.money import Step, follow_parts, shared
from warranty.claims.services.load import add_up, locked_claim
from warranty.claims.states import CLAIM


def lower_to_share(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> Claim:
    """Lower every line to the share of the goodwill that covers the claim; what was lower stays so.

    `DomainError` where no goodwill covers it; `ConflictError` where headquarters has it.
    """
    require(actor, Permission.CLAIM_WRITE)
    claim = locked_claim(session, number, expected_version)
    if not CLAIM.can(claim.state, "submit"):
        raise ConflictError(Fault(N_("This claim is with headquarters and cannot be changed now.")))
    session.flush()
    found = dossier(session, number, now)
    if found is None:
        raise NotFoundError(Fault("This does not exist."))
    granted = found.facts.goodwill
    if granted is None:
        raise DomainError.at("type", N_("Headquarters granted no goodwill that covers this claim."))
    lowered = [
        min(line.applied, shared(line_amount(line.quantity, line.unit_price), granted.share)) for line in claim.lines
    ]
    kinds = [line.kind for line in claim.lines]
    for line, amount in zip(
        claim.lines, follow_parts(list(zip(kinds, lowered, strict=True)), found.book.rates), strict=True
    ):
        if amount != line.applied:
            step = plain(Step("goodwill", {"percent": str(granted.share), "grant": granted.number}))
            line.applied, line.reckoning = amount, [*(line.reckoning or []), step]
    add_up(claim)
    session.flush()
    return claim
