"""Completed repair orders and claims in any state, made through the services as people make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer, LabourRate
from dealers.service.models import LabourLine, LabourOperation, PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from parts.catalogue.models import Part, PartPrice
from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance
from portal.kernel.money import line_amount, total
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import (
    Decision,
    decide_claim,
    make_claims_from_order,
    submit_claim,
    withdraw_claim,
)  # fmt: skip

SYSTEM = Actor.system("factory")
SINCE = date(2025, 1, 1)
#: One job as the tests claim it: 2.5 h × 120.00 + one pump at 380.00 + two seals at 15.50.
HOURS, RATE = Decimal("2.50"), Decimal("120.00")
PUMP, SEAL = ("W-PUMP", Decimal("380.00")), ("W-SEAL", Decimal("15.50"))
OPERATION = "L1001"
#: labour 300.00 + parts 411.00 + handling fee 41.10
APPLIED = Decimal("752.10")


@dataclass(frozen=True)
class Line:
    """A part of a job: number, quantity, causal."""

    number: str
    quantity: Decimal = Decimal(1)
    causal: bool = False


PARTS = (Line("W-PUMP", causal=True), Line("W-SEAL", Decimal(2)))


def make_catalogue(session: Session, grade: int = 3) -> None:
    """Store what the claims of tests need of the catalogues, once a database."""
    if session.scalar(select(Part.id).where(Part.number == PUMP[0])):
        return
    for (number, price), per_vehicle in ((PUMP, 1), (SEAL, 4)):
        part = Part(
            number=number, name_zh=f"{number}件", name_en=number, initials="J", component="engine",
            per_vehicle=Decimal(per_vehicle),
        )  # fmt: skip
        session.add(part)
        session.flush()
        session.add(
            PartPrice(part_id=part.id, valid_from=SINCE, dealer=price, warranty=price, retail=price * 2)
        )  # fmt: skip
    session.add(
        LabourOperation(
            code=OPERATION, name_zh="更换水泵", name_en="Replace pump", initials="GHSB", hours=HOURS, component="engine"
        )
    )
    known = session.scalar(select(LabourRate.id).where(LabourRate.grade == grade, LabourRate.valid_from == SINCE))
    if known is None:
        session.add(LabourRate(grade=grade, valid_from=SINCE, rate=RATE))
    session.flush()


def make_completed_order(
    session: Session,
    dealer: Dealer,
    vehicle: Vehicle,
    completed: datetime,
    parts: Sequence[Line] = PARTS,
    **values: Any,
) -> RepairOrder:
    """Store a completed order with one warranty job: two and a half hours and the given parts.

    ``jobs=2`` repeats the job; other values replace the order's own.
    """
    count, state = values.pop("jobs", 1), values.pop("state", "completed")
    serial = (session.scalar(select(func.max(RepairOrder.id))) or 0) + 1
    given: dict[str, Any] = {
        "number": f"RO-{dealer.code}-{serial:06d}", "dealer_id": dealer.id, "vehicle_id": vehicle.id,
        "vin": vehicle.vin, "plate": vehicle.plate, "type": "general", "received_at": completed - timedelta(hours=5),
        "promised_at": completed, "completed_at": completed, "odometer_km": 8_000 + serial,
        "advisor_name": "李顾问", "owner_name": "王先生", "presenter_name": "王先生",
        "presenter_phone": "13800000001", "created_at": completed - timedelta(hours=5),
    }  # fmt: skip
    order = RepairOrder(**{**given, **values})
    order.jobs = [_job(dealer.id, position, parts) for position in range(1, count + 1)]
    order.labour_total = total(line.amount for job in order.jobs for line in job.labour)
    order.parts_total = total(line.amount for job in order.jobs for line in job.parts)
    session.add(order)
    session.flush()
    if state != "open":
        advance(session, order, {"completed": "complete", "cancelled": "cancel"}[state], SYSTEM, completed, reason="—")
    session.flush()
    return order


def _job(dealer_id: int, position: int, parts: Sequence[Line]) -> RepairJob:
    prices = dict((PUMP, SEAL))
    return RepairJob(
        dealer_id=dealer_id, position=position, concern="发动机漏水", cause="水泵密封失效", correction="更换水泵总成",
        component="engine", failure_mode="leak", technician="张师傅",
        labour=[
            LabourLine(
                dealer_id=dealer_id, position=1, operation_code=OPERATION, name="更换水泵", hours=HOURS, rate=RATE,
                amount=line_amount(HOURS, RATE),
            )
        ],
        parts=[
            PartLine(
                dealer_id=dealer_id, position=place, part_number=line.number, name=f"{line.number}件", unit="件",
                quantity=line.quantity, unit_price=prices.get(line.number, Decimal(10)), causal=line.causal,
                amount=line_amount(line.quantity, prices.get(line.number, Decimal(10))), supplier="某配件厂",
            )
            for place, line in enumerate(parts, start=1)
        ],
    )  # fmt: skip


def make_claim(
    session: Session, state: str = "draft", *, dealer: Dealer | None = None, vehicle: Vehicle | None = None,
    now: datetime, completed: datetime | None = None, lines: dict[int, LineDecision] | None = None, **order: Any,
) -> Claim:  # fmt: skip
    """Make a claim of a fresh order and take it, through the services, into a state.

    States: draft, withdrawn, submitted, returned, in_review, approved, refused. ``lines`` are the
    auditor's words on single lines. Without a car each claim gets one of its own.
    """
    make_catalogue(session)
    dealer = dealer or session.scalars(select(Dealer).order_by(Dealer.id)).first() or make_dealer(session)
    vehicle = vehicle or make_vehicle(session)
    source = make_completed_order(session, dealer, vehicle, completed or now - timedelta(days=1), **order)
    number = make_claims_from_order(session, source.number, SYSTEM, now)[0]
    bring_to(session, number, state, now, lines)
    return session.scalars(select(Claim).where(Claim.number == number).execution_options(populate_existing=True)).one()


def bring_to(
    session: Session, number: str, state: str, now: datetime, lines: dict[int, LineDecision] | None = None
) -> None:  # fmt: skip
    """Take a draft into a state."""
    if state == "withdrawn":
        withdraw_claim(session, number, "开错了", SYSTEM, now)
    elif state != "draft":
        submit_claim(session, number, SYSTEM, now)
        outcome = {"returned": "return", "in_review": "refer", "approved": "approve", "refused": "refuse"}.get(state)
        if outcome:
            decide_claim(session, number, Decision(outcome, "测试原因", lines or {}), SYSTEM, now)
    session.flush()
