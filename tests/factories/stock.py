"""Parts with a price, stock, and repairs that need parts, as tests need them: deterministic, given a session."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder
from parts.catalogue.models import Part, PartPrice
from parts.stock.models import StockItem
from parts.stock.services import Line, receive_goods
from portal.kernel.access import Actor
from portal.kernel.pinyin import initials
from tests.factories.network import make_actor
from tests.factories.vehicles import make_vehicle


def make_part(session: Session, number: str | None = None, price: str = "100.00", **values: Any) -> Part:
    """Store a part with prices from 2026 on: the dealer's is ``price``, warranty and retail a tenth above."""
    count = (session.scalar(select(func.max(Part.id))) or 0) + 1
    name = values.pop("name_zh", f"配件{count}")
    part = Part(
        number=number or f"P{count:04d}", name_zh=name, name_en=f"Part {count}", initials=initials(name), **values
    )
    session.add(part)
    session.flush()
    dealer = Decimal(price)
    above = (dealer * Decimal("1.1")).quantize(Decimal("0.01"))
    session.add(PartPrice(part_id=part.id, valid_from=date(2026, 1, 1), dealer=dealer, warranty=above, retail=above))
    session.flush()
    return part


def make_clerk(session: Session, dealer: Dealer | None = None) -> Actor:
    """Store a parts clerk and return who it acts as."""
    return make_actor(session, "parts_clerk", dealer)


def make_stock(
    session: Session, actor: Actor, part: Part, now: datetime, quantity: str = "10", cost: str = "100.00",
    bin_: str = "A-01",
) -> None:  # fmt: skip
    """Take goods in at the actor's station."""
    receive_goods(session, [Line(part.number, Decimal(quantity), bin_, Decimal(cost))], actor, now)


def make_needy_order(session: Session, dealer_id: int, now: datetime, *parts: Part, quantity: str = "2") -> RepairOrder:
    """Store an open repair order of one warranty job that needs each of the parts."""
    car, count = make_vehicle(session), (session.scalar(select(func.max(RepairOrder.id))) or 0) + 1
    order = RepairOrder(
        dealer_id=dealer_id, number=f"RO-T-202611-{count:04d}", vehicle_id=car.id, vin=car.vin, plate=car.plate,
        type="general", received_at=now, odometer_km=1000, advisor_name="顾问", owner_name="王", presenter_name="王",
        presenter_phone="13812345678", created_at=now,
    )  # fmt: skip
    job = RepairJob(dealer_id=dealer_id, position=1, concern="异响")
    job.parts = [
        PartLine(
            dealer_id=dealer_id, position=place, part_number=part.number, name=part.name_zh, unit=part.unit,
            quantity=Decimal(quantity), unit_price=Decimal("110.00"), amount=Decimal("220.00"),
        )
        for place, part in enumerate(parts, start=1)
    ]  # fmt: skip
    order.jobs = [job]
    session.add(order)
    session.flush()
    return order


def stock_of(session: Session, dealer_id: int, part: Part) -> tuple[Decimal, Decimal]:
    """Return quantity and value of a part at a dealer."""
    session.flush()
    row = session.execute(
        select(StockItem.quantity, StockItem.value).where(
            StockItem.dealer_id == dealer_id, StockItem.part_id == part.id
        )
    ).one()
    return row.quantity, row.value
