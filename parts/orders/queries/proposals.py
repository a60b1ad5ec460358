"""What a station should order by its minimums and maximums: by the number that headquarters supplies today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.chains import Replacements, replacements
from parts.orders.queries.supply import coming
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

    ``replaces`` are the old numbers that the station has to do with, and that this one is ordered for.
    """

    part: Part
    supply: Supply
    quantity: Decimal
    price: Decimal | None
    replaces: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What it would cost, in yuan before tax."""
        return line_amount(self.quantity, self.price) if self.price is not None else ZERO


@dataclass
class _Shelf:
    """What a station has of parts, expects and needs, by the parts' ids."""

    parts: dict[int, Part]
    limits: dict[int, tuple[Decimal, Decimal]]  # maximum, minimum
    there: dict[int, Decimal]
    coming: Mapping[int, Decimal]
    wanted: Mapping[int, Decimal]

    def concerned(self, part_id: int) -> bool:
        """Tell whether the station has to do with a part."""
        return part_id in self.limits or any(
            figures.get(part_id, NOTHING) for figures in (self.there, self.coming, self.wanted)
        )


def proposals(session: Session, dealer_id: int, today: date) -> list[Proposal]:
    """Return what a station should order by its minimums and maximums, in the order of the parts' numbers.

    What is coming and what open repairs need are reckoned in, so that nothing is ordered twice. Parts of a
    chain count together, as far as they go in for each other, and the newest of it is what is ordered.
    """
    shelf = _shelf(session, dealer_id)
    replaced = _replaced(session, shelf, today)
    families: dict[int, set[int]] = {}
    for key in {*shelf.limits, *replaced.parts}:
        families.setdefault(replaced.newest(key), set()).add(key)
    _fill(session, dealer_id, shelf, replaced.parts)
    found = []
    for newest, family in families.items():
        supplies = [_supply(shelf, replaced, part_id, family) for part_id in _limited(shelf, newest, family)]
        if supplies and (quantity := proposal(most := max(supplies, key=_weight))):
            found.append((shelf.parts[newest], most, quantity, _named(shelf, newest, family)))
    prices = dealer_prices(session, [part.id for part, *_rest in found], today)
    return sorted(
        (Proposal(part, supply, quantity, prices.get(part.id), old) for part, supply, quantity, old in found),
        key=lambda one: one.part.number,
    )


def _weight(supply: Supply) -> tuple[Decimal, Decimal]:
    return proposal(supply), supply.maximum


def _shelf(session: Session, dealer_id: int) -> _Shelf:
    """Read the parts that have limits, and the stock of those that are replaced, with what comes and is wanted."""
    rows = session.execute(
        select(Part, StockItem.minimum, StockItem.maximum, StockItem.quantity)
        .join(StockItem, StockItem.part_id == Part.id)
        .where(
            StockItem.dealer_id == dealer_id,
            or_(StockItem.maximum > 0, and_(StockItem.quantity > 0, Part.superseded_by.is_not(None))),
        )
    ).all()
    return _Shelf(
        {part.id: part for part, *_rest in rows},
        {part.id: (maximum, minimum) for part, minimum, maximum, _there in rows if maximum},
        {part.id: there for part, _minimum, _maximum, there in rows},
        coming(session, dealer_id), wanted_by_repairs(session, dealer_id),
    )  # fmt: skip


def _replaced(session: Session, shelf: _Shelf, today: date) -> Replacements:
    """Return the chains of the parts with which the station has to do. Only parts that are replaced begin one."""
    unread = (shelf.coming.keys() | shelf.wanted.keys()) - shelf.parts.keys()
    begin = [part.number for part in shelf.parts.values() if part.superseded_by is not None]
    further = select(Part.number).where(Part.id.in_(unread), Part.superseded_by.is_not(None))
    return replacements(session, [*begin, *session.scalars(further)], today)


def _fill(session: Session, dealer_id: int, shelf: _Shelf, chained: Mapping[int, Part]) -> None:
    """Add the rest of the chains: parts without limits, in stock or not."""
    unread = chained.keys() - shelf.parts.keys()
    shelf.parts |= chained
    if unread:
        shelf.there |= {key: row.quantity for key, row in held(session, dealer_id, unread).items()}


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
