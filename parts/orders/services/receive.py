"""A station signs for a delivery: what is good goes into stock, the rest is told; then its invoice is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.services import record_special_transport
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder
from parts.orders.queries.orders import invoice_taken, lines_of, special_trips
from parts.orders.rules import NOTHING, Arrived, invoice_due, transport_hours
from parts.orders.services.load import locked_delivery
from parts.stock.queries.items import held
from parts.stock.rules import Balance, worth
from parts.stock.services import Entry, Head, post
from parts.stock.services.post import clean_bin
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import within
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.invoices import is_invoice_number, within_tolerance
from portal.kernel.lifecycle import advance, allowed, locked


@dataclass(frozen=True)
class Got:
    """How a line of a delivery arrived: what was short, what was damaged, and the bin the rest was put in."""

    short: Decimal = NOTHING
    damaged: Decimal = NOTHING
    bin: str = ""


@dataclass(frozen=True)
class Receipt:
    """What the station says of a delivery; a line that is not spoken of, by its id, came whole."""

    arrived_at: datetime | None = None
    lines: Mapping[int, Got] = field(default_factory=dict)
    reason: str = ""


def receive_delivery(
    session: Session, number: str, receipt: Receipt, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartDelivery:
    """Sign for a delivery: good parts come into stock at what they cost, a repair gets its hours of transport."""
    require(actor, Permission.PART_ORDER_WRITE)
    delivery = locked_delivery(session, number, expected_version)
    rows = session.scalars(
        select(PartDeliveryLine).where(PartDeliveryLine.delivery_id == delivery.id).order_by(PartDeliveryLine.id)
    ).all()
    said = {row.id: receipt.lines.get(row.id, Got()) for row in rows}
    arrived = {row.id: Arrived(row.quantity, said[row.id].short, said[row.id].damaged) for row in rows}
    arrived_at = within(receipt.arrived_at or now, delivery.shipped_at, now)
    faults = [*_faults(arrived)]
    if arrived_at is None:
        faults.append(Fault(N_("Between the shipment and now, please."), "arrived_at"))
    if faults:
        raise DomainError(*faults)
    whole = all(line.good == line.quantity for line in arrived.values())
    action = "receive" if whole else "receive_differing"
    allowed(delivery.__machine__, delivery.state, action, actor, receipt.reason)
    _lock_repair(session, delivery)
    delivery.receipt = _into_stock(session, delivery, list(rows), said, actor, now)
    lines = {line.id: line for line in lines_of(session, delivery.order_id)}
    for row in rows:
        row.short, row.damaged = said[row.id].short, said[row.id].damaged
        lines[row.line_id].received += arrived[row.id].good
    delivery.arrived_at, delivery.received_at, delivery.received_by = arrived_at, now, actor.name
    advance(session, delivery, action, actor, now, reason=receipt.reason)
    session.flush()
    _tell_repair(session, delivery, actor, now)
    return delivery


def _lock_repair(session: Session, delivery: PartDelivery) -> None:
    """Lock the repair that waits before its parts, as whoever issues them does: else one would wait for the other."""
    repair_id = session.get_one(PartOrder, delivery.order_id).repair_order_id
    if repair_id is not None:
        locked(session, RepairOrder, repair_id)


def _faults(arrived: Mapping[int, Arrived]) -> Iterator[Fault]:
    for key, line in arrived.items():
        if line.fault is not None:
            message = N_("Short and damaged together are from 0 to what was sent.")
            yield Fault(message, f"line-{key}-{line.fault}")


def _into_stock(
    session: Session, delivery: PartDelivery, rows: list[PartDeliveryLine], said: Mapping[int, Got], actor: Actor,
    now: datetime,
) -> str | None:  # fmt: skip
    """Post what is good into stock; return the document's number, None where nothing is good."""
    homes = held(session, delivery.dealer_id, [row.part_id for row in rows])
    entries = []
    for row in rows:
        good = Arrived(row.quantity, said[row.id].short, said[row.id].damaged).good
        if good:
            home = homes[row.part_id].home_bin if row.part_id in homes else ""
            value = worth(Balance(row.quantity, row.amount), good)
            entries.append(
                Entry(row.part_id, clean_bin(said[row.id].bin) or home, good, value, field=f"line-{row.id}-bin")
            )
    if not entries:
        return None
    dealer = session.get_one(Dealer, delivery.dealer_id)
    return post(session, dealer, Head("receive", reference=delivery.number), entries, actor, now).number


def _tell_repair(session: Session, delivery: PartDelivery, actor: Actor, now: datetime) -> None:
    """Write onto the repair that waited how long its special parts were on their way, over all its deliveries."""
    order = session.get_one(PartOrder, delivery.order_id)
    if order.repair_order_id is None:
        return
    trips = [(row.shipped_at, row.arrived_at) for row in special_trips(session, order.repair_order_id)]
    if not trips:
        return
    repair = session.get_one(RepairOrder, order.repair_order_id)
    hours = transport_hours(trips, repair.received_at, repair.completed_at)
    record_special_transport(session, repair.id, hours, actor, now)


def enter_invoice(
    session: Session, number: str, invoice_no: str, net: Decimal, actor: Actor, now: datetime, *, differs: bool = False,
    expected_version: int | None = None,
) -> PartDelivery:  # fmt: skip
    """Check headquarters' invoice for a delivery: what arrived on the note, at the prices of the order's day.

    One that differs by more than the tolerance is told with the difference; ``differs`` keeps it all the
    same, for headquarters to look at. ``net`` is in yuan before tax.
    """
    require(actor, Permission.PART_ORDER_WRITE)
    delivery = locked_delivery(session, number, expected_version)
    if delivery.state == "shipped":
        raise ConflictError(Fault(N_("Please sign for the delivery first.")))
    if delivery.invoice_no is not None and not delivery.invoice_differs:
        raise ConflictError(Fault(N_("The invoice of this delivery is checked already.")))
    typed, due = invoice_no.strip(), invoice_due(delivery.amount, delivery.credit)
    agrees = within_tolerance(due, net)
    faults = []
    if not is_invoice_number(typed):
        faults.append(Fault(N_("An invoice number has 20 digits, or 8 on an older invoice."), "invoice_no"))
    elif invoice_taken(session, delivery, typed):
        faults.append(Fault(N_("This invoice was entered for another delivery already."), "invoice_no"))
    if not agrees and not differs:
        message = N_("The delivery comes to %(due)s yuan before tax; the invoice differs by %(difference)s.")
        faults.append(Fault(message, "net", {"due": f"{due:,.2f}", "difference": f"{net - due:+,.2f}"}))
    if faults:
        raise DomainError(*faults)
    delivery.invoice_no, delivery.invoice_net, delivery.invoiced_at = typed, net, now
    delivery.invoice_differs = not agrees
    session.flush()
    return delivery
