"""Parts in stock: one part at a dealer with its bins and movements, and what can be had of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from parts.catalogue.models import Part
from parts.stock.models import StockBin, StockDocument, StockItem, StockMovement, StockTransfer, StockTransferLine
from parts.stock.rules import NOTHING, Balance
from portal.kernel.db import Exact
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_

AnyRow = Row[*tuple[Any, ...]]
#: Movements that a part's page shows; the list of documents has them all.
LATEST = 50
UNKNOWN = N_("This part is not in the catalogue.")


@dataclass(frozen=True)
class ItemPage:
    """A part at a dealer. ``item`` is None where the dealer never had it; ``sent`` is on its way to others."""

    part: Part
    dealer: Dealer
    item: StockItem | None
    bins: list[AnyRow]
    movements: list[AnyRow]
    sent: Decimal

    @property
    def balance(self) -> Balance:
        """What is there, and its worth."""
        return Balance(self.item.quantity, self.item.value) if self.item else Balance()


def part_by_number(session: Session, number: str) -> Part:
    """Return a part of the catalogue; `NotFoundError` where it has none."""
    found = session.scalars(select(Part).where(Part.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(UNKNOWN))
    return found


def item_page(session: Session, number: str, dealer_id: int) -> ItemPage:
    """Return a part at a dealer, within the session's scope."""
    part, dealer = part_by_number(session, number), session.get(Dealer, dealer_id)
    if dealer is None:
        raise NotFoundError(Fault(UNKNOWN))
    item = session.scalars(
        select(StockItem).where(StockItem.dealer_id == dealer_id, StockItem.part_id == part.id)
    ).first()
    left = type_coerce(StockTransferLine.quantity - func.coalesce(StockTransferLine.received, 0), Exact(2))
    sent = session.scalar(
        select(func.sum(left))
        .join(StockTransfer, StockTransfer.id == StockTransferLine.transfer_id)
        .where(StockTransfer.sender_id == dealer_id, StockTransfer.state.in_(("sent", "short")),
               StockTransferLine.part_id == part.id)
    )  # fmt: skip
    if item is None:
        return ItemPage(part, dealer, None, [], [], sent or NOTHING)
    return ItemPage(part, dealer, item, bins_of(session, [item.id]), movements_of(session, item.id), sent or NOTHING)


def bins_of(session: Session, items: Collection[int]) -> list[AnyRow]:
    """Return the bins in which something lies, by item and bin."""
    statement = (
        select(StockBin.item_id, StockBin.bin, StockBin.quantity)
        .where(StockBin.item_id.in_(items), StockBin.quantity > 0)
        .order_by(StockBin.item_id, StockBin.bin)
    )
    return list(session.execute(statement))


def movements_of(session: Session, item_id: int, most: int = LATEST) -> list[AnyRow]:
    """Return the latest movements of a part, the newest first, each with its document."""
    statement = (
        select(
            StockDocument.number, StockDocument.kind, StockDocument.reason_code, StockDocument.reason,
            StockDocument.posted_at, StockDocument.posted_by, StockDocument.reference, StockMovement.bin,
            StockMovement.quantity, StockMovement.value, StockMovement.quantity_after, StockMovement.value_after,
            RepairOrder.number.label("order_number"),
        )
        .join(StockDocument, StockDocument.id == StockMovement.document_id)
        .outerjoin(RepairOrder, RepairOrder.id == StockMovement.order_id)
        .where(StockMovement.item_id == item_id)
        .order_by(StockMovement.id.desc())
        .limit(most)
    )  # fmt: skip
    return list(session.execute(statement))


def held(session: Session, dealer_id: int, parts: Collection[int]) -> dict[int, AnyRow]:
    """Return what a dealer has of parts: quantity, home bin, by the part's id."""
    statement = select(
        StockItem.id, StockItem.part_id, StockItem.quantity, StockItem.value, StockItem.home_bin,
        StockItem.minimum, StockItem.maximum,
    ).where(StockItem.dealer_id == dealer_id, StockItem.part_id.in_(parts))  # fmt: skip
    return {row.part_id: row for row in session.execute(statement)}


def bins_by_part(session: Session, dealer_id: int, parts: Collection[int]) -> dict[int, list[AnyRow]]:
    """Return the bins in which parts lie at a dealer, the fullest first, by the part's id."""
    statement = (
        select(StockItem.part_id, StockBin.bin, StockBin.quantity)
        .join(StockItem, StockItem.id == StockBin.item_id)
        .where(StockItem.dealer_id == dealer_id, StockItem.part_id.in_(parts), StockBin.quantity > 0)
        .order_by(StockBin.quantity.desc(), StockBin.bin)
    )
    found: dict[int, list[AnyRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.part_id, []).append(row)
    return found
