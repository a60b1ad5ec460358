"""The one place where stock moves: balances, document and movements in one transaction.

Every part is locked before it is looked at, in the order of the parts, so that two documents neither
take the same piece twice nor wait for each other in a circle. All entries are judged before anything
is written: with one fault nothing of the document is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.stock.models import StockBin, StockDocument, StockItem, StockMovement, StockTake, StockTakeLine
from parts.stock.rules import HUNDREDTH, NOTHING, Balance, at_average, put_in, quantity_fault, take_out, worth_fault
from parts.stock.words import COUNTED, FAULTS, NO_BIN, NOT_THERE, SHORT
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO, total
from portal.kernel.numbers import next_number

SERIES = {
    "receive": "GR", "issue": "GI", "return": "GB", "move": "GM", "transfer_out": "TO", "transfer_in": "TI",
    "adjust": "SA", "scrap": "SS",
}  # fmt: skip
BIN_LENGTH = 24


@dataclass(frozen=True)
class Head:
    """What a document says of itself."""

    kind: str
    reason_code: str | None = None
    reason: str = ""
    reference: str = ""
    order_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """One movement that is wanted: of a part, in a bin, above nought in and below nought out.

    What goes takes its share of the value, or ``value`` yuan where that is given. What comes brings ``value``
    yuan; None: it is worth what those that are there are worth, or ``price`` a unit where none are. Between
    bins (``inside``) no value moves.
    ``field`` is where a fault belongs.
    """

    part_id: int
    bin: str
    quantity: Decimal
    value: Decimal | None = None
    price: Decimal = ZERO
    job_id: int | None = None
    field: str = "quantity"
    inside: bool = False


@dataclass
class Shelf:
    """A dealer's locked parts, their bins, and the sheets on which bins are being counted."""

    items: dict[int, StockItem]
    bins: dict[tuple[int, str], StockBin] = field(default_factory=dict)
    counted: dict[tuple[int, str], str] = field(default_factory=dict)

    def there(self, part_id: int, bin_: str) -> Decimal:
        """What lies in a bin."""
        found = self.bins.get((part_id, bin_))
        return found.quantity if found else NOTHING


def station(session: Session, actor: Actor) -> Dealer:
    """Return the actor's station; headquarters has no stock in the portal."""
    if actor.dealer_id is None:
        raise DomainError.at(None, N_("Only a station moves stock."))
    return session.get_one(Dealer, actor.dealer_id)


def clean_bin(text: str) -> str:
    """Return a bin as it is kept: upper case, no blanks."""
    return "".join(text.upper().split())[:BIN_LENGTH]


def lock(session: Session, dealer_id: int, parts: Iterable[int]) -> Shelf:
    """Lock a dealer's parts in their order, making the rows of those it never had; return them with their bins."""
    wanted = sorted(set(parts))
    known = set(
        session.scalars(
            select(StockItem.part_id).where(StockItem.dealer_id == dealer_id, StockItem.part_id.in_(wanted))
        )
    )
    for part_id in wanted:
        if part_id not in known:
            _begin(session, dealer_id, part_id)
    rows = session.scalars(
        select(StockItem).where(StockItem.dealer_id == dealer_id, StockItem.part_id.in_(wanted))
        .order_by(StockItem.part_id).with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    return _with_bins(session, {item.part_id: item for item in rows})


def _begin(session: Session, dealer_id: int, part_id: int) -> None:
    """Make the row of a part that is new to a dealer; of two at the same moment the second finds it made."""
    try:
        with session.begin_nested():
            session.add(StockItem(dealer_id=dealer_id, part_id=part_id))
    except IntegrityError:
        return


def _with_bins(session: Session, items: dict[int, StockItem]) -> Shelf:
    part_of = {item.id: part_id for part_id, item in items.items()}
    bins = session.scalars(
        select(StockBin).where(StockBin.item_id.in_(part_of)).execution_options(populate_existing=True)
    )
    counted = session.execute(
        select(StockTakeLine.item_id, StockTakeLine.bin, StockTake.number)
        .join(StockTake, StockTake.id == StockTakeLine.take_id)
        .where(StockTakeLine.item_id.in_(part_of), StockTake.state == "counting")
    )
    return Shelf(
        items,
        {(part_of[row.item_id], row.bin): row for row in bins},
        {(part_of[item], bin_): sheet for item, bin_, sheet in counted},
    )


def post(
    session: Session, dealer: Dealer, head: Head, entries: Iterable[Entry], actor: Actor, now: datetime,
    *, sheet: str | None = None,
) -> StockDocument:  # fmt: skip
    """Post a document: judge every entry, then write balances, document and movements.

    ``sheet`` is the stock-take that may move what it counts. Faults stand at the entries' fields.
    """
    wanted = list(entries)
    if not wanted:
        raise DomainError.at(None, N_("Nothing was written: please give at least one quantity."))
    shelf = lock(session, dealer.id, (entry.part_id for entry in wanted))
    moves = _judged(shelf, wanted, sheet)
    document = StockDocument(
        dealer_id=dealer.id, number=next_number(session, SERIES[head.kind], dealer.code, now), kind=head.kind,
        order_id=head.order_id, reference=head.reference, reason_code=head.reason_code, reason=head.reason.strip(),
        value=total(value for _entry, value, _after in moves), posted_at=now, posted_by=actor.name,
    )  # fmt: skip
    session.add(document)
    session.flush()
    for position, move in enumerate(moves, start=1):
        _write(session, shelf, document, position, move)
    session.flush()
    return document


#: An entry, the value it moves, and what there is of the part afterwards.
Move = tuple[Entry, Decimal, Balance]


def _judged(shelf: Shelf, entries: list[Entry], sheet: str | None) -> list[Move]:
    """Reckon the entries one after the other on paper; raise every fault they have."""
    balances = {part: Balance(item.quantity, item.value) for part, item in shelf.items.items()}
    bins: dict[tuple[int, str], Decimal] = {}
    faults: list[Fault] = []
    moves: list[Move] = []
    for entry in entries:
        place = (entry.part_id, entry.bin)
        there = bins.get(place, shelf.there(*place))
        fault = _fault(entry, there, shelf.counted.get(place), sheet)
        if fault is not None:
            faults.append(fault)
            continue
        bins[place] = there + entry.quantity
        balances[entry.part_id], value = _reckoned(entry, balances[entry.part_id])
        moves.append((entry, value, balances[entry.part_id]))
    if faults:
        raise DomainError(*faults)
    return moves


def _reckoned(entry: Entry, balance: Balance) -> tuple[Balance, Decimal]:
    """Return what there is of a part after an entry, and the value that moved with its sign."""
    if entry.inside:
        return Balance(balance.quantity + entry.quantity, balance.value), ZERO
    if entry.quantity < NOTHING:
        after, value = take_out(balance, -entry.quantity, entry.value)
        return after, -value
    value = at_average(balance, entry.quantity, entry.price) if entry.value is None else entry.value
    return put_in(balance, entry.quantity, value), value


def _fault(entry: Entry, there: Decimal, counted_on: str | None, sheet: str | None) -> Fault | None:
    """Return what keeps an entry from being posted, None where nothing does."""
    code = quantity_fault(abs(entry.quantity)) or worth_fault(entry.quantity, entry.price)
    if code is not None:
        return Fault(FAULTS[code], entry.field)
    if not entry.bin:
        return Fault(NO_BIN, entry.field)
    if counted_on is not None and counted_on != sheet:
        return Fault(COUNTED, entry.field, {"bin": entry.bin, "sheet": counted_on})
    if there + entry.quantity < NOTHING:
        return Fault(SHORT if there else NOT_THERE, entry.field, {"held": plain(there), "bin": entry.bin})
    return None


def _write(session: Session, shelf: Shelf, document: StockDocument, position: int, move: Move) -> None:
    entry, value, after = move
    item = shelf.items[entry.part_id]
    item.quantity, item.value = after.quantity, after.value
    if not item.home_bin:
        item.home_bin = entry.bin
    row = shelf.bins.get((entry.part_id, entry.bin))
    if row is None:
        row = shelf.bins[entry.part_id, entry.bin] = StockBin(
            dealer_id=item.dealer_id, item_id=item.id, bin=entry.bin, quantity=NOTHING
        )
        session.add(row)
    row.quantity += entry.quantity
    session.add(
        StockMovement(
            dealer_id=item.dealer_id, document_id=document.id, position=position, item_id=item.id,
            part_id=entry.part_id, bin=entry.bin, quantity=entry.quantity, value=value,
            quantity_after=after.quantity, value_after=after.value, order_id=document.order_id, job_id=entry.job_id,
        )
    )  # fmt: skip


def plain(quantity: Decimal) -> str:
    """Write a quantity for a sentence, with no more places than it has."""
    return f"{quantity.quantize(HUNDREDTH):,f}".rstrip("0").rstrip(".")
