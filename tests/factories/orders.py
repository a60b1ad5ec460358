"""Orders for parts as tests need them: a station that orders, headquarters that delivers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder, PartOrderLine
from parts.orders.queries.orders import find_order, lines_of
from parts.orders.services import (
    Got,
    Receipt,
    Shipment,
    Wanted,
    confirm_order,
    deliver,
    draft_order,
    submit_order,
)
from portal.kernel.access import Actor
from tests.factories.network import make_actor
from tests.factories.stock import make_clerk

#: Headquarters' parts desk, without an account: the session decides what it may see.
DESK = Actor.system("配件部")


def make_order(
    session: Session, now: datetime, wanted: dict[str, str], dealer: Dealer, *, kind: str = "stock",
    repair_order_id: int | None = None,
) -> PartOrder:  # fmt: skip
    """Store a draft of a station: quantities by the number of the part."""
    clerk = make_clerk(session, dealer)
    lines = [Wanted(number, Decimal(quantity)) for number, quantity in wanted.items()]
    return draft_order(session, kind, lines, clerk, now, repair_order_id=repair_order_id)


def submitted(session: Session, now: datetime, wanted: dict[str, str], dealer: Dealer, **values: object) -> PartOrder:
    """Store an order that headquarters has."""
    order = make_order(session, now, wanted, dealer, **values)  # type: ignore[arg-type]
    return submit_order(session, order.number, make_actor(session, "parts_clerk", dealer), now)


def confirmed(session: Session, now: datetime, wanted: dict[str, str], dealer: Dealer, **values: object) -> PartOrder:
    """Store an order that headquarters took on without promising days."""
    return confirm_order(session, submitted(session, now, wanted, dealer, **values).number, {}, DESK, now)


def shipped(session: Session, number: str, now: datetime, *quantities: str) -> PartDelivery:
    """Ship on an order: quantities of its lines in their order; none named: all that is owed."""
    lines = lines_of(session, find_order(session, number).id)
    leaving = quantities or [f"{line.quantity - line.delivered - line.cancelled}" for line in lines]
    sent = {line.id: Decimal(quantity) for line, quantity in zip(lines, leaving, strict=True)}
    return deliver(session, number, Shipment("顺丰速运", "SF1234567890", now, sent), DESK, now)


def lines(session: Session, number: str) -> list[PartOrderLine]:
    """Return the lines of an order."""
    return lines_of(session, find_order(session, number).id)


def received_into(bin_: str, session: Session, delivery: PartDelivery, **values: Any) -> Receipt:
    """Return a receipt of all that was sent, put into one bin."""
    rows = session.scalars(select(PartDeliveryLine.id).where(PartDeliveryLine.delivery_id == delivery.id))
    return Receipt(lines={key: Got(bin=bin_) for key in rows}, **values)
