"""What the parts clerk does with stock alone: take goods in, correct, scrap, move, and set limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.models import StockDocument, StockItem
from parts.stock.queries.items import held, part_by_number
from parts.stock.queries.parts import clean_number, dealer_prices, parts_by_number
from parts.stock.rules import NOTHING, limits_fault, quantity_fault, worth_fault
from parts.stock.services.post import Entry, Head, clean_bin, lock, post, station
from parts.stock.words import ADJUST_REASONS, FAULTS, NO_BIN, SCRAP_REASONS, UNKNOWN_PART
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.money import LIMIT, ZERO, line_amount

REFERENCE_LENGTH, REASON_LENGTH = 40, 500


@dataclass(frozen=True)
class Line:
    """A line of a document as it was typed. ``cost`` is yuan a unit; ``place`` begins the names of its fields."""

    number: str
    quantity: Decimal
    bin: str = ""
    cost: Decimal | None = None
    to_bin: str = ""
    place: str = "line"


@dataclass(frozen=True)
class Found:
    """A typed line with its part and the bin it means."""

    line: Line
    part: Part
    bin: str


def receive_goods(
    session: Session, lines: Iterable[Line], actor: Actor, now: datetime, *, reference: str = "", opening: bool = False
) -> StockDocument:
    """Take goods in that no delivery of headquarters brought; without a cost they cost the dealer price of today."""
    require(actor, Permission.STOCK_MOVE)
    dealer = station(session, actor)
    found = find(session, dealer, lines)
    prices = dealer_prices(session, [one.part.id for one in found], local_date(now))
    faults = [Fault(N_("From 0 to 9,999,999,999.99 yuan, please."), f"{one.line.place}-cost")
              for one in found if one.line.cost is not None and not ZERO <= one.line.cost <= LIMIT]  # fmt: skip
    faults += [
        Fault(N_("The catalogue has no price of today: please write what it cost."), f"{one.line.place}-cost")
        for one in found if one.line.cost is None and one.part.id not in prices
    ]  # fmt: skip
    if faults:
        raise DomainError(*faults)
    entries = [_received(one, prices) for one in found]
    head = Head("receive", "opening" if opening else None, reference=_reference(reference))
    return post(session, dealer, head, entries, actor, now)


def _received(one: Found, prices: dict[int, Decimal]) -> Entry:
    cost = prices[one.part.id] if one.line.cost is None else one.line.cost
    quantity = one.line.quantity
    told = quantity_fault(quantity) or worth_fault(quantity, cost)
    value = ZERO if told else line_amount(quantity, cost)  # the posting says what is wrong
    return Entry(one.part.id, one.bin, quantity, value, cost, field=f"{one.line.place}-quantity")


def adjust_stock(
    session: Session, lines: Iterable[Line], reason_code: str, reason: str, actor: Actor, now: datetime
) -> StockDocument:
    """Correct what the books say, up or down, with a reason.

    What is found is worth what lies there of it; where nothing does, the dealer price of today.
    """
    require(actor, Permission.STOCK_MOVE)
    dealer = station(session, actor)
    head = Head("adjust", *_reason(reason_code, reason, ADJUST_REASONS))
    found = find(session, dealer, lines)
    prices = dealer_prices(session, [one.part.id for one in found], local_date(now))
    entries = [
        Entry(one.part.id, one.bin, one.line.quantity, price=prices.get(one.part.id, ZERO),
              field=f"{one.line.place}-quantity")
        for one in found
    ]  # fmt: skip
    return post(session, dealer, head, entries, actor, now)


def scrap_stock(
    session: Session, lines: Iterable[Line], reason_code: str, reason: str, actor: Actor, now: datetime
) -> StockDocument:
    """Take what cannot be used out of stock for good, with a reason."""
    require(actor, Permission.STOCK_MOVE)
    dealer = station(session, actor)
    head = Head("scrap", *_reason(reason_code, reason, SCRAP_REASONS))
    return post(session, dealer, head, going(find(session, dealer, lines)), actor, now)


def move_stock(session: Session, lines: Iterable[Line], actor: Actor, now: datetime) -> StockDocument:
    """Move parts to another bin; their worth stays as it is."""
    require(actor, Permission.STOCK_MOVE)
    dealer = station(session, actor)
    found = find(session, dealer, lines)
    faults = [
        Fault(NO_BIN if not clean_bin(one.line.to_bin) else N_("It lies there already."), f"{one.line.place}-to_bin")
        for one in found if clean_bin(one.line.to_bin) in {"", one.bin}
    ]  # fmt: skip
    if faults:
        raise DomainError(*faults)
    entries: list[Entry] = []
    for one in found:
        field, quantity = f"{one.line.place}-quantity", one.line.quantity
        entries += [
            Entry(one.part.id, one.bin, -quantity, field=field, inside=True),
            Entry(one.part.id, clean_bin(one.line.to_bin), quantity, field=field, inside=True),
        ]
    if any(one.line.quantity <= NOTHING for one in found):
        raise DomainError(
            *(Fault(FAULTS["quantity_nothing"], f"{one.line.place}-quantity") for one in found
              if one.line.quantity <= NOTHING)
        )  # fmt: skip
    return post(session, dealer, Head("move"), entries, actor, now)


def going(found: Iterable[Found]) -> list[Entry]:
    """Return the entries by which typed quantities leave; a quantity of nought or below is told at its field."""
    entries, faults = [], []
    for one in found:
        field = f"{one.line.place}-quantity"
        if one.line.quantity <= NOTHING:
            faults.append(Fault(FAULTS["quantity_nothing"], field))
        entries.append(Entry(one.part.id, one.bin, -one.line.quantity, field=field))
    if faults:
        raise DomainError(*faults)
    return entries


def find(session: Session, dealer: Dealer, lines: Iterable[Line]) -> list[Found]:
    """Find the parts of typed lines and the bins they mean: the part's home bin where none was typed."""
    typed = list(lines)
    parts = parts_by_number(session, [clean_number(line.number) for line in typed])
    homes = held(session, dealer.id, [part.id for part in parts.values()])
    found, faults = [], []
    for line in typed:
        part = parts.get(clean_number(line.number))
        if part is None:
            faults.append(Fault(UNKNOWN_PART, f"{line.place}-part", {"typed": line.number.strip()[:40]}))
            continue
        bin_ = clean_bin(line.bin) or (homes[part.id].home_bin if part.id in homes else "")
        if not bin_:
            faults.append(Fault(NO_BIN, f"{line.place}-bin"))
        found.append(Found(line, part, bin_))
    if faults:
        raise DomainError(*faults)
    return found


@dataclass(frozen=True)
class Limits:
    """When to order a part, up to how much, and where it is put."""

    minimum: Decimal
    maximum: Decimal
    home_bin: str = ""


def set_limits(session: Session, number: str, limits: Limits, actor: Actor, now: datetime) -> StockItem:
    """Write a part's minimum, maximum and home bin at the actor's station."""
    del now
    require(actor, Permission.STOCK_MOVE)
    dealer = station(session, actor)
    fault = limits_fault(limits.minimum, limits.maximum)
    if fault is not None:
        raise DomainError.at(fault[1], FAULTS[fault[0]])
    part = part_by_number(session, number)
    item = lock(session, dealer.id, [part.id]).items[part.id]
    item.minimum, item.maximum, item.home_bin = limits.minimum, limits.maximum, clean_bin(limits.home_bin)
    session.flush()
    return item


def _reason(code: str, text: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Return a reason of the list and its words, or say what is missing."""
    faults = []
    if code not in known:
        faults.append(Fault(N_("Please choose a reason."), "reason_code"))
    if not text.strip():
        faults.append(Fault(N_("Please say in a few words why."), "reason"))
    elif len(text.strip()) > REASON_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "reason", {"limit": REASON_LENGTH}))
    if faults:
        raise DomainError(*faults)
    return code, text.strip()


def _reference(text: str) -> str:
    if len(text.strip()) > REFERENCE_LENGTH:
        raise DomainError.at("reference", N_("At most %(limit)s characters."), limit=REFERENCE_LENGTH)
    return text.strip()
