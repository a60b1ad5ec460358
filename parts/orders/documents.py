"""The delivery note (发货单) as it goes with the goods: one copy is signed and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from parts.orders.queries.orders import delivery_page


@dataclass(frozen=True)
class NoteLine:
    """A part on a delivery note; ``ordered`` is the number that was ordered, where another one comes."""

    number: str
    name: str
    ordered: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    special: bool


@dataclass(frozen=True)
class DeliveryNote:
    """All that stands on a delivery note; amounts in yuan before tax."""

    number: str
    order: str
    kind: str
    repair: str | None
    plate: str | None
    station_code: str
    station_name: str
    address: str | None
    phone: str | None
    carrier: str
    waybill: str
    shipped_at: datetime
    arrived_at: datetime | None
    amount: Decimal
    lines: tuple[NoteLine, ...]


def delivery_note(session: Session, number: str) -> DeliveryNote:
    """Load a delivery note in the caller's scope."""
    found = delivery_page(session, number)
    delivery, dealer = found.delivery, found.dealer
    return DeliveryNote(
        delivery.number, found.order.number, found.order.kind, found.order.repair, found.order.plate, dealer.code,
        dealer.name, dealer.address, dealer.phone, delivery.carrier, delivery.waybill, delivery.shipped_at,
        delivery.arrived_at, delivery.amount,
        tuple(
            NoteLine(line.number, line.name_zh, line.ordered if line.ordered != line.number else "", line.quantity,
                     line.unit, line.unit_price, line.amount, line.special)
            for line in found.lines
        ),
    )  # fmt: skip


def file_name(note: DeliveryNote) -> str:
    """Name the file after the note."""
    return note.number
