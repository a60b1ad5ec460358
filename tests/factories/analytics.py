"""Claims, decisions and photos as analytics counts them: stored row by row, so that a test can reckon by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder, RepairPhoto
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance
from tests.factories.vehicles import make_vehicle
from tests.support.rows import fill
from warranty.claims.models import Claim, ClaimDecision, ClaimLine, ClaimVersion


def make_submitted(session: Session, dealer: Dealer, submitted: datetime, **values: Any) -> Claim:
    """Store a claim that was submitted at a moment."""
    return fill(session, Claim, **{"dealer_id": dealer.id, "type": "repair", "submitted_at": submitted, **values})


def make_decision(
    session: Session, claim: Claim, hours: Decimal | int, level: int = 1, outcome: str = "approve", *,
    since: datetime | None = None, version: int = 1,
) -> ClaimDecision:  # fmt: skip
    """Store a decision so many hours after ``since``, which is the version's submission if not given."""
    started = since or claim.submitted_at
    assert started is not None
    own = {"dealer_id": claim.dealer_id, "claim_id": claim.id, "version": version}
    known = session.query(ClaimVersion).filter_by(claim_id=claim.id, version=version).count()
    if not known:
        fill(session, ClaimVersion, **own, submitted_at=started)
    at = started + timedelta(seconds=int(3600 * Decimal(hours)))
    return fill(session, ClaimDecision, **own, level=level, outcome=outcome, decided_at=at)


def make_line(session: Session, claim: Claim, kind: str, applied: str, quantity: str = "1") -> ClaimLine:
    """Store a line of a claim."""
    position = session.query(ClaimLine).filter_by(claim_id=claim.id).count() + 1
    return fill(
        session, ClaimLine, dealer_id=claim.dealer_id, claim_id=claim.id, position=position, kind=kind,
        applied=Decimal(applied), quantity=Decimal(quantity),
    )  # fmt: skip


def make_photo(session: Session, dealer: Dealer, vehicle: Vehicle, look: int | None, added: datetime) -> RepairPhoto:
    """Store a photo of a visit of its own."""
    order = fill(session, RepairOrder, dealer_id=dealer.id, vehicle_id=vehicle.id, vin=vehicle.vin)
    return fill(session, RepairPhoto, dealer_id=dealer.id, order_id=order.id, look=look, added_at=added)


def at_noon(text: str) -> datetime:
    """Return noon in China of a day."""
    return datetime.fromisoformat(f"{text}T04:00:00").replace(tzinfo=UTC)


def make_cars(session: Session, model: VehicleModel, count: int, delivered: str, built: str) -> list[Vehicle]:
    """Store cars handed over on one day."""
    return [
        make_vehicle(session, model_id=model.id, delivered_on=date.fromisoformat(delivered),
                     invoiced_on=date.fromisoformat(delivered), produced_on=date.fromisoformat(built))
        for _number in range(count)
    ]  # fmt: skip


def make_failure(session: Session, dealer: Dealer, car: Vehicle, day: str, part: str, cost: str, **more: Any) -> Claim:
    """Store a claim of a failure on a day."""
    state = more.pop("state", "submitted")
    given = {
        "dealer_id": dealer.id, "vehicle_id": car.id, "vin": car.vin, "type": "repair", "received_at": at_noon(day),
        "submitted_at": at_noon(day), "causal_part": part, "failure_mode": "leak", "component": "engine",
        "causal_supplier": "某厂", "applied": Decimal(cost),
    }  # fmt: skip
    found = fill(session, Claim, **{**given, **more})
    for action in {"draft": (), "withdrawn": ("withdraw",), "refused": ("submit", "refuse")}.get(state, ("submit",)):
        advance(session, found, action, Actor.system("test"), at_noon(day), reason="测试")
    return found
