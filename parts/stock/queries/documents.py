"""Documents of stock, whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from parts.catalogue.models import Part
from parts.stock.models import StockDocument, StockMovement
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class DocumentPage:
    """A document with its movements, and the repair order it is about, if any."""

    document: StockDocument
    dealer: Dealer
    movements: list[AnyRow]
    order_number: str | None


def document_page(session: Session, number: str) -> DocumentPage:
    """Return a document by its number, in the session's scope; else `NotFoundError`."""
    found = session.execute(
        select(StockDocument, Dealer, RepairOrder.number)
        .join(Dealer, Dealer.id == StockDocument.dealer_id)
        .outerjoin(RepairOrder, RepairOrder.id == StockDocument.order_id)
        .where(StockDocument.number == number)
    ).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    document, dealer, order_number = found
    movements = session.execute(
        select(
            Part.number, Part.name_zh, Part.name_en, Part.unit, StockMovement.bin, StockMovement.quantity,
            StockMovement.value, StockMovement.quantity_after, RepairJob.position.label("job"),
        )
        .join(Part, Part.id == StockMovement.part_id)
        .outerjoin(RepairJob, RepairJob.id == StockMovement.job_id)
        .where(StockMovement.document_id == document.id)
        .order_by(StockMovement.position)
    )  # fmt: skip
    return DocumentPage(document, dealer, list(movements), order_number)
