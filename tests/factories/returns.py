"""Old parts in every state, through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from parts.returns import services
from parts.returns.models import OldPart, ReturnBox
from parts.returns.rules.labels import payload
from parts.returns.services import ApprovedClaim, Finding, PaidPart
from portal.kernel.access import Actor
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle

D = Decimal
SYSTEM = Actor.system("test")
COST = D("1200.50")
SUPPLIER = "某配件厂"


def packer(dealer_id: int) -> Actor:
    """Return somebody of a station who packs, in headquarters' session."""
    return Actor(None, "索赔员", dealer_id, SYSTEM.permissions)


def make_due(
    session: Session, now: datetime, dealer: Dealer | None = None, vehicle: Vehicle | None = None, *,
    serial: int | None = None, **claim: Any,
) -> OldPart:  # fmt: skip
    """Ask a station for the one part of a claim; the claim itself is not needed."""
    dealer = dealer or session.scalars(select(Dealer).order_by(Dealer.id)).first() or make_dealer(session)
    vehicle = vehicle or session.scalars(select(Vehicle).order_by(Vehicle.id)).first() or make_vehicle(session)
    serial = serial or (session.scalar(select(OldPart.claim_id).order_by(OldPart.claim_id.desc()).limit(1)) or 0) + 1
    given: dict[str, Any] = {
        "id": serial, "number": f"CL-{dealer.code}-202611-{serial:04d}", "dealer_id": dealer.id,
        "vehicle_id": vehicle.id, "vin": vehicle.vin, "type": "repair", "component": "engine", "odometer_km": 12_345,
        "concern": "发动机漏水", "supplier": SUPPLIER,
        "parts": (PaidPart(2, "WP-1001", "水泵", D(1), True, COST),),
    }  # fmt: skip
    (part,) = services.ask_back(session, ApprovedClaim(**{**given, **claim}), now)
    return part


def make_box(session: Session, now: datetime, *parts: OldPart) -> ReturnBox:
    """Ship some parts of one station in one box."""
    who = packer(parts[0].dealer_id)
    box = services.open_box(session, who, now)
    services.put_in(session, box.number, [part.number for part in parts], who, now)
    return services.ship(session, box.number, "顺丰", "SF1234567890", who, now)


def make_old_part(
    session: Session, state: str, now: datetime, dealer: Dealer | None = None, *, outcome: str = "damaged", **claim: Any
) -> OldPart:
    """Bring an old part into a state, through the services."""
    asked = now - timedelta(days=60) if state == "missing" else now
    part = make_due(session, asked, dealer, **claim)
    if state == "excused":
        return services.excuse(session, part.number, "公安机关扣留", SYSTEM, now)
    if state == "missing":
        code = session.scalars(select(Dealer.code).where(Dealer.id == part.dealer_id)).one()
        return services.write_off(session, code, "逾期未返", SYSTEM, now)[0]
    for step in _STEPS:
        if part.state == state:
            break
        step(session, part, "ok" if state in GOOD else outcome, now)
    if part.state != state:
        kind = {"handed_over": "hand_over", "scrapped": "scrap"}[state]
        services.dispose(session, kind, SUPPLIER, [part.number], "", SYSTEM, now)
    return part


#: States that a part comes to after it was found to be good.
GOOD = ("accepted", "stored", "handed_over", "scrapped")


def _pack(session: Session, part: OldPart, _found: str, now: datetime) -> None:
    who = packer(part.dealer_id)
    services.scan_in(session, services.open_box(session, who, now).number, payload(part.number), who, now)


def _ship(session: Session, part: OldPart, _found: str, now: datetime) -> None:
    services.ship(session, _box(session, part).number, "顺丰", "SF1234567890", packer(part.dealer_id), now)


def _sign(session: Session, part: OldPart, _found: str, now: datetime) -> None:
    services.sign_box(session, _box(session, part).number, [payload(part.number)], SYSTEM, now)


def _inspect(session: Session, part: OldPart, found: str, now: datetime) -> None:
    services.inspect(session, part.number, Finding(found), SYSTEM, now)


def _store(session: Session, part: OldPart, _found: str, now: datetime) -> None:
    services.store(session, part.number, "A-01-3", SYSTEM, now)


_STEPS = (_pack, _ship, _sign, _inspect, _store)


def _box(session: Session, part: OldPart) -> ReturnBox:
    return session.scalars(select(ReturnBox).where(ReturnBox.id == part.box_id)).one()
