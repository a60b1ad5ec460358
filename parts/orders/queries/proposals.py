"""What a station should order by its minimums and maximums: by the number that headquarters supplies today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.chains import Replacements, replacements
from parts.orders.queries.supply import coming, drafted
from parts.orders.rules import shortfall
from parts.stock.models import StockItem
from parts.stock.queries.issues import wanted_by_repairs
from parts.stock.queries.items import held
from parts.stock.queries.parts import dealer_prices
from parts.stock.rules import NOTHING, Supply, proposal
from portal.kernel.money import ZERO, line_amount


@dataclass(frozen=True)
class Proposal:
    """A part that should be ordered: how its supply stands, how much to order, and at what price today.

    ``replaces`` are the old numbers that the station has to do with, and that this one is ordered for;
    ``drafted`` is how much of what comes stands in drafts yet.
    """

    part: Part
    supply: Supply
    quantity: Decimal
    price: Decimal | None
    replaces: tuple[str, ...] = ()
    drafted: Decimal = NOTHING

    @property
    def amount(self) -> Decimal:
        """What it would cost, in yuan before tax."""
        return line_amount(self.quantity, self.price) if self.price is not None else ZERO


@dataclass
class _Shelf:
    """What a station has of parts, expects and needs, by the parts' ids; ``coming`` includes what is drafted."""

    parts: dict[int, Part]
    limits: dict[int, tuple[Decimal, Decimal]]  # maximum, minimum
    there: dict[int, Decimal]
    coming: Mapping[int, Decimal]
    drafted: Mapping[int, Decimal]
    wanted: Mapping[int, Decimal]

    def concerned(self, part_id: int) -> bool:
        """Tell whether the station has to do with a part."""
        return part_id in self.limits or any(
            figures.get(part_id, NOTHING) for figures in (self.there, self.coming, self.wanted)
        )


@dataclass(frozen=True)
class _Low:
    """A chain, or a part that is in none, of which too little is there and coming."""

    part: Part
    supply: Supply
    counted: Collection[int]
    replaces: tuple[str, ...]


def proposals(session: Session, dealer_id: int, today: date) -> list[Proposal]:
    """Return what a station should order by its minimums and maximums, in the order of the parts' numbers.

    What its open repairs need is taken off; what comes is counted, and what stands in its drafts, too: once
    drafted it is not proposed again, and to submit a draft changes nothing here. Parts of a chain count
    together, as far as they go in for each other, and the newest of it is what is ordered.
    """
    shelf, found = _low(session, dealer_id, today)
    prices = dealer_prices(session, [one.part.id for one in found], today)
    return sorted(
        (
            Proposal(
                one.part, one.supply, proposal(one.supply), prices.get(one.part.id), one.replaces,
                sum((shelf.drafted.get(key, NOTHING) for key in one.counted), NOTHING),
            )
            for one in found
        ),
        key=lambda one: one.part.number,
    )  # fmt: skip


def count_proposals(session: Session, dealer_id: int, today: date) -> int:
    """Count what a station should order."""
    return len(_low(session, dealer_id, today)[1])


def _low(session: Session, dealer_id: int, today: date) -> tuple[_Shelf, list[_Low]]:
    shelf = _shelf(session, dealer_id)
    replaced = _replaced(session, shelf, today)
    _fill(session, dealer_id, shelf, replaced.parts)
    families: dict[int, set[int]] = {}
    for key in {*shelf.limits, *replaced.parts}:
        families.setdefault(replaced.newest(key), set()).add(key)
    found = []
    for newest, family in families.items():
        supplies = [(_supply(shelf, replaced, key, family), key) for key in _limited(shelf, newest, family)]
        if supplies and proposal((most := max(supplies, key=_weight))[0]):
            counted, named = replaced.goes_in(most[1]), _named(shelf, newest, family)
            found.append(_Low(shelf.parts[newest], most[0], counted, named))
    return shelf, found


def _weight(one: tuple[Supply, int]) -> tuple[Decimal, Decimal, int]:
    supply, part_id = one
    return proposal(supply), supply.maximum, part_id


def _shelf(session: Session, dealer_id: int) -> _Shelf:
    """Read the parts that have limits, and the stock of those that are replaced, with what comes and is wanted."""
    on_the_way, written = coming(session, dealer_id), drafted(session, dealer_id)
    expected = {
        key: on_the_way.get(key, NOTHING) + written.get(key, NOTHING) for key in on_the_way.keys() | written.keys()
    }
    wanted = wanted_by_repairs(session, dealer_id)
    rows = session.execute(
        select(Part, StockItem.minimum, StockItem.maximum, StockItem.quantity)
        .join(StockItem, StockItem.part_id == Part.id)
        .where(StockItem.dealer_id == dealer_id, _worth_a_look(wanted))
    ).all()
    return _Shelf(
        {part.id: part for part, *_rest in rows},
        {part.id: (maximum, minimum) for part, minimum, maximum, _there in rows if maximum},
        {part.id: there for part, _minimum, _maximum, there in rows},
        expected, written, wanted,
    )  # fmt: skip


def _worth_a_look(wanted: Collection[int]) -> ColumnElement[bool]:
    """Return the condition under which a part in stock can lead to a proposal.

    That is what lies below its minimum, is wanted by a repair, or is replaced: of all else there is enough.
    What replaces is read with its chain.
    """
    low = or_(StockItem.quantity < StockItem.minimum, StockItem.part_id.in_(wanted), Part.superseded_by.is_not(None))
    return or_(
        and_(StockItem.maximum > 0, low), and_(StockItem.quantity > 0, Part.superseded_by.is_not(None))
    )  # fmt: skip


def _replaced(session: Session, shelf: _Shelf, today: date) -> Replacements:
    """Return the chains of the parts with which the station has to do. Only parts that are replaced begin one."""
    unread = (shelf.coming.keys() | shelf.wanted.keys()) - shelf.parts.keys()
    begin = [part.number for part in shelf.parts.values() if part.superseded_by is not None]
    further = select(Part.number).where(Part.id.in_(unread), Part.superseded_by.is_not(None))
    return replacements(session, [*begin, *session.scalars(further)], today)


def _fill(session: Session, dealer_id: int, shelf: _Shelf, chained: Mapping[int, Part]) -> None:
    """Add the rest of the chains: parts with limits or without, in stock or not."""
    unread = chained.keys() - shelf.parts.keys()
    shelf.parts |= chained
    if unread:
        rest = held(session, dealer_id, unread)
        shelf.there |= {key: row.quantity for key, row in rest.items()}
        shelf.limits |= {key: (row.maximum, row.minimum) for key, row in rest.items() if row.maximum}


def _limited(shelf: _Shelf, newest: int, family: Iterable[int]) -> list[int]:
    """Return the parts of a chain whose limits count: the newest's own, else all that there are."""
    return [newest] if newest in shelf.limits else [part_id for part_id in family if part_id in shelf.limits]


def _supply(shelf: _Shelf, replaced: Replacements, part_id: int, family: Collection[int]) -> Supply:
    """Return how the supply of a part stands: with what may be put in for it, less what repairs take of that.

    A repair that lacks a part takes from what comes for this one, unless nothing of it may be put in there.
    """
    wanted = {key: shelf.wanted[key] for key in family if key in shelf.wanted}
    supplies = {key: shelf.there.get(key, NOTHING) + shelf.coming.get(key, NOTHING) for key in family}
    rest = shortfall(wanted, supplies, {key: replaced.instead.get(key, []) for key in family})
    counted = replaced.goes_in(part_id)
    lacking = sum((short for key, short in rest.short.items() if part_id in replaced.goes_in(key)), NOTHING)
    available = sum((rest.left.get(key, NOTHING) for key in counted), NOTHING) - lacking
    there = sum((shelf.there.get(key, NOTHING) for key in counted), NOTHING)
    expected = sum((shelf.coming.get(key, NOTHING) for key in counted), NOTHING)
    maximum, minimum = shelf.limits[part_id]
    return Supply(minimum, maximum, there, expected, there + expected - available)


def _named(shelf: _Shelf, newest: int, family: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(shelf.parts[key].number for key in family if key != newest and shelf.concerned(key)))
