"""Approved claims that wait for a statement, straight from the models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance_all
from portal.kernel.money import total
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim, ClaimLine

USUAL: Mapping[str, str] = {"labour": "90.00", "part": "1200.50", "handling": "120.05"}


def make_approved(
    session: Session, dealer: Dealer, decided_at: datetime, amounts: Mapping[str, str] | None = None,
    *, vehicle: Vehicle | None = None, count: int = 1,
) -> list[Claim]:  # fmt: skip
    """Store claims with a line for each kind, approved with the given yuan; `count` alike ones."""
    vehicle = vehicle or make_vehicle(session, dealer=dealer)
    claims = [_draft(session, dealer, vehicle, decided_at, USUAL if amounts is None else amounts) for _ in range(count)]
    session.flush()
    mine = Claim.id.in_([claim.id for claim in claims])
    advance_all(session, Claim, mine, "submit", Actor.system("test"), decided_at)
    advance_all(session, Claim, mine, "approve", Actor.system("test"), decided_at)
    return claims


def _draft(
    session: Session, dealer: Dealer, vehicle: Vehicle, decided_at: datetime, amounts: Mapping[str, str]
) -> Claim:
    order = RepairOrder(
        dealer_id=dealer.id, number=f"RO-{dealer.code}-{_unique(session)}", vehicle_id=vehicle.id, vin=vehicle.vin,
        type="warranty", received_at=decided_at, odometer_km=12_000, advisor_name="张三", owner_name="李四",
        presenter_name="李四", presenter_phone="13800000000", created_at=decided_at,
        jobs=[RepairJob(dealer_id=dealer.id, position=1, concern="发动机异响")],
    )  # fmt: skip
    session.add(order)
    session.flush()
    money = {kind: Decimal(amount) for kind, amount in amounts.items()}
    claim = Claim(
        dealer_id=dealer.id, number=f"CL-{dealer.code}-{order.id:06d}", version=1, order_id=order.id,
        job_id=order.jobs[0].id, vehicle_id=vehicle.id, vin=vehicle.vin, type="repair", received_at=decided_at,
        odometer_km=12_000, concern="发动机异响", cause="张紧轮磨损", correction="更换张紧轮", component="engine",
        applied=total(money.values()), audited=total(money.values()), submitted_at=decided_at, decided_at=decided_at,
        created_at=decided_at,
        lines=[
            ClaimLine(
                dealer_id=dealer.id, position=position, kind=kind, code=kind.upper(), name=kind, quantity=Decimal(1),
                unit_price=amount, applied=amount, audited=amount, decision="approved",
            )
            for position, (kind, amount) in enumerate(money.items(), 1)
        ],
    )  # fmt: skip
    session.add(claim)
    return claim


def _unique(session: Session) -> int:
    session.info["orders_made"] = session.info.get("orders_made", 0) + 1
    return int(session.info["orders_made"])
