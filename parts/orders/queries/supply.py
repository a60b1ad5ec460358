"""What is coming to a station, which repairs wait for it, and what should be ordered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from parts.catalogue.models import Part
from parts.orders.models import PartOrder, PartOrderLine
from parts.orders.states import LIVE
from parts.stock.models import StockItem, StockTransfer, StockTransferLine
from parts.stock.queries.issues import OrderNeeds, order_needs, wanted_by_repairs
from parts.stock.queries.parts import dealer_prices
from parts.stock.rules import NOTHING, Supply, proposal
from portal.kernel.db import Exact
from portal.kernel.money import ZERO, line_amount

AnyRow = Row[*tuple[Any, ...]]
#: What a station may still expect of a line.
COMING = type_coerce(PartOrderLine.quantity - PartOrderLine.received - PartOrderLine.cancelled, Exact(2))


class WaitingRepairs:
    """Tells the counter's list which repairs wait for parts: `dealers.service.ports.Waits`."""

    def waiting(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which the repair order with this id waits for ordered parts."""
        return waits(order_id)


def waits(order_id: Any) -> ColumnElement[bool]:
    """Return whether something that was ordered for a repair order has not come yet."""
    return exists(
        select(PartOrderLine.id)
        .join(PartOrder, PartOrder.id == PartOrderLine.order_id)
        .where(PartOrder.repair_order_id == order_id, still_expected(PartOrder))
    )


def still_expected(order: Any) -> ColumnElement[bool]:
    """Return whether a line of an order that was sent to headquarters is still to come."""
    return and_(order.state.in_(LIVE), COMING > 0)


def coming(session: Session, dealer_id: int, parts: Collection[int] | None = None) -> dict[int, Decimal]:
    """Return what is ordered, or sent by other stations, and not here yet, by the id of the part that comes."""
    part = func.coalesce(PartOrderLine.supplied_id, PartOrderLine.part_id)
    ordered = (
        select(part, func.sum(COMING))
        .join(PartOrder, PartOrder.id == PartOrderLine.order_id)
        .where(PartOrder.dealer_id == dealer_id, still_expected(PartOrder))
        .group_by(part)
    )
    sent = (
        select(StockTransferLine.part_id, func.sum(StockTransferLine.quantity))
        .join(StockTransfer, StockTransfer.id == StockTransferLine.transfer_id)
        .where(StockTransfer.receiver_id == dealer_id, StockTransfer.state == "sent")
        .group_by(StockTransferLine.part_id)
    )
    if parts is not None:
        ordered, sent = ordered.where(part.in_(parts)), sent.where(StockTransferLine.part_id.in_(parts))
    found: dict[int, Decimal] = {}
    for key, quantity in (*session.execute(ordered), *session.execute(sent)):
        found[key] = found.get(key, NOTHING) + quantity
    return found


@dataclass(frozen=True)
class Proposal:
    """A part that should be ordered: how its supply stands, how much to order, and at what price today."""

    part: Part
    supply: Supply
    quantity: Decimal
    price: Decimal | None

    @property
    def amount(self) -> Decimal:
        """What it would cost, in yuan before tax."""
        return line_amount(self.quantity, self.price) if self.price is not None else ZERO


def proposals(session: Session, dealer_id: int, today: date) -> list[Proposal]:
    """Return what a station should order by its minimums and maximums, in the order of the parts' numbers.

    What is coming and what open repairs need are reckoned in, so that nothing is ordered twice.
    """
    rows = session.execute(
        select(Part, StockItem.minimum, StockItem.maximum, StockItem.quantity)
        .join(StockItem, StockItem.part_id == Part.id)
        .where(StockItem.dealer_id == dealer_id, StockItem.maximum > 0)
        .order_by(Part.number)
    ).all()
    expected, wanted = coming(session, dealer_id), wanted_by_repairs(session, dealer_id)
    found = []
    for part, minimum, maximum, there in rows:
        supply = Supply(minimum, maximum, there, expected.get(part.id, NOTHING), wanted.get(part.id, NOTHING))
        quantity = proposal(supply)
        if quantity:
            found.append((part, supply, quantity))
    prices = dealer_prices(session, [part.id for part, _supply, _quantity in found], today)
    return [Proposal(part, supply, quantity, prices.get(part.id)) for part, supply, quantity in found]


@dataclass(frozen=True)
class RepairSupply:
    """What the page of a repair order shows of its parts: needs, what was ordered for it, and a draft, if any."""

    needs: OrderNeeds
    ordered: list[AnyRow]

    @property
    def waiting(self) -> list[AnyRow]:
        """The lines that were ordered for it and have not come."""
        return [row for row in self.ordered if row.state in LIVE and row.coming > 0]

    @property
    def missing(self) -> dict[int, Decimal]:
        """What it needs beyond what lies there and what was ordered for it, by the part's id."""
        ordered: dict[int, Decimal] = {}
        for row in self.ordered:
            if row.state in (*LIVE, "draft"):
                for part in {row.part_id, row.supplied_id or row.part_id}:  # whichever the job's line names
                    ordered[part] = ordered.get(part, NOTHING) + row.coming
        found: dict[int, Decimal] = {}
        for need in self.needs.needs:
            if need.part_id is not None:
                found[need.part_id] = found.get(need.part_id, NOTHING) + need.open
        there = {need.part_id: need.there for need in self.needs.needs}
        short = {part: need - there.get(part, NOTHING) - ordered.get(part, NOTHING) for part, need in found.items()}
        return {part: quantity for part, quantity in short.items() if quantity > NOTHING}


def repair_supply(session: Session, number: str) -> RepairSupply:
    """Return what a repair order needs, has and waits for, in the session's scope; else `NotFoundError`."""
    needs = order_needs(session, number)
    rows = list(session.execute(_ordered_for(needs.order.id)))
    return RepairSupply(needs, rows)


def _ordered_for(order_id: int) -> Select[Any]:
    supplied = aliased(Part)
    return cast(
        "Select[Any]",
        select(
            PartOrder.number, PartOrder.state, PartOrder.kind, PartOrder.submitted_at, PartOrderLine.part_id,
            PartOrderLine.supplied_id, PartOrderLine.quantity, PartOrderLine.promised_on, PartOrderLine.delivered,
            PartOrderLine.received, COMING.label("coming"), Part.number.label("part"), Part.name_zh, Part.name_en,
            Part.special, supplied.number.label("supplied"),
        )
        .join(PartOrderLine, PartOrderLine.order_id == PartOrder.id)
        .join(Part, Part.id == PartOrderLine.part_id)
        .outerjoin(supplied, supplied.id == PartOrderLine.supplied_id)
        .where(PartOrder.repair_order_id == order_id, PartOrder.state.not_in(("cancelled", "refused")))
        .order_by(PartOrder.id, PartOrderLine.position),
    )  # fmt: skip
