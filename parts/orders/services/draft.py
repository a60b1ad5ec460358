"""A station orders: a draft by hand, from the proposals, or of what a repair misses; then submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.orders.models import KINDS, PartOrder, PartOrderLine
from parts.orders.queries.orders import draft_with, lines_of
from parts.orders.queries.proposals import proposals
from parts.orders.queries.supply import repair_supply
from parts.orders.rules import MOST, NOTHING, STOCK, URGENT
from parts.orders.services.load import locked_order
from parts.stock.queries.parts import clean_number, dealer_prices, parts_by_number
from parts.stock.words import UNKNOWN_PART
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.numbers import next_number

SERIES = "PO"
NOTE_LENGTH = 500
MOST_LINES = 200
CHANGED = N_("This order was submitted already: what it asks for stays as it is.")


@dataclass(frozen=True)
class Wanted:
    """A line of a draft as it was typed; ``place`` begins the names of its fields."""

    number: str
    quantity: Decimal
    place: str = "line"


def station(session: Session, actor: Actor) -> Dealer:
    """Return the actor's station, which is open: others order nothing."""
    if actor.dealer_id is None:
        raise DomainError.at(None, N_("Only a station orders parts."))
    dealer = session.get_one(Dealer, actor.dealer_id)
    if dealer.state != "open":
        raise DomainError.at(None, N_("This station is suspended or closed: it orders no parts."))
    return dealer


def draft_order(
    session: Session, kind: str, wanted: Iterable[Wanted], actor: Actor, now: datetime, *, note: str = "",
    repair_order_id: int | None = None,
) -> PartOrder:  # fmt: skip
    """Draft an order at the actor's station."""
    require(actor, Permission.PART_ORDER_WRITE)
    dealer = station(session, actor)
    if kind not in KINDS:
        raise DomainError.at("kind", N_("Please choose from the list."))
    order = PartOrder(
        dealer_id=dealer.id, number=next_number(session, SERIES, dealer.code, now), kind=kind,
        repair_order_id=repair_order_id, note=_note(note), created_at=now, created_by=actor.name,
    )  # fmt: skip
    lines = _found(session, wanted)
    session.add(order)
    session.flush()
    _write(session, order, lines)
    return order


def save_order(
    session: Session, number: str, kind: str, wanted: Iterable[Wanted], note: str, actor: Actor,
    expected_version: int | None = None,
) -> PartOrder:  # fmt: skip
    """Write a draft anew: its lines are those that were typed."""
    require(actor, Permission.PART_ORDER_WRITE)
    order = locked_order(session, number, expected_version)
    if order.state != "draft":
        raise ConflictError(Fault(CHANGED))
    if kind not in KINDS:
        raise DomainError.at("kind", N_("Please choose from the list."))
    lines = _found(session, wanted)
    order.kind, order.note = kind, _note(note)
    _write(session, order, lines)
    return order


def draft_from_proposals(session: Session, chosen: Iterable[str], actor: Actor, now: datetime) -> PartOrder:
    """Draft a stock order of proposed parts, by their numbers, as much as is proposed at this moment.

    What stands in a draft is not proposed: pressed again, or by a second person, it leads to that draft.
    """
    require(actor, Permission.PART_ORDER_WRITE)
    dealer = station(session, actor)
    # Two people at once: the second sees the draft of the first. The station's other work does not wait.
    session.execute(select(Dealer.id).where(Dealer.id == dealer.id).with_for_update(key_share=True))
    numbers = set(chosen)
    wanted = [
        Wanted(found.part.number, found.quantity)
        for found in proposals(session, dealer.id, local_date(now)) if found.part.number in numbers
    ]  # fmt: skip
    if wanted:
        return draft_order(session, STOCK, wanted, actor, now)
    if not numbers:
        raise DomainError.at(None, N_("Please mark at least one part."))
    draft = draft_with(session, dealer.id, numbers)
    if draft is None:
        raise DomainError.at(None, N_("What you marked is not proposed any more: enough is there or on order."))
    return draft


def draft_for_repair(session: Session, repair: str, actor: Actor, now: datetime) -> PartOrder:
    """Draft an urgent order of what an open repair misses; pressed again, it leads to the draft that is there."""
    require(actor, Permission.PART_ORDER_WRITE)
    supply = repair_supply(session, repair, local_date(now))
    found = locked(session, RepairOrder, supply.needs.order.id)
    if found.state != "open":
        raise ConflictError(Fault(N_("This order is not open: no parts are ordered for it.")))
    drafts = select(PartOrder).where(PartOrder.repair_order_id == found.id, PartOrder.state == "draft")
    draft = session.scalars(drafts.order_by(PartOrder.id)).first()
    if draft is not None:
        return draft
    supply = repair_supply(session, repair, local_date(now))
    if not supply.missing:
        raise DomainError.at(None, N_("Nothing is missing: all it needs lies in stock or is ordered."))
    wanted = [Wanted(supply.number(part), quantity) for part, quantity in supply.missing.items()]
    return draft_order(session, URGENT, wanted, actor, now, repair_order_id=found.id)


def submit_order(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartOrder:
    """Hand an order to headquarters: its prices are the dealer prices of today, and stay."""
    require(actor, Permission.PART_ORDER_WRITE)
    station(session, actor)
    order = locked_order(session, number, expected_version)
    lines = lines_of(session, order.id)
    if not lines:
        raise DomainError.at(None, N_("The order is empty: please write what you need."))
    prices = dealer_prices(session, [line.part_id for line in lines], local_date(now))
    faults = [
        Fault(N_("This part has no price today: please ask headquarters."), f"line-{line.position}-part")
        for line in lines if line.part_id not in prices
    ]  # fmt: skip
    if faults:
        raise DomainError(*faults)
    advance(session, order, "submit", actor, now)
    for line in lines:
        line.unit_price = prices[line.part_id]
    order.submitted_at = now
    session.flush()
    return order


def withdraw_order(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> PartOrder:
    """Take an order back that headquarters has not confirmed."""
    require(actor, Permission.PART_ORDER_WRITE)
    order = locked_order(session, number, expected_version)
    advance(session, order, "withdraw", actor, now, reason=reason)
    session.flush()
    return order


def _found(session: Session, wanted: Iterable[Wanted]) -> Mapping[int, Decimal]:
    """Return what was typed by the ids of the parts; the same part twice is one line. Every fault is told."""
    typed = list(wanted)
    parts = parts_by_number(session, [clean_number(line.number) for line in typed])
    found: dict[int, Decimal] = {}
    faults = []
    for line in typed:
        part = parts.get(clean_number(line.number))
        if part is None:
            faults.append(Fault(UNKNOWN_PART, f"{line.place}-part", {"typed": line.number.strip()[:40]}))
        elif not NOTHING < line.quantity <= MOST:
            faults.append(Fault(N_("From 0.01 to 9,999.99, please."), f"{line.place}-quantity"))
        else:
            found[part.id] = found.get(part.id, NOTHING) + line.quantity
    if len(found) > MOST_LINES:
        faults.append(Fault(N_("At most %(most)s lines: please make a second order."), None, {"most": MOST_LINES}))
    if faults:
        raise DomainError(*faults)
    return found


def _write(session: Session, order: PartOrder, wanted: Mapping[int, Decimal]) -> None:
    known = {line.part_id: line for line in lines_of(session, order.id)}
    for part_id in known.keys() - wanted.keys():
        session.delete(known[part_id])
    for position, (part_id, quantity) in enumerate(wanted.items(), start=1):
        line = known.get(part_id)
        if line is None:
            line = PartOrderLine(dealer_id=order.dealer_id, order_id=order.id, part_id=part_id)
            session.add(line)
        line.position, line.quantity = position, quantity
    session.flush()


def _note(text: str) -> str:
    if len(text.strip()) > NOTE_LENGTH:
        raise DomainError.at("note", N_("At most %(limit)s characters."), limit=NOTE_LENGTH)
    return text.strip()
