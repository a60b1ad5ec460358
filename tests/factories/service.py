"""Repair orders, operations and a small catalogue, as tests need them: deterministic, given a session."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer, LabourRate
from dealers.service.models import LabourOperation, RepairOrder
from dealers.service.ports import PartOffer
from dealers.service.queries import order_id
from dealers.service.rules import Extras, Opening
from dealers.service.services import (
    JobText,
    add_labour,
    add_part,
    complete_order,
    open_order,
    save_job,
    set_service,
)
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from tests.factories.network import make_actor, make_labour_rate
from tests.factories.vehicles import make_vehicle

PUMP, GASKET, OIL = "1307010-A01", "1307021-A01", "OIL-5W30-4L"


def offer(number: str, name_zh: str, name_en: str, warranty: str, **values: Any) -> PartOffer:
    """Return a part with prices: dealer below, retail above the warranty price."""
    price = Decimal(warranty)
    given: dict[str, Any] = {
        "unit": "件", "retail": price + 20, "warranty": price, "dealer": price - 20, "supplier": "浙江水泵有限公司",
        "component": "engine",
    }  # fmt: skip
    return PartOffer(number, name_zh, name_en, **{**given, **values})


class StubCatalogue:
    """A catalogue of three parts, found by number, name or initials."""

    def __init__(self) -> None:
        self.parts = {
            item.number: (item, initials)
            for item, initials in (
                (offer(PUMP, "水泵总成", "Water pump", "386.50"), "sbzc"),
                (offer(GASKET, "水泵密封垫", "Water pump gasket", "18.90"), "sbmfd"),
                (offer(OIL, "机油 5W-30 4L", "Engine oil 5W-30 4L", "168.00", unit="桶"), "jy"),
            )
        }

    def part_offer(self, session: Session, number: str, on: date) -> PartOffer | None:
        """Return the part with this number."""
        del session, on
        found = self.parts.get(number)
        return found[0] if found else None

    def find_parts(self, session: Session, text: str, on: date, limit: int = 8) -> list[PartOffer]:
        """Find parts by number, name or initials."""
        del session, on
        key = text.lower()
        return [
            item
            for item, initials in self.parts.values()
            if item.number.lower().startswith(key) or key in item.name_zh or initials.startswith(key)
        ][:limit]


def use_stub_catalogue() -> StubCatalogue:
    """Give the running app the stub catalogue."""
    stub = StubCatalogue()
    current_app.extensions["catalogue"] = stub
    return stub


def make_operation(session: Session, code: str = "SB0101", **values: Any) -> LabourOperation:
    """Store a labour operation for every model: change the water pump, 1.80 h."""
    given: dict[str, Any] = {
        "name_zh": "更换水泵", "name_en": "Replace water pump", "initials": "ghsb", "hours": Decimal("1.80"),
        "component": "engine",
    }  # fmt: skip
    row = LabourOperation(code=code, **{**given, **values})
    session.add(row)
    session.flush()
    return row


def make_opening(car: Vehicle, now: datetime, **values: Any) -> Opening:
    """Return what the counter types for a car that came in an hour ago with a leak."""
    given: dict[str, Any] = {
        "vin": car.vin, "type": "general", "odometer_km": 23_456, "received_at": now - timedelta(hours=1),
        "promised_at": now + timedelta(hours=6), "presenter_name": "李明", "presenter_phone": "13812345678",
        "concern": "停车后地面有冷却液，水温偏高",
    }  # fmt: skip
    return Opening(**{**given, **values})


def open_repair(session: Session, actor: Actor, now: datetime, car: Vehicle | None = None, **values: Any) -> int:
    """Open an order at the actor's station and return its id; the session is already the actor's."""
    number = open_order(session, make_opening(car or make_vehicle(session), now, **values), actor, now)
    return order_id(session, number)


def fill_repair(session: Session, order: int, actor: Actor, now: datetime) -> RepairOrder:
    """Write the three C, one labour line (1.80 h × the rate) and two part lines (pump causal)."""
    job = session.get_one(RepairOrder, order).jobs[0].id
    text = JobText(
        "停车后地面有冷却液，水温偏高", "水泵轴封渗漏，冷却液低于下限", "更换水泵总成及密封垫，加注冷却液，试车正常",
        component="engine", failure_mode="leak", technician="赵师傅",
    )  # fmt: skip
    save_job(session, order, job, text, actor, now)
    add_labour(session, order, job, "SB0101", actor, now)
    add_part(session, order, job, PUMP, actor, now, causal=True)
    add_part(session, order, job, GASKET, actor, now)
    return session.get_one(RepairOrder, order)


def make_repair_order(
    session: Session, now: datetime, *, actor: Actor | None = None, car: Vehicle | None = None, completed: bool = True,
    extras: Extras | None = None, **values: Any,
) -> RepairOrder:  # fmt: skip
    """Store a whole, believable repair order and return it: one warranty job, labour, two parts.

    The session must see the actor's dealer (headquarters, as the ``session`` fixture is, or the
    dealer itself). Without ``actor`` a service advisor of a new station is made. The catalogue
    becomes the stub, unless the app has one that knows the parts.
    """
    actor = actor or make_actor(session)
    dealer = session.get_one(Dealer, actor.dealer_id)
    if session.scalar(select(LabourRate.id).where(LabourRate.grade == (dealer.grade or 0)).limit(1)) is None:
        make_labour_rate(session, grade=dealer.grade or 0)
    if session.scalar(select(LabourOperation.id).where(LabourOperation.code == "SB0101").limit(1)) is None:
        make_operation(session)
    known = current_app.extensions.get("catalogue")
    if known is None or known.part_offer(session, PUMP, now.date()) is None:
        use_stub_catalogue()
    order = open_repair(session, actor, now, car, **values)
    fill_repair(session, order, actor, now)
    if extras is not None:
        set_service(session, order, extras, actor, now)
    if completed:
        complete_order(session, order, actor, now)
    return session.get_one(RepairOrder, order)
