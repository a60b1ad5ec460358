"""Whether the balances that are kept equal what the movements say: asked of the database, set by set."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.models import StockBin, StockItem, StockMovement
from portal.kernel.db import Exact, Fen
from portal.kernel.money import ZERO

_NONE, _FREE = literal(Decimal(0), Exact(2)), literal(ZERO, Fen())


@dataclass(frozen=True)
class Difference:
    """A balance that is not what its movements say. ``bin`` is None for a part over all bins."""

    dealer: str
    part: str
    bin: str | None
    kept: Decimal
    moved: Decimal
    kept_value: Decimal = ZERO
    moved_value: Decimal = ZERO


def differences(session: Session) -> list[Difference]:
    """Return every balance that differs from its movements, in the session's scope; empty when all is well.

    A bin is compared with its movements, a part with its own and with the value, and a movement's own
    note of what was there afterwards with what it must have been.
    """
    return [Difference(*row) for row in (*session.execute(_items()), *session.execute(_bins()))]


def _items() -> Select[Any]:
    moved = (
        select(
            StockMovement.item_id, func.sum(StockMovement.quantity).label("quantity"),
            func.sum(StockMovement.value).label("value"), func.max(StockMovement.id).label("last"),
        ).group_by(StockMovement.item_id).subquery()
    )  # fmt: skip
    last = select(StockMovement.id, StockMovement.quantity_after, StockMovement.value_after).subquery()
    quantity, value = func.coalesce(moved.c.quantity, _NONE), func.coalesce(moved.c.value, _FREE)
    return cast(
        "Select[Any]",
        select(Dealer.code, Part.number, literal(None), StockItem.quantity, quantity, StockItem.value, value)
        .join(Dealer, Dealer.id == StockItem.dealer_id)
        .join(Part, Part.id == StockItem.part_id)
        .outerjoin(moved, moved.c.item_id == StockItem.id)
        .outerjoin(last, last.c.id == moved.c.last)
        .where(
            or_(
                StockItem.quantity != quantity, StockItem.value != value,
                last.c.quantity_after != StockItem.quantity, last.c.value_after != StockItem.value,
            )
        )
        .order_by(StockItem.id),
    )  # fmt: skip


def _bins() -> Select[Any]:
    moved = (
        select(StockMovement.item_id, StockMovement.bin, func.sum(StockMovement.quantity).label("quantity"))
        .group_by(StockMovement.item_id, StockMovement.bin)
        .subquery()
    )
    kept = select(StockBin.item_id, StockBin.bin, StockBin.quantity).subquery()
    both = kept.join(moved, (moved.c.item_id == kept.c.item_id) & (moved.c.bin == kept.c.bin), full=True)
    item = func.coalesce(kept.c.item_id, moved.c.item_id)
    there, said = func.coalesce(kept.c.quantity, _NONE), func.coalesce(moved.c.quantity, _NONE)
    return cast(
        "Select[Any]",
        select(Dealer.code, Part.number, func.coalesce(kept.c.bin, moved.c.bin), there, said)
        .select_from(both)
        .join(StockItem, StockItem.id == item)
        .join(Dealer, Dealer.id == StockItem.dealer_id)
        .join(Part, Part.id == StockItem.part_id)
        .where(there != said)
        .order_by(StockItem.id),
    )
