"""What is coming to a station, which repairs wait for it, and what they miss."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, not_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from parts.catalogue.models import Part
from parts.catalogue.queries.chains import Replacements
from parts.orders.models import PartOrder, PartOrderLine
from parts.orders.queries.undelivered import undelivered, undelivered_lines
from parts.orders.rules import shortfall
from parts.orders.states import LIVE
from parts.stock.models import StockTransfer, StockTransferLine
from parts.stock.queries.instead import replaced_needs
from parts.stock.queries.issues import Need, OrderNeeds, order_needs
from parts.stock.queries.items import held
from parts.stock.rules import NOTHING
from portal.kernel.db import Exact

AnyRow = Row[*tuple[Any, ...]]
#: What a station may still expect of a line.
COMING = type_coerce(PartOrderLine.quantity - PartOrderLine.received - PartOrderLine.cancelled, Exact(2))


class WaitingRepairs:
    """Tells the counter which repairs wait for parts, and what they used unwritten: `dealers.service.ports.Waits`."""

    def waiting(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which the repair order with this id waits for ordered parts."""
        return waits(order_id)

    def arrived(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which all that was ordered for the repair order with this id has come."""
        return arrived(order_id)

    def not_issued(self, session: Session, number: str) -> list[tuple[str, Decimal]]:
        """Return what an order's lines name and its station's stock still has: the part's number, how much."""
        lacking: dict[str, Decimal] = {}
        for need in order_needs(session, number).left_in_books:
            lacking[need.number] = lacking.get(need.number, NOTHING) + need.open
        return list(lacking.items())

    def undelivered(self, order_id: Any) -> ColumnElement[bool]:
        """Return the condition under which the repair order with this id lacks what headquarters will not deliver."""
        return undelivered(order_id)


def waits(order_id: Any) -> ColumnElement[bool]:
    """Return whether something that was ordered for a repair order has not come yet."""
    order = aliased(PartOrder)  # the condition may stand in a list of orders
    return exists(
        select(PartOrderLine.id)
        .join(order, order.id == PartOrderLine.order_id)
        .where(order.repair_order_id == order_id, still_expected(order))
    )


def arrived(order_id: Any) -> ColumnElement[bool]:
    """Return whether what was ordered for a repair order has come: nothing is to come, nothing was given up."""
    order = aliased(PartOrder)
    came = (
        select(PartOrderLine.id)
        .join(order, order.id == PartOrderLine.order_id)
        .where(order.repair_order_id == order_id, PartOrderLine.received > 0)
    )
    return and_(exists(came), not_(waits(order_id)), not_(undelivered(order_id)))


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


def drafted(session: Session, dealer_id: int) -> dict[int, Decimal]:
    """Return what stands in a station's drafts, of either kind, by the id of the part."""
    statement = (
        select(PartOrderLine.part_id, func.sum(PartOrderLine.quantity))
        .join(PartOrder, PartOrder.id == PartOrderLine.order_id)
        .where(PartOrder.dealer_id == dealer_id, PartOrder.state == "draft")
        .group_by(PartOrderLine.part_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


@dataclass(frozen=True)
class Alternative:
    """A part that may be put in for another: how much of it lies there, and how much is on order."""

    part: Part
    there: Decimal
    coming: Decimal


@dataclass(frozen=True)
class RepairSupply:
    """What the page of a repair order shows of its parts: needs, what was ordered for it, and a draft, if any.

    ``replaced`` says which parts replace those it needs on the day of asking; of these, ``there`` lies at
    the station and ``expected`` is on order, for whatever purpose. ``undelivered`` is what headquarters will
    not deliver, with how much of it is lacking.
    """

    needs: OrderNeeds
    ordered: list[AnyRow]
    replaced: Replacements
    there: Mapping[int, Decimal]
    expected: Mapping[int, Decimal]
    undelivered: list[tuple[AnyRow, Decimal]]

    @property
    def waiting(self) -> list[AnyRow]:
        """The lines that were ordered for it and have not come."""
        return [row for row in self.ordered if row.state in LIVE and row.coming > 0]

    @property
    def missing(self) -> dict[int, Decimal]:
        """What must be ordered for it, by the id of the newest part.

        That is what it needs beyond what lies there and what was ordered for it, of the part or of
        what may be put in for it.
        """
        supplies = dict(self.there)
        for row in self.ordered:
            if row.state in (*LIVE, "draft"):
                part = row.supplied_id or row.part_id
                supplies[part] = supplies.get(part, NOTHING) + row.coming
        needed: dict[int, Decimal] = {}
        for need in self.needs.needs:
            if need.part_id is not None:
                needed[need.part_id] = needed.get(need.part_id, NOTHING) + need.open
        found: dict[int, Decimal] = {}
        instead = {part: self._goes_in(part)[1:] for part in {*needed, *supplies}}
        for part, lacking in shortfall(needed, supplies, instead).short.items():
            newest = self.replaced.newest(part)
            found[newest] = found.get(newest, NOTHING) + lacking
        return found

    def number(self, part_id: int) -> str:
        """Return the number of a part that is missing."""
        if part_id in self.replaced.parts:
            return self.replaced.parts[part_id].number
        return next(need.number for need in self.needs.needs if need.part_id == part_id)

    def awaited(self, need: Need) -> AnyRow | None:
        """Return the line that was ordered for a need and has not come: of its part, or of what goes in for it."""
        fitting = self._goes_in(need.part_id) if need.part_id is not None else []
        lines = [row for row in self.waiting if (row.supplied_id or row.part_id) in fitting]
        return min(lines, key=lambda row: fitting.index(row.supplied_id or row.part_id), default=None)

    def following(self, need: Need) -> Part | None:
        """Return the part that replaces the one a need names."""
        newest = self.replaced.newest(need.part_id) if need.part_id is not None else None
        return self.replaced.parts[newest] if newest is not None and newest != need.part_id else None

    def alternatives(self, need: Need) -> list[Alternative]:
        """Return what may be put in for a part that does not lie there in full, where some is there or on order."""
        if need.part_id is None or need.there >= need.open:
            return []
        found = [
            Alternative(self.replaced.parts[key], self.there.get(key, NOTHING), self.expected.get(key, NOTHING))
            for key in self.replaced.instead.get(need.part_id, ())
        ]
        return [one for one in found if one.there or one.coming]

    def enough(self, need: Need) -> bool:
        """Tell whether a need is met with what may be put in for its part and lies there."""
        return need.there + sum((one.there for one in self.alternatives(need)), NOTHING) >= need.open

    def _goes_in(self, part_id: int) -> list[int]:
        """Return what may be put in for a part, itself first; what headquarters supplies for it may be in any case."""
        supplied = [row.supplied_id for row in self.ordered if row.part_id == part_id and row.supplied_id is not None]
        return list(dict.fromkeys([*self.replaced.goes_in(part_id), *supplied]))


def repair_supply(session: Session, number: str, day: date) -> RepairSupply:
    """Return what a repair order needs, has and waits for, in the session's scope; else `NotFoundError`.

    What replaces its parts on a day counts with them, as far as it may be put in.
    """
    needs = order_needs(session, number)
    rows = list(session.execute(_ordered_for(needs.order.id)))
    there = {need.part_id: need.there for need in needs.needs if need.part_id is not None}
    replaced = replaced_needs(session, needs, day)
    expected: dict[int, Decimal] = {}
    if replaced.parts:
        dealer_id = needs.order.dealer_id
        there |= {key: row.quantity for key, row in held(session, dealer_id, replaced.parts.keys()).items()}
        expected = coming(session, dealer_id, replaced.parts.keys())
    given_up = undelivered_lines(session, needs.order.id)
    return RepairSupply(needs, rows, replaced, there, expected, given_up)


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
