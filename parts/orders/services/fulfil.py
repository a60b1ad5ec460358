"""Headquarters answers orders: what comes when, what comes instead, what was shipped, what comes no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder, PartOrderLine
from parts.orders.queries.orders import counts_of, lines_of
from parts.orders.queries.substitution import substitutes
from parts.orders.rules import AGAIN, CREDIT, NOTHING, Arrived, delivery_step, invoice_due
from parts.orders.services.load import locked_delivery, locked_order
from parts.orders.states import OWED
from parts.stock.queries.parts import dealer_prices, parts_by_id
from parts.stock.rules import Balance, worth
from parts.stock.services.post import plain
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date, within
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.invoices import within_tolerance
from portal.kernel.lifecycle import advance, allowed
from portal.kernel.money import ZERO, line_amount, total
from portal.kernel.numbers import next_number

SERIES = "DN"
CARRIER_LENGTH, WAYBILL_LENGTH = 80, 40


@dataclass(frozen=True)
class Promise:
    """What headquarters says of a line: when the rest comes (None: with the next delivery), and what comes instead."""

    promised_on: date | None = None
    substitute: bool = False


@dataclass(frozen=True)
class Shipment:
    """What leaves headquarters: by whom, when, and how much of each line, by the line's id."""

    carrier: str
    waybill: str = ""
    shipped_at: datetime | None = None
    quantities: Mapping[int, Decimal] = field(default_factory=dict)


def confirm_order(
    session: Session, number: str, promises: Mapping[int, Promise], actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> PartOrder:  # fmt: skip
    """Take an order on, with the days on which what is not there comes, by the ids of the lines."""
    require(actor, Permission.PART_ORDER_FULFIL)
    order = locked_order(session, number, expected_version)
    allowed(order.__machine__, order.state, "confirm", actor, None)
    _promise(session, order, promises, now)
    advance(session, order, "confirm", actor, now)
    order.confirmed_at = now
    session.flush()
    return order


def promise_lines(
    session: Session, number: str, promises: Mapping[int, Promise], actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> PartOrder:  # fmt: skip
    """Say anew when back-orders come, or what comes instead, while something is owed."""
    require(actor, Permission.PART_ORDER_FULFIL)
    order = locked_order(session, number, expected_version)
    if order.state not in OWED:
        raise ConflictError(Fault(N_("Nothing is owed on this order.")))
    _promise(session, order, promises, now)
    session.flush()
    return order


def refuse_order(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartOrder:
    """Decline an order, with a reason that the station reads."""
    require(actor, Permission.PART_ORDER_FULFIL)
    order = locked_order(session, number, expected_version)
    advance(session, order, "refuse", actor, now, reason=reason)
    session.flush()
    return order


def close_order(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartOrder:
    """Close an order: what is still owed is cancelled, what is on its way still comes."""
    require(actor, Permission.PART_ORDER_FULFIL)
    order = locked_order(session, number, expected_version)
    advance(session, order, "close", actor, now, reason=reason)
    for line in lines_of(session, order.id):
        line.cancelled += counts_of(line).owed
    session.flush()
    return order


def _promise(session: Session, order: PartOrder, promises: Mapping[int, Promise], now: datetime) -> None:
    """Judge all lines, then write; a line that is not spoken of stays as it is."""
    today = local_date(now)
    lines = [line for line in lines_of(session, order.id) if line.id in promises]
    parts = parts_by_id(session, [line.part_id for line in lines])
    offers = substitutes(session, parts.values(), today)
    ordered_on = local_date(order.submitted_at or now)
    prices = dealer_prices(session, [part.id for part in offers.values()], ordered_on)
    prices = {**dealer_prices(session, [part.id for part in offers.values()], today), **prices}
    faults = [
        fault for line in lines
        if (fault := _promise_fault(line, promises[line.id], offers.get(line.part_id), prices, today))
    ]  # fmt: skip
    if faults:
        raise DomainError(*faults)
    for line in lines:
        said, offer = promises[line.id], offers.get(line.part_id)
        line.promised_on = said.promised_on
        if said.substitute and offer is not None and line.supplied_id is None:
            line.supplied_id, line.unit_price = offer.id, prices[offer.id]


def _promise_fault(
    line: PartOrderLine, said: Promise, offer: Part | None, prices: Mapping[int, Decimal], today: date
) -> Fault | None:
    place = f"line-{line.id}"
    if said.promised_on is not None and said.promised_on < today and said.promised_on != line.promised_on:
        return Fault(N_("A day that has passed cannot be promised."), f"{place}-promised_on")
    if not said.substitute or line.supplied_id is not None:
        return None
    if offer is None:
        return Fault(N_("The catalogue knows nothing that replaces this part."), f"{place}-substitute")
    if line.delivered:
        return Fault(N_("Some of it was delivered already: close the rest and let it be ordered anew."),
                     f"{place}-substitute")  # fmt: skip
    if offer.id not in prices:
        return Fault(N_("What replaces it has no price."), f"{place}-substitute")
    return None


def deliver(
    session: Session, number: str, shipment: Shipment, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartDelivery:
    """Ship on an order: a delivery note of what leaves, the rest stays owed."""
    require(actor, Permission.PART_ORDER_FULFIL)
    order = locked_order(session, number, expected_version)
    if order.state not in OWED:
        raise ConflictError(Fault(N_("Nothing is owed on this order.")))
    lines = lines_of(session, order.id)
    typed = shipment.shipped_at or now
    shipped_at = within(typed, order.submitted_at or typed, now)
    faults = [*_shipment_faults(lines, shipment)]
    if shipped_at is None:
        faults.append(Fault(N_("Between the order and now, please."), "shipped_at"))
    if faults:
        raise DomainError(*faults)
    leaving = [(line, quantity) for line in lines if (quantity := shipment.quantities.get(line.id, NOTHING))]
    amounts = [line_amount(quantity, line.unit_price) for line, quantity in leaving]
    dealer = session.get_one(Dealer, order.dealer_id)
    delivery = PartDelivery(
        dealer_id=order.dealer_id, number=next_number(session, SERIES, dealer.code, now), order_id=order.id,
        carrier=shipment.carrier.strip(), waybill=shipment.waybill.strip(), amount=total(amounts),
        shipped_at=shipped_at, shipped_by=actor.name,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    for (line, quantity), amount in zip(leaving, amounts, strict=True):
        line.delivered += quantity
        session.add(
            PartDeliveryLine(
                dealer_id=order.dealer_id, delivery_id=delivery.id, line_id=line.id,
                part_id=line.supplied_id or line.part_id, quantity=quantity, unit_price=line.unit_price, amount=amount,
            )
        )  # fmt: skip
    advance(session, order, delivery_step(map(counts_of, lines)), actor, now)
    session.flush()
    return delivery


def _shipment_faults(lines: list[PartOrderLine], shipment: Shipment) -> list[Fault]:
    faults = [
        Fault(N_("From 0 to the %(owed)s owed."), f"line-{line.id}-ship", {"owed": plain(counts_of(line).owed)})
        for line in lines if not NOTHING <= shipment.quantities.get(line.id, NOTHING) <= counts_of(line).owed
    ]  # fmt: skip
    if not any(shipment.quantities.get(line.id) for line in lines):
        faults.append(Fault(N_("Please write how much of at least one line leaves.")))
    if not shipment.carrier.strip():
        faults.append(Fault(N_("Please name the carrier."), "carrier"))
    for name, most in (("carrier", CARRIER_LENGTH), ("waybill", WAYBILL_LENGTH)):
        if len(getattr(shipment, name).strip()) > most:
            faults.append(Fault(N_("At most %(limit)s characters."), name, {"limit": most}))
    return faults


def answer_delivery(
    session: Session, number: str, outcome: str, reason: str, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> PartDelivery:  # fmt: skip
    """Answer what was short or damaged: sent again it is owed anew, credited its price is taken off.

    An invoice that was checked before is held against what is due now: if it no longer agrees, it stands
    among those that differ, and the station enters the one that corrects it.
    """
    require(actor, Permission.PART_ORDER_FULFIL)
    delivery = locked_delivery(session, number, expected_version)
    if outcome not in {AGAIN, CREDIT}:
        raise DomainError.at("outcome", N_("Please choose from the list."))
    advance(session, delivery, "answer", actor, now, reason=reason)
    lines = {line.id: line for line in lines_of(session, delivery.order_id)}
    rows = session.scalars(select(PartDeliveryLine).where(PartDeliveryLine.delivery_id == delivery.id)).all()
    off = [ZERO]
    for row in rows:
        missing, line = row.short + row.damaged, lines[row.line_id]
        line.delivered -= missing
        if outcome == CREDIT:
            line.cancelled += missing
        off.append(credited(row))
    delivery.outcome, delivery.credit = outcome, total(off)
    if delivery.invoice_net is not None:
        due = invoice_due(delivery.amount, delivery.credit)
        delivery.invoice_differs = not within_tolerance(due, delivery.invoice_net)
    if outcome == AGAIN:
        advance(session, session.get_one(PartOrder, delivery.order_id), "owe_again", actor, now)
    session.flush()
    return delivery


def credited(row: PartDeliveryLine) -> Decimal:
    """Return what is taken off for the part of a line that did not arrive in good order."""
    good = Arrived(row.quantity, row.short, row.damaged).good
    return row.amount - (worth(Balance(row.quantity, row.amount), good) if good else ZERO)
