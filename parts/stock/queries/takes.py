"""Stock-take sheets, whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.models import StockBin, StockDocument, StockItem, StockTake, StockTakeLine
from portal.kernel.db import Exact
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class TakePage:
    """A sheet with its lines; ``document`` posted its differences, if there were any.

    ``goes_on``: more lies in its bins behind its last line, for a sheet of its own.
    """

    take: StockTake
    dealer: Dealer
    lines: list[AnyRow]
    document: str | None
    steps: list[StateChange]
    goes_on: bool

    @property
    def counted(self) -> int:
        """How many of the lines are counted."""
        return sum(line.counted is not None for line in self.lines)

    @property
    def differing(self) -> int:
        """How many of the counted lines differ from the books."""
        return sum(bool(line.difference) for line in self.lines)


def find_take(session: Session, number: str) -> StockTake:
    """Return a sheet by its number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(StockTake).where(StockTake.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def take_page(session: Session, number: str) -> TakePage:
    """Return a sheet whole, its lines in the order of the bins."""
    take = find_take(session, number)
    document = session.scalar(
        select(StockDocument.number).where(StockDocument.dealer_id == take.dealer_id, StockDocument.kind == "adjust",
                                           StockDocument.reference == take.number)
    )  # fmt: skip
    return TakePage(
        take, session.get_one(Dealer, take.dealer_id), take_lines(session, take.id), document, history(session, take),
        bool(to_count(session, take.dealer_id, take.bins, 1, take.id)),
    )  # fmt: skip


def take_lines(session: Session, take_id: int) -> list[AnyRow]:
    """Return the lines of a sheet; ``difference`` is None until the line is counted."""
    statement = (
        select(
            StockTakeLine.id, StockTakeLine.position, StockTakeLine.part_id, StockTakeLine.bin, StockTakeLine.book,
            StockTakeLine.counted,
            type_coerce(StockTakeLine.counted - StockTakeLine.book, Exact(2)).label("difference"),
            Part.number, Part.name_zh, Part.name_en, Part.unit,
        )
        .join(Part, Part.id == StockTakeLine.part_id)
        .where(StockTakeLine.take_id == take_id)
        .order_by(StockTakeLine.position)
    )  # fmt: skip
    return list(session.execute(statement))


def to_count(
    session: Session, dealer_id: int, bins: str, most: int, behind: int | None = None
) -> list[tuple[int, str, Decimal]]:
    """Return what lies in the bins that begin so: part, bin, quantity, in the order of a sheet, ``most`` at most.

    ``behind`` is the key of an earlier sheet: what stands on it or before its last line is left out.
    """
    statement = (
        select(StockItem.part_id, StockBin.bin, StockBin.quantity)
        .join(StockItem, StockItem.id == StockBin.item_id)
        .where(StockItem.dealer_id == dealer_id, StockBin.quantity > 0)
        .order_by(StockBin.bin, StockItem.part_id)
        .limit(most)
    )
    if bins:
        statement = statement.where(StockBin.bin.startswith(bins, autoescape=True))
    if behind is not None:
        line = StockTakeLine
        last = session.execute(
            select(line.bin, line.part_id).where(line.take_id == behind, line.book > 0)
            .order_by(line.bin.desc(), line.part_id.desc()).limit(1)
        ).one()  # fmt: skip
        later = and_(StockBin.bin == last.bin, StockItem.part_id > last.part_id)
        statement = statement.where(or_(StockBin.bin > last.bin, later))
    return [(row.part_id, row.bin, row.quantity) for row in session.execute(statement)]


def open_takes(session: Session) -> int:
    """Count the sheets that are being counted, in the session's scope."""
    return session.scalar(select(func.count()).select_from(StockTake).where(StockTake.state == "counting")) or 0
