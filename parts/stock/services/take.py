"""A stock-take: a sheet is frozen, counted, and its differences are posted with their reason.

What stands on an open sheet does not move, so what the books said when it was made is what they say when
it is posted: the difference is the counter's, never a movement's that came between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.stock.models import StockTake, StockTakeLine
from parts.stock.queries.parts import clean_number, dealer_prices, parts_by_number
from parts.stock.queries.takes import find_take, to_count
from parts.stock.rules import MOST, NOTHING
from parts.stock.services.post import Entry, Head, clean_bin, lock, post, station
from parts.stock.words import COUNTED, NO_BIN, UNKNOWN_PART
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED, advance, locked
from portal.kernel.money import ZERO
from portal.kernel.numbers import next_number

SERIES = "SC"
#: Lines of one sheet: what two people count in a morning.
MOST_LINES = 300
NO_MORE = N_("Nothing more lies behind the last line of that sheet.")


def open_take(session: Session, bins: str, actor: Actor, now: datetime, behind: str = "") -> StockTake:
    """Make a sheet of what lies in the bins whose names begin so, as the books have it at this moment.

    Of more than `MOST_LINES` the first; ``behind`` is the number of the sheet behind whose last line the next goes on.
    """
    require(actor, Permission.STOCK_MOVE)
    dealer, begins, after = station(session, actor), clean_bin(bins), None
    if behind:
        before = find_take(session, behind)
        begins, after = before.bins, before.id
    parts = {part for part, _bin, _quantity in _listed(session, dealer.id, begins, after)}
    shelf = lock(session, dealer.id, parts)
    lines = _listed(session, dealer.id, begins, after)
    if {part for part, _bin, _quantity in lines} - parts:
        raise ConflictError(Fault(CHANGED))  # something came into these bins before they were locked
    for part, bin_, _quantity in lines:
        if (part, bin_) in shelf.counted:
            raise DomainError.at("bins", COUNTED, bin=bin_, sheet=shelf.counted[part, bin_])
    take = StockTake(
        dealer_id=dealer.id, number=next_number(session, SERIES, dealer.code, now), bins=begins, created_at=now,
        created_by=actor.name,
    )  # fmt: skip
    session.add(take)
    session.flush()
    session.add_all(
        StockTakeLine(
            dealer_id=dealer.id, take_id=take.id, position=position, item_id=shelf.items[part].id, part_id=part,
            bin=bin_, book=shelf.there(part, bin_),
        )
        for position, (part, bin_, _quantity) in enumerate(lines, start=1)
    )  # fmt: skip
    session.flush()
    return take


def _listed(session: Session, dealer_id: int, bins: str, behind: int | None) -> list[tuple[int, str, Decimal]]:
    lines = to_count(session, dealer_id, bins, MOST_LINES, behind)
    if not lines:
        raise DomainError.at("bins", N_("Nothing lies in bins that begin so.") if behind is None else NO_MORE)
    return lines


def count_lines(
    session: Session, number: str, counted: Mapping[int, Decimal | None], actor: Actor,
    expected_version: int | None = None,
) -> StockTake:  # fmt: skip
    """Keep what was counted, by the ids of the lines; None: not counted yet."""
    require(actor, Permission.STOCK_MOVE)
    take = _counting(session, number, expected_version)
    lines = _lines(session, take)
    said = {line.id: counted.get(line.id, line.counted) for line in lines}
    wrong = [key for key, quantity in said.items() if quantity is not None and not NOTHING <= quantity <= MOST]
    if wrong:
        raise DomainError(*(Fault(N_("From 0 to 99,999.99, please."), f"line-{key}") for key in wrong))
    for line in lines:
        line.counted = said[line.id]
    session.flush()
    return take


def add_found(
    session: Session, number: str, part_number: str, bin_: str, quantity: Decimal, actor: Actor
) -> StockTakeLine:
    """Add a part that was found where the books have none; its bin stands still from now on, too."""
    require(actor, Permission.STOCK_MOVE)
    take, place = _counting(session, number), clean_bin(bin_)
    part = parts_by_number(session, [clean_number(part_number)]).get(clean_number(part_number))
    faults = []
    if part is None:
        faults.append(Fault(UNKNOWN_PART, "part", {"typed": part_number.strip()[:40]}))
    if not place:
        faults.append(Fault(NO_BIN, "bin"))
    if not NOTHING < quantity <= MOST:
        faults.append(Fault(N_("From 0.01 to 99,999.99, please."), "quantity"))
    if faults or part is None:
        raise DomainError(*faults)
    shelf = lock(session, take.dealer_id, [part.id])
    if (part.id, place) in shelf.counted:
        raise DomainError.at("bin", COUNTED, bin=place, sheet=shelf.counted[part.id, place])
    last = session.scalar(select(func.max(StockTakeLine.position)).where(StockTakeLine.take_id == take.id)) or 0
    line = StockTakeLine(
        dealer_id=take.dealer_id, take_id=take.id, position=last + 1, item_id=shelf.items[part.id].id,
        part_id=part.id, bin=place, book=shelf.there(part.id, place), counted=quantity,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def post_take(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> StockTake:
    """Post the differences of a sheet on which every line is counted; bins and books agree afterwards."""
    require(actor, Permission.STOCK_MOVE)
    take = _counting(session, number, expected_version)
    lines = _lines(session, take)
    missing = [Fault(N_("Not counted yet."), f"line-{line.id}") for line in lines if line.counted is None]
    if missing:
        raise DomainError(*missing)
    prices = dealer_prices(session, [line.part_id for line in lines], local_date(now))
    entries = [
        Entry(line.part_id, line.bin, line.counted - line.book, price=prices.get(line.part_id, ZERO),
              field=f"line-{line.id}")
        for line in lines if line.counted is not None and line.counted != line.book
    ]  # fmt: skip
    if entries:
        head = Head("adjust", "count", reference=take.number)
        post(session, station(session, actor), head, entries, actor, now, sheet=take.number)
    advance(session, take, "post", actor, now)
    take.closed_at, take.closed_by = now, actor.name
    session.flush()
    return take


def cancel_take(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> StockTake:
    """Give a sheet up: nothing is posted, its bins may move again."""
    require(actor, Permission.STOCK_MOVE)
    take = _counting(session, number, expected_version)
    advance(session, take, "cancel", actor, now, reason=reason)
    take.closed_at, take.closed_by = now, actor.name
    session.flush()
    return take


def _counting(session: Session, number: str, expected_version: int | None = None) -> StockTake:
    take = locked(session, StockTake, find_take(session, number).id, expected_version)
    if take.state != "counting":
        raise ConflictError(Fault(N_("This sheet is closed already.")))
    return take


def _lines(session: Session, take: StockTake) -> list[StockTakeLine]:
    return list(
        session.scalars(
            select(StockTakeLine).where(StockTakeLine.take_id == take.id)
            .order_by(StockTakeLine.position).execution_options(populate_existing=True)
        )
    )  # fmt: skip
