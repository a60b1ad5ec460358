"""Orders of stations for parts, what headquarters delivers on them, and the invoices for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parts.orders.states import PART_DELIVERY, PART_ORDER
from portal.kernel.db import Base, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned

KINDS = ("stock", "urgent")
_NONE = Decimal("0.00")


class PartOrder(Identified, DealerOwned, Stateful, Base):
    """What a station orders from headquarters, for its stock or urgently (急件) for a car that waits."""

    __tablename__ = "part_order"
    __machine__ = PART_ORDER
    __table_args__ = (
        CheckConstraint(PART_ORDER.sql_check(), name="state"),
        Index("ix_part_order_dealer", "dealer_id", "id"),
        Index("ix_part_order_state", "state", "id"),
        Index("ix_part_order_repair", "repair_order_id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    kind: Mapped[str] = mapped_column(short(8))
    repair_order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))  # the car that waits
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(short(120))
    submitted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class PartOrderLine(Identified, DealerOwned, Base):
    """A part of an order. What is neither delivered nor cancelled is a back-order (缺货), due ``promised_on``.

    ``unit_price`` is the dealer price of the day of submission, in yuan before tax; with ``supplied_id``
    headquarters supplies what replaces the part, at that one's price of the day.
    """

    __tablename__ = "part_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "delivered >= 0 and cancelled >= 0 and delivered + cancelled <= quantity and received >= 0"
            " and received <= delivered",
            name="counts",
        ),
        Index("ix_part_order_line_part", "part_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("part_order.id"))
    position: Mapped[int]
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    supplied_id: Mapped[int | None] = mapped_column(ForeignKey("part.id"))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    unit_price: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    promised_on: Mapped[date | None]
    delivered: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
    received: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)  # of it: come in good order
    cancelled: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)


class PartDelivery(Identified, DealerOwned, Stateful, Base):
    """One shipment on an order, by its delivery note (发货单); ``amount`` is what it costs, in yuan before tax.

    ``shipped_at`` and ``arrived_at`` prove how long a special part was on its way (Art. 24). ``credit`` is
    what headquarters takes off for goods that were short or damaged: sent again, they are on another note.
    """

    __tablename__ = "part_delivery"
    __machine__ = PART_DELIVERY
    __table_args__ = (
        CheckConstraint(PART_DELIVERY.sql_check(), name="state"),
        CheckConstraint("arrived_at is null or arrived_at >= shipped_at", name="arrival"),
        CheckConstraint("credit >= 0 and credit <= amount", name="credit"),
        Index("ix_part_delivery_dealer", "dealer_id", "id"),
        Index("ix_part_delivery_order", "order_id"),
        Index("ix_part_delivery_state", "state", "id"),
        Index("ix_part_delivery_invoice", "dealer_id", "invoice_no"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("part_order.id"))
    carrier: Mapped[str] = mapped_column(short(80))
    waybill: Mapped[str] = mapped_column(short(40), default="")
    amount: Mapped[Decimal] = mapped_column(Fen())
    credit: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)
    shipped_at: Mapped[datetime]
    shipped_by: Mapped[str] = mapped_column(short(120))
    arrived_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(short(120))
    receipt: Mapped[str | None] = mapped_column(short(40))  # the document by which the goods came into stock
    outcome: Mapped[str | None] = mapped_column(short(8))  # how headquarters answered: again | credit
    invoice_no: Mapped[str | None] = mapped_column(short(20))
    invoice_net: Mapped[Decimal | None] = mapped_column(Fen())
    invoice_differs: Mapped[bool] = mapped_column(default=False)
    invoiced_at: Mapped[datetime | None]


class PartDeliveryLine(Identified, DealerOwned, Base):
    """A part in a delivery, as headquarters packed it and as it arrived."""

    __tablename__ = "part_delivery_line"
    __table_args__ = (
        UniqueConstraint("delivery_id", "line_id"),
        CheckConstraint("quantity > 0 and amount >= 0", name="quantity"),
        CheckConstraint("short >= 0 and damaged >= 0 and short + damaged <= quantity", name="received"),
        Index("ix_part_delivery_line_line", "line_id"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("part_delivery.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("part_order_line.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    unit_price: Mapped[Decimal] = mapped_column(Fen())
    amount: Mapped[Decimal] = mapped_column(Fen())
    short: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
    damaged: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
