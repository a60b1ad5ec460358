"""Parts go from one dealer to another: sent, received, and what did not arrive settled by its owner.

What is on its way is in nobody's bins and belongs to the sender: the transfer's lines hold it, with its
worth. Each party writes its own books only, the sender when it sends and settles, the receiver when it signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.stock.models import StockMovement, StockTransfer, StockTransferLine
from parts.stock.queries.items import held
from parts.stock.queries.transfers import find_transfer
from parts.stock.rules import NOTHING, Balance, worth
from parts.stock.services.move import Line, find, going
from parts.stock.services.post import Entry, Head, clean_bin, plain, post, station
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED, advance, allowed, locked
from portal.kernel.numbers import next_number

SERIES = "TR"
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Arrival:
    """What arrived of a transfer's line, and the bin it was put in."""

    quantity: Decimal
    bin: str = ""


def send_parts(
    session: Session, receiver_code: str, lines: Iterable[Line], note: str, actor: Actor, now: datetime
) -> StockTransfer:
    """Send parts to another station: they leave the sender's bins and stay the sender's until they are signed for."""
    require(actor, Permission.STOCK_MOVE)
    sender = station(session, actor)
    receiver = _receiver(session, sender, receiver_code)
    if len(note.strip()) > NOTE_LENGTH:
        raise DomainError.at("note", N_("At most %(limit)s characters."), limit=NOTE_LENGTH)
    entries = going(find(session, sender, lines))
    number = next_number(session, SERIES, sender.code, now)
    document = post(session, sender, Head("transfer_out", reference=number), entries, actor, now)
    transfer = StockTransfer(
        number=number, sender_id=sender.id, receiver_id=receiver.id, note=note.strip(), sent_at=now, sent_by=actor.name
    )
    session.add(transfer)
    session.flush()
    movements = session.scalars(
        select(StockMovement).where(StockMovement.document_id == document.id).order_by(StockMovement.position)
    )
    session.add_all(
        StockTransferLine(
            transfer_id=transfer.id, position=row.position, part_id=row.part_id, sender_bin=row.bin,
            quantity=-row.quantity, value=-row.value,
        )
        for row in movements
    )  # fmt: skip
    session.flush()
    return transfer


def _receiver(session: Session, sender: Dealer, code: str) -> Dealer:
    found = session.scalars(select(Dealer).where(Dealer.code == code.strip().upper())).first()
    if found is None:
        raise DomainError.at("receiver", N_("There is no station with this code."))
    if found.id == sender.id:
        raise DomainError.at("receiver", N_("This is your own station: move the parts to another bin instead."))
    if found.state != "open":
        raise DomainError.at("receiver", N_("This station is suspended or closed: it takes nothing in."))
    return found


def receive_transfer(
    session: Session, number: str, arrived: Mapping[int, Arrival], reason: str, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> StockTransfer:  # fmt: skip
    """Sign for what arrived, by the ids of the lines; less than was sent needs a reason and stays the sender's."""
    require(actor, Permission.STOCK_MOVE)
    receiver = station(session, actor)
    transfer, lines = _open(session, number, actor, expected_version)
    if transfer.receiver_id != receiver.id:
        raise NotFoundError(Fault(N_("This does not exist.")))
    entries = _arrived(session, receiver, lines, arrived)
    got = {line.id: arrived.get(line.id, Arrival(NOTHING)).quantity for line in lines}
    action = "receive" if all(got[line.id] == line.quantity for line in lines) else "receive_less"
    allowed(transfer.__machine__, transfer.state, action, actor, reason)
    if entries:
        post(session, receiver, Head("transfer_in", reference=number), entries, actor, now)
    for line in lines:
        line.received = got[line.id]
    advance(session, transfer, action, actor, now, reason=reason)
    transfer.received_at, transfer.received_by = now, actor.name
    session.flush()
    return transfer


def _arrived(
    session: Session, receiver: Dealer, lines: list[StockTransferLine], arrived: Mapping[int, Arrival]
) -> list[Entry]:
    """Return the entries by which goods come in, each with its share of what its line was worth to the sender."""
    homes = held(session, receiver.id, [line.part_id for line in lines])
    entries, faults = [], []
    for line in lines:
        got, field = arrived.get(line.id, Arrival(NOTHING)), f"line-{line.id}-quantity"
        if not NOTHING <= got.quantity <= line.quantity:
            faults.append(Fault(N_("From 0 to the %(sent)s that were sent."), field, {"sent": plain(line.quantity)}))
        elif got.quantity:
            bin_ = clean_bin(got.bin) or (homes[line.part_id].home_bin if line.part_id in homes else "")
            value = worth(Balance(line.quantity, line.value), got.quantity)
            entries.append(Entry(line.part_id, bin_, got.quantity, value, field=f"line-{line.id}-bin"))
    if faults:
        raise DomainError(*faults)
    return entries


def take_back(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> StockTransfer:
    """Take a transfer back that was not received yet: all of it returns to the sender's bins."""
    require(actor, Permission.STOCK_MOVE)
    transfer, lines = _own(session, number, actor, expected_version)
    allowed(transfer.__machine__, transfer.state, "take_back", actor, reason)
    _home(session, transfer, lines, actor, now)
    advance(session, transfer, "take_back", actor, now, reason=reason)
    return transfer


def settle_transfer(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, *, lost: bool,
    expected_version: int | None = None,
) -> StockTransfer:  # fmt: skip
    """Settle what did not arrive: it comes back into the sender's bins; what is lost is then written off at once."""
    require(actor, Permission.STOCK_MOVE)
    transfer, lines = _own(session, number, actor, expected_version)
    allowed(transfer.__machine__, transfer.state, "settle", actor, reason)
    entries = _home(session, transfer, lines, actor, now)
    advance(session, transfer, "settle", actor, now, reason=reason)
    if lost:
        head = Head("scrap", "lost", reason, transfer.number)
        # What was never here does not take the average of what is: it leaves with the worth it came back with.
        gone = [Entry(entry.part_id, entry.bin, -entry.quantity, entry.value) for entry in entries]
        post(session, station(session, actor), head, gone, actor, now)
    return transfer


def _home(
    session: Session, transfer: StockTransfer, lines: list[StockTransferLine], actor: Actor, now: datetime
) -> list[Entry]:
    """Put what did not arrive back where it was taken from, with what is left of its worth."""
    entries = []
    for line in lines:
        came = line.received or NOTHING
        left = line.quantity - came
        if left:
            value = line.value - (worth(Balance(line.quantity, line.value), came) if came else NOTHING)
            entries.append(Entry(line.part_id, line.sender_bin, left, value))
    post(session, station(session, actor), Head("transfer_in", reference=transfer.number), entries, actor, now)
    return entries


def _own(
    session: Session, number: str, actor: Actor, expected_version: int | None
) -> tuple[StockTransfer, list[StockTransferLine]]:
    """Lock a transfer for its sender; to the receiver the step does not exist."""
    transfer, lines = _open(session, number, actor, expected_version)
    if transfer.sender_id != actor.dealer_id:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return transfer, lines


def _open(
    session: Session, number: str, actor: Actor, expected_version: int | None
) -> tuple[StockTransfer, list[StockTransferLine]]:
    transfer = locked(session, StockTransfer, find_transfer(session, number, actor).id)
    if expected_version is not None and transfer.row_version != expected_version:
        raise ConflictError(Fault(CHANGED))
    lines = session.scalars(
        select(StockTransferLine).where(StockTransferLine.transfer_id == transfer.id)
        .order_by(StockTransferLine.position).execution_options(populate_existing=True)
    )  # fmt: skip
    return transfer, list(lines)
