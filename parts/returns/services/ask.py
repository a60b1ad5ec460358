"""Old parts are asked back at a claim's decision, in its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from parts.returns.models import OldPart
from parts.returns.queries.rules import rules_of
from parts.returns.rules.asking import Replaced, liability, wanted
from parts.returns.rules.labels import number_of
from portal.kernel.clock import local_date
from portal.kernel.money import ZERO


@dataclass(frozen=True)
class PaidPart:
    """A part line of an approved claim: what it replaced, and the yuan before tax that were approved for it."""

    line: int
    number: str
    name: str
    quantity: Decimal
    causal: bool
    approved: Decimal


@dataclass(frozen=True)
class ApprovedClaim:
    """What of an approved claim the return of its parts rests on; frozen into what is asked for.

    ``supplier`` made the part that failed first.
    """

    id: int
    number: str
    dealer_id: int
    vehicle_id: int
    vin: str
    type: str
    component: str
    odometer_km: int
    concern: str
    supplier: str | None
    parts: tuple[PaidPart, ...]


def ask_back(session: Session, claim: ApprovedClaim, now: datetime) -> list[OldPart]:
    """Ask for the parts that the rules of the day want back; what was not paid for stays with the dealer.

    For the services that decide claims, in their transaction; the table refuses a second asking.
    """
    paid = {part.line: part for part in claim.parts if part.approved > ZERO}
    if not paid:
        return []
    replaced = [Replaced(part.line, part.number, claim.component, part.causal) for part in paid.values()]
    asked = [
        OldPart(
            dealer_id=claim.dealer_id, number=number_of(claim.number, one.replaced.line), claim_id=claim.id,
            claim_number=claim.number, line=one.replaced.line, vehicle_id=claim.vehicle_id, vin=claim.vin,
            odometer_km=claim.odometer_km, part_number=one.replaced.number, part_name=paid[one.replaced.line].name,
            quantity=paid[one.replaced.line].quantity, maker=claim.supplier if one.replaced.causal else None,
            component=claim.component, concern=claim.concern, liability=liability(claim.type),
            demand=one.rule.demand.value, cost=paid[one.replaced.line].approved, asked_at=now, due_on=one.due_on,
        )
        for one in wanted(rules_of(session), claim.number, replaced, local_date(now))
    ]  # fmt: skip
    session.add_all(asked)
    session.flush()
    return asked
