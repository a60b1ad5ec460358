"""What repairs need from stock, and what they were given: read from the orders' lines and the movements.

A need is a part of a job. Nothing of it is kept: an order's lines say what it needs, its movements what
it got, so a line that is changed or removed shows at once as more to issue, or as something to take back.
A completed repair used up what its lines name: what it was not issued still stands in the books.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, select, union_all
from sqlalchemy.orm import Session

from dealers.service.models import PartLine, RepairJob, RepairOrder
from parts.catalogue.models import Part
from parts.stock.models import StockItem, StockMovement
from parts.stock.queries.items import bins_by_part
from parts.stock.rules import NOTHING, Balance
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Need:
    """A part of a job: how much its lines say, and what it was given, with its worth.

    ``part_id`` is None where the catalogue has no such part; ``job_id`` where the job was removed.
    """

    job_id: int | None
    job: int | None
    part_id: int | None
    number: str
    name: str
    unit: str
    needed: Decimal
    issued: Decimal = NOTHING
    worth: Decimal = ZERO
    bins: tuple[AnyRow, ...] = ()
    special: bool = False

    @property
    def key(self) -> str:
        """What its fields on a page are called by."""
        return f"{self.job_id or 0}-{self.part_id or 0}"

    @property
    def open(self) -> Decimal:
        """What is still to be issued."""
        return max(self.needed - self.issued, NOTHING)

    @property
    def surplus(self) -> Decimal:
        """What was issued and is on no line any more: to be taken back."""
        return max(self.issued - self.needed, NOTHING)

    @property
    def there(self) -> Decimal:
        """What the dealer has of it."""
        return sum((row.quantity for row in self.bins), NOTHING)

    @property
    def given(self) -> Balance:
        """What was issued, with its worth: returns take their share of it."""
        return Balance(self.issued, self.worth)


@dataclass(frozen=True)
class OrderNeeds:
    """A repair order with what it needs and got."""

    order: AnyRow
    needs: list[Need]

    @property
    def left_in_books(self) -> list[Need]:
        """What its lines name and stock never gave although it is there; once completed, that is wrong."""
        return [need for need in self.needs if need.open and need.there]


def order_needs(session: Session, number: str) -> OrderNeeds:
    """Return a repair order's needs, in the session's scope; else `NotFoundError`. A cancelled one needs nothing."""
    order = session.execute(
        select(
            RepairOrder.id, RepairOrder.number, RepairOrder.dealer_id, RepairOrder.state, RepairOrder.plate,
            RepairOrder.vin, RepairOrder.received_at, RepairOrder.completed_at, RepairOrder.advisor_name,
            RepairOrder.promised_at, RepairOrder.special_transport_hours,
        ).where(RepairOrder.number == number)
    ).first()  # fmt: skip
    if order is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return OrderNeeds(order, needs_of(session, order))


def needs_of(session: Session, order: AnyRow) -> list[Need]:
    """Return the needs of an order, by job and part, with the bins in which the dealer has them."""
    lines = {(row.job_id, row.number): row for row in session.execute(_lines(order.id))}
    issued = {(row.job_id, row.number): row for row in session.execute(_issued(order.id))}
    parts = {row.part_id for row in (*lines.values(), *issued.values()) if row.part_id is not None}
    bins = bins_by_part(session, order.dealer_id, parts) if parts else {}
    wanted = order.state != "cancelled"
    return [
        _need(lines.get(place), issued.get(place), bins, wanted=wanted)
        for place in sorted({*lines, *issued}, key=lambda key: (key[0] is None, key[0] or 0, key[1]))
    ]


def _need(line: AnyRow | None, issued: AnyRow | None, bins: dict[int, list[AnyRow]], *, wanted: bool) -> Need:
    row: Any = line if line is not None else issued
    return Need(
        row.job_id, row.job, row.part_id, row.number, row.name, row.unit,
        line.quantity if line is not None and wanted else NOTHING,
        issued.quantity if issued is not None else NOTHING, issued.value if issued is not None else ZERO,
        tuple(bins.get(row.part_id, ())), bool(row.special),
    )  # fmt: skip


def _lines(order_id: int) -> Any:
    return (
        select(
            PartLine.job_id, RepairJob.position.label("job"), Part.id.label("part_id"),
            PartLine.part_number.label("number"), func.min(PartLine.name).label("name"),
            func.min(PartLine.unit).label("unit"), func.sum(PartLine.quantity).label("quantity"), Part.special,
        )
        .join(RepairJob, RepairJob.id == PartLine.job_id)
        .outerjoin(Part, Part.number == PartLine.part_number)
        .where(RepairJob.order_id == order_id)
        .group_by(PartLine.job_id, RepairJob.position, Part.id, Part.special, PartLine.part_number)
    )  # fmt: skip


def _issued(order_id: int) -> Any:
    return (
        select(
            StockMovement.job_id, RepairJob.position.label("job"), StockMovement.part_id, Part.number,
            Part.name_zh.label("name"), Part.unit, Part.special, func.sum(-StockMovement.quantity).label("quantity"),
            func.sum(-StockMovement.value).label("value"),
        )
        .join(Part, Part.id == StockMovement.part_id)
        .outerjoin(RepairJob, RepairJob.id == StockMovement.job_id)
        .where(StockMovement.order_id == order_id)
        .group_by(
            StockMovement.job_id, RepairJob.position, StockMovement.part_id, Part.number, Part.name_zh, Part.unit,
            Part.special,
        )
        .having(func.sum(StockMovement.quantity) != 0)
    )  # fmt: skip


def wanted_by_repairs(session: Session, dealer_id: int, parts: Collection[int] | None = None) -> dict[int, Decimal]:
    """Return what open repairs of a dealer still need of parts, by the part's id.

    Each need counts alone, by job and part: what one repair got too much of serves no other, its job has it.
    """
    needed = (
        select(PartLine.job_id.label("job_id"), Part.id.label("part_id"), PartLine.quantity.label("quantity"))
        .join(Part, Part.number == PartLine.part_number)
        .join(RepairJob, RepairJob.id == PartLine.job_id)
        .join(RepairOrder, RepairOrder.id == RepairJob.order_id)
        .where(RepairOrder.state == "open", RepairOrder.dealer_id == dealer_id)
    )
    got = (  # what went out stands with a minus; where the job was removed nothing is needed
        select(StockMovement.job_id, StockMovement.part_id, StockMovement.quantity)
        .join(RepairOrder, RepairOrder.id == StockMovement.order_id)
        .where(RepairOrder.state == "open", RepairOrder.dealer_id == dealer_id, StockMovement.job_id.is_not(None))
    )
    if parts is not None:
        needed, got = needed.where(Part.id.in_(parts)), got.where(StockMovement.part_id.in_(parts))
    both = union_all(needed, got).subquery()
    open_ = (
        select(both.c.part_id, func.sum(both.c.quantity).label("quantity"))
        .group_by(both.c.job_id, both.c.part_id)
        .having(func.sum(both.c.quantity) > NOTHING)
        .subquery()
    )
    rows = session.execute(select(open_.c.part_id, func.sum(open_.c.quantity)).group_by(open_.c.part_id))
    return {row[0]: row[1] for row in rows}


def below_minimum() -> Any:
    """Return the condition on `StockItem` under which a part lies below its minimum on the shelf."""
    return (StockItem.maximum > 0) & (StockItem.quantity < StockItem.minimum)
