"""The lists of orders for parts and of deliveries, of a station and of the network; and the work that waits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.catalogue.models import Part
from parts.orders.models import PartDelivery, PartOrder, PartOrderLine
from parts.orders.queries.orders import overdue
from parts.orders.queries.proposals import count_proposals
from parts.orders.queries.supply import arrived, waits
from parts.orders.queries.undelivered import undelivered
from parts.orders.states import OWED
from parts.orders.words import DELIVERY_STATES, KINDS, STATES
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.db import Fen
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec

VIEW = Permission.STOCK_VIEW
DEALER = (Column("dealer_code", N_("Station code"), "code"), Column("dealer", N_("Station"), default=False))


def _late() -> Any:
    """Return whether something on an order should have come by today; asked whenever the statement runs."""
    today = local_date(cast("datetime", current_app.config["CLOCK"]()))
    line = select(PartOrderLine.id).where(PartOrderLine.order_id == PartOrder.id, overdue(today))
    return PartOrder.state.in_(OWED) & exists(line)


def _orders() -> Select[Any]:
    first = func.min(PartOrderLine.promised_on)
    owed = PartOrderLine.quantity - PartOrderLine.delivered - PartOrderLine.cancelled
    promised = select(first).where(PartOrderLine.order_id == PartOrder.id, owed > 0).correlate(PartOrder)
    count = select(func.count()).where(PartOrderLine.order_id == PartOrder.id).correlate(PartOrder)
    statement = (
        select(
            PartOrder.id, PartOrder.number, PartOrder.kind, PartOrder.state, PartOrder.created_at,
            PartOrder.submitted_at, PartOrder.created_by, RepairOrder.number.label("repair"), RepairOrder.plate,
            promised.scalar_subquery().label("promised_on"), count.scalar_subquery().label("lines"),
            Dealer.code.label("dealer_code"), Dealer.name.label("dealer"),
        )
        .join(Dealer, Dealer.id == PartOrder.dealer_id)
        .outerjoin(RepairOrder, RepairOrder.id == PartOrder.repair_order_id)
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _equals(column: Any) -> Callable[[Select[Any], Any], Select[Any]]:
    return lambda statement, value: statement.where(column == value)


def _order_text(statement: Select[Any], text: str) -> Select[Any]:
    key = text.strip().upper()
    lines = (
        select(PartOrderLine.order_id)
        .join(Part, or_(Part.id == PartOrderLine.part_id, Part.id == PartOrderLine.supplied_id))
        .where(Part.number == key)
    )
    return statement.where(
        or_(
            PartOrder.number.startswith(key, autoescape=True), RepairOrder.number == key, RepairOrder.plate == key,
            PartOrder.id.in_(lines),
        )
    )  # fmt: skip


def _stands(statement: Select[Any], value: str) -> Select[Any]:
    if value == "owed":
        return statement.where(PartOrder.state.in_(OWED))
    if value == "late":
        return statement.where(_late())
    return statement.where(PartOrder.repair_order_id.is_not(None), waits(PartOrder.repair_order_id))


def _station(statement: Select[Any], code: str) -> Select[Any]:
    return statement.where(Dealer.code == code.strip().upper())


BY_DEALER = Filter("dealer", N_("Station code"), _station)

ORDERS = ListSpec(
    key="part_orders",
    title=N_("Part orders"),
    permission=VIEW,
    statement=_orders,
    identity=PartOrder.id,
    columns=(
        Column("number", N_("Part order"), "code", link=True),
        Column("kind", N_("Kind"), words=KINDS),
        Column("state", N_("State"), "state", words=STATES),
        Column("repair", N_("For repair order"), "code"),
        Column("plate", N_("Plate"), "code"),
        Column("lines", N_("Lines"), "num"),
        Column("promised_on", N_("Next promised for"), "date"),
        Column("created_at", N_("Made at"), "moment", default=False),
        Column("created_by", N_("Made by"), default=False),
        Column("submitted_at", N_("Submitted at"), "moment"),
    ),
    sorts={"created_at": PartOrder.id, "number": PartOrder.number},  # orders get their ids as they are made
    default_sort="-created_at",
    endpoint="part_orders.orders",
    row_endpoint="part_orders.order",
    filters=(
        Filter("q", N_("Order, repair, plate or part number"), _order_text),
        Filter("kind", N_("Kind"), _equals(PartOrder.kind), "choice", KINDS),
        Filter("state", N_("State"), _equals(PartOrder.state), "choice", STATES),
        Filter("stands", N_("How it stands"), _stands, "choice",
               {"owed": N_("Something is owed"), "late": N_("Past the promised day"), "waits": N_("A repair waits")}),
    ),
    empty=N_("No order yet. Order what the proposals show, or write an order by hand."),
)  # fmt: skip
NETWORK_ORDERS = replace(
    ORDERS, key="network_part_orders", title=N_("Part orders of all stations"),
    columns=(ORDERS.columns[0], *DEALER, *ORDERS.columns[1:]), filters=(BY_DEALER, *ORDERS.filters),
    empty=N_("No station has ordered parts yet."),
)  # fmt: skip


def _deliveries() -> Select[Any]:
    statement = (
        select(
            PartDelivery.id, PartDelivery.number, PartDelivery.state, PartOrder.number.label("order"),
            PartOrder.kind, PartDelivery.carrier, PartDelivery.waybill, PartDelivery.amount,
            type_coerce(PartDelivery.amount - PartDelivery.credit, Fen()).label("due"), PartDelivery.shipped_at,
            PartDelivery.arrived_at, PartDelivery.invoice_no, PartDelivery.invoice_differs,
            Dealer.code.label("dealer_code"), Dealer.name.label("dealer"),
        )
        .join(PartOrder, PartOrder.id == PartDelivery.order_id)
        .join(Dealer, Dealer.id == PartDelivery.dealer_id)
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _delivery_text(statement: Select[Any], text: str) -> Select[Any]:
    key = text.strip().upper()
    numbers = (PartDelivery.number, PartOrder.number, PartDelivery.waybill)
    return statement.where(or_(*(number.startswith(key, autoescape=True) for number in numbers)))


def _invoice(statement: Select[Any], value: str) -> Select[Any]:
    if value == "missing":
        due = PartDelivery.credit < PartDelivery.amount  # for what was credited wholly no invoice comes
        return statement.where(PartDelivery.invoice_no.is_(None), PartDelivery.state != "shipped", due)
    return statement.where(PartDelivery.invoice_differs)


DELIVERIES = ListSpec(
    key="part_deliveries",
    title=N_("Deliveries of parts"),
    permission=VIEW,
    statement=_deliveries,
    identity=PartDelivery.id,
    columns=(
        Column("number", N_("Delivery note"), "code", link=True),
        Column("state", N_("State"), "state", words=DELIVERY_STATES),
        Column("order", N_("Part order"), "code"),
        Column("kind", N_("Kind"), words=KINDS),
        Column("carrier", N_("Carrier")),
        Column("waybill", N_("Waybill"), "code"),
        Column("due", N_("Amount before tax (yuan)"), "money"),
        Column("shipped_at", N_("Shipped at"), "moment"),
        Column("arrived_at", N_("Arrived at"), "moment"),
        Column("invoice_no", N_("Invoice no."), "code", default=False),
        Column("invoice_differs", N_("Invoice differs"), "flag", default=False),
    ),
    sorts={"shipped_at": PartDelivery.shipped_at, "number": PartDelivery.number},
    default_sort="-shipped_at",
    endpoint="part_orders.deliveries",
    row_endpoint="part_orders.delivery",
    filters=(
        Filter("q", N_("Delivery, order or waybill"), _delivery_text),
        Filter("state", N_("State"), _equals(PartDelivery.state), "choice", DELIVERY_STATES),
        Filter("invoice", N_("Invoice"), _invoice, "choice",
               {"missing": N_("Not checked yet"), "differs": N_("Differs")}),
    ),
    empty=N_("Nothing was delivered yet."),
)  # fmt: skip
NETWORK_DELIVERIES = replace(
    DELIVERIES, key="network_part_deliveries", title=N_("Deliveries of parts to all stations"),
    columns=(DELIVERIES.columns[0], *DEALER, *DELIVERIES.columns[1:]), filters=(BY_DEALER, *DELIVERIES.filters),
)  # fmt: skip


# --- work that waits -----------------------------------------------------------------------------

Count = Callable[[Session, Actor, datetime], int]


def orders_in(state: str, kind: str | None = None) -> Count:
    """Return the count of orders in a state, of one kind or of both."""

    def count(session: Session, _actor: Actor, _now: datetime) -> int:
        statement = select(func.count()).select_from(PartOrder).where(PartOrder.state == state)
        return session.scalar(statement if kind is None else statement.where(PartOrder.kind == kind)) or 0

    return count


def deliveries_in(state: str) -> Count:
    """Return the count of deliveries in a state."""

    def count(session: Session, _actor: Actor, _now: datetime) -> int:
        return session.scalar(select(func.count()).select_from(PartDelivery).where(PartDelivery.state == state)) or 0

    return count


def late_orders(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the orders on which something should have come by today."""
    return session.scalar(select(func.count()).select_from(PartOrder).where(_late())) or 0


def differing_invoices(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the deliveries whose invoice was kept although it differs."""
    return session.scalar(select(func.count()).select_from(PartDelivery).where(PartDelivery.invoice_differs)) or 0


def waiting_repairs(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the open repairs that wait for ordered parts."""
    return _open_repairs(session, waits(RepairOrder.id))


def supplied_repairs(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the open repairs for which all that was ordered has come: they can go on."""
    return _open_repairs(session, arrived(RepairOrder.id))


def undelivered_repairs(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the open repairs that lack what headquarters will not deliver: order anew, or choose a replacement."""
    return _open_repairs(session, undelivered(RepairOrder.id))


def _open_repairs(session: Session, condition: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(RepairOrder)
    return session.scalar(statement.where(RepairOrder.state == "open", condition)) or 0


def proposed(session: Session, actor: Actor, now: datetime) -> int:
    """Count the parts that the actor's station should order."""
    return count_proposals(session, actor.dealer_id, local_date(now)) if actor.dealer_id is not None else 0
