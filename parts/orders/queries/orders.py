"""Orders for parts and deliveries, whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session, aliased

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.catalogue.models import Part
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder, PartOrderLine
from parts.orders.queries.substitution import substitutes
from parts.orders.rules import Counts
from parts.orders.words import NOT_KNOWN
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.lifecycle import StateChange, history
from portal.kernel.money import ZERO, line_amount, total

AnyRow = Row[*tuple[Any, ...]]
Supplied = aliased(Part)


@dataclass(frozen=True)
class LineView:
    """A line of an order; ``supplied`` comes instead of ``part``, ``offer`` could."""

    line: PartOrderLine
    part: Part
    supplied: Part | None
    offer: Part | None = None

    @property
    def sent(self) -> Part:
        """The part that is delivered."""
        return self.supplied or self.part

    @property
    def counts(self) -> Counts:
        """Where the line stands."""
        return counts_of(self.line)

    @property
    def amount(self) -> Decimal:
        """What the line costs in all, in yuan before tax."""
        return line_amount(self.line.quantity, self.line.unit_price)


@dataclass(frozen=True)
class OrderPage:
    """An order with all that stands around it; ``repair`` is the car that waits."""

    order: PartOrder
    dealer: Dealer
    repair: AnyRow | None
    lines: list[LineView]
    deliveries: list[AnyRow]
    steps: list[StateChange]

    @property
    def amount(self) -> Decimal:
        """What the order costs in all, in yuan before tax."""
        return total(line.amount for line in self.lines) or ZERO


@dataclass(frozen=True)
class DeliveryPage:
    """A delivery with its lines and its order."""

    delivery: PartDelivery
    dealer: Dealer
    order: AnyRow
    lines: list[AnyRow]
    steps: list[StateChange]


def counts_of(line: PartOrderLine) -> Counts:
    """Return where a stored line stands."""
    return Counts(line.quantity, line.delivered, line.received, line.cancelled)


def find_order(session: Session, number: str) -> PartOrder:
    """Return an order by its number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(PartOrder).where(PartOrder.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(NOT_KNOWN))
    return found


def find_delivery(session: Session, number: str) -> PartDelivery:
    """Return a delivery by its note's number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(PartDelivery).where(PartDelivery.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(NOT_KNOWN))
    return found


def drafts_of(session: Session, dealer_id: int) -> list[str]:
    """Return the numbers of a station's drafts in which something stands, the oldest first."""
    statement = (
        select(PartOrder.number)
        .where(PartOrder.dealer_id == dealer_id, PartOrder.state == "draft")
        .where(exists().where(PartOrderLine.order_id == PartOrder.id))
        .order_by(PartOrder.id)
    )
    return list(session.scalars(statement))


def draft_with(session: Session, dealer_id: int, numbers: Collection[str]) -> PartOrder | None:
    """Return the newest draft of a station in which one of these parts stands."""
    statement = (
        select(PartOrder)
        .where(PartOrder.dealer_id == dealer_id, PartOrder.state == "draft")
        .where(
            exists().where(
                PartOrderLine.order_id == PartOrder.id, Part.id == PartOrderLine.part_id, Part.number.in_(numbers)
            )
        )
        .order_by(PartOrder.id.desc())
    )
    return session.scalars(statement).first()


def lines_of(session: Session, order_id: int) -> list[PartOrderLine]:
    """Return an order's lines, fresh from the database."""
    statement = select(PartOrderLine).where(PartOrderLine.order_id == order_id).order_by(PartOrderLine.position)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def order_page(session: Session, number: str, day: date) -> OrderPage:
    """Return an order whole, with what replaces its parts on a day."""
    order = find_order(session, number)
    repair = session.execute(
        select(RepairOrder.number, RepairOrder.plate, RepairOrder.vin, RepairOrder.state, RepairOrder.received_at)
        .where(RepairOrder.id == order.repair_order_id)
    ).first()  # fmt: skip
    rows = session.execute(
        select(PartOrderLine, Part, Supplied)
        .join(Part, Part.id == PartOrderLine.part_id)
        .outerjoin(Supplied, Supplied.id == PartOrderLine.supplied_id)
        .where(PartOrderLine.order_id == order.id)
        .order_by(PartOrderLine.position)
    ).all()
    offers = substitutes(session, [part for _line, part, _supplied in rows], day)
    deliveries = session.execute(
        select(
            PartDelivery.number, PartDelivery.state, PartDelivery.carrier, PartDelivery.waybill, PartDelivery.amount,
            PartDelivery.shipped_at, PartDelivery.arrived_at, PartDelivery.invoice_no, PartDelivery.invoice_differs,
        ).where(PartDelivery.order_id == order.id).order_by(PartDelivery.id)
    )  # fmt: skip
    return OrderPage(
        order, session.get_one(Dealer, order.dealer_id), repair,
        [LineView(line, part, supplied, offers.get(part.id)) for line, part, supplied in rows],
        list(deliveries), history(session, order),
    )  # fmt: skip


def delivery_page(session: Session, number: str) -> DeliveryPage:
    """Return a delivery whole."""
    delivery = find_delivery(session, number)
    order = session.execute(
        select(PartOrder.number, PartOrder.kind, RepairOrder.number.label("repair"), RepairOrder.plate)
        .outerjoin(RepairOrder, RepairOrder.id == PartOrder.repair_order_id)
        .where(PartOrder.id == delivery.order_id)
    ).one()
    return DeliveryPage(
        delivery, session.get_one(Dealer, delivery.dealer_id), order, delivered_lines(session, delivery.id),
        history(session, delivery),
    )  # fmt: skip


def delivered_lines(session: Session, delivery_id: int) -> list[AnyRow]:
    """Return the lines of a delivery with their parts, in the order of the order."""
    ordered = aliased(Part)
    statement = (
        select(
            PartDeliveryLine.id, PartDeliveryLine.quantity, PartDeliveryLine.unit_price, PartDeliveryLine.amount,
            PartDeliveryLine.short, PartDeliveryLine.damaged, PartDeliveryLine.part_id, Part.number, Part.name_zh,
            Part.name_en, Part.unit, Part.special, ordered.number.label("ordered"),
        )
        .join(Part, Part.id == PartDeliveryLine.part_id)
        .join(PartOrderLine, PartOrderLine.id == PartDeliveryLine.line_id)
        .join(ordered, ordered.id == PartOrderLine.part_id)
        .where(PartDeliveryLine.delivery_id == delivery_id)
        .order_by(PartOrderLine.position)
    )  # fmt: skip
    return list(session.execute(statement))


def special_trips(session: Session, repair_order_id: int) -> list[AnyRow]:
    """Return when special parts for a repair were shipped and arrived, a row a delivery.

    A delivery counts only where some of a special part came in good order: what was short or damaged
    altogether proves no transport.
    """
    good = PartDeliveryLine.quantity - PartDeliveryLine.short - PartDeliveryLine.damaged
    statement = (
        select(PartDelivery.number, PartDelivery.shipped_at, PartDelivery.arrived_at)
        .join(PartOrder, PartOrder.id == PartDelivery.order_id)
        .join(PartDeliveryLine, PartDeliveryLine.delivery_id == PartDelivery.id)
        .join(Part, Part.id == PartDeliveryLine.part_id)
        .where(
            PartOrder.repair_order_id == repair_order_id, Part.special, PartDelivery.arrived_at.is_not(None), good > 0
        )
        .distinct()
        .order_by(PartDelivery.shipped_at)
    )
    return list(session.execute(statement))


def invoice_taken(session: Session, delivery: PartDelivery, invoice_no: str) -> bool:
    """Tell whether an invoice was entered for another delivery of the same station."""
    statement = select(func.count()).where(
        PartDelivery.dealer_id == delivery.dealer_id, PartDelivery.invoice_no == invoice_no,
        PartDelivery.id != delivery.id,
    )  # fmt: skip
    return bool(session.scalar(statement))


def overdue(today: date) -> Any:
    """Return the condition on `PartOrderLine` under which a back-order should have come by now."""
    owed = PartOrderLine.quantity - PartOrderLine.delivered - PartOrderLine.cancelled
    return (owed > 0) & (PartOrderLine.promised_on < today)
