"""An approved claim's parts are asked back (旧件), in the transaction of its decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from parts.returns.services import ApprovedClaim, PaidPart, ask_back
from portal.kernel.money import ZERO
from warranty.claims.models import Claim
from warranty.claims.queries.facts import Dossier
from warranty.claims.rules.money import PART


def ask_of_dossier(session: Session, found: Dossier, now: datetime) -> None:
    """Ask for what a claim put in whose lines were all approved as they were applied for."""
    ask_back(session, _approved(found.head, ((line, line.applied) for line in found.lines)), now)


def ask_of_claim(session: Session, claim: Claim, now: datetime) -> None:
    """Ask for what a claim put in, as far as a person approved it."""
    ask_back(session, _approved(claim, ((line, line.audited or ZERO) for line in claim.lines)), now)


def _approved(claim: Any, lines: Iterable[tuple[Any, Decimal]]) -> ApprovedClaim:
    return ApprovedClaim(
        claim.id, claim.number, claim.dealer_id, claim.vehicle_id, claim.vin, claim.type, claim.component,
        claim.odometer_km, claim.concern, claim.causal_supplier,
        tuple(
            PaidPart(line.position, line.code, line.name, line.quantity, bool(line.causal), amount)
            for line, amount in lines if line.kind == PART
        ),
    )  # fmt: skip
