"""What was ordered for a repair and headquarters will not deliver, as long as the repair lacks it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, case, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from dealers.service.models import PartLine, RepairJob
from parts.catalogue.models import Part
from parts.orders.models import PartOrder, PartOrderLine
from parts.orders.states import LIVE
from parts.stock.models import StockItem, StockMovement
from portal.kernel.db import Exact

AnyRow = Row[*tuple[Any, ...]]
ORDER, LINE = aliased(PartOrder), aliased(PartOrderLine)
ORDERED, SUPPLIED = aliased(Part), aliased(Part)
#: What headquarters refused, closed or credited of a line.
GIVEN_UP = case((ORDER.state == "refused", LINE.quantity), else_=LINE.cancelled)


def undelivered(order_id: Any) -> ColumnElement[bool]:
    """Return whether a repair lacks something that headquarters will not deliver, although it was ordered.

    A part that the repair's lines name is lacking while they ask for more than was issued, lies there or is
    still to come for the repair. One that no line names was wanted by the order alone: it is lacking until as
    much lies there, or something was ordered anew for the repair. Of replacements the nearest counts.
    """
    return exists(_given_up(order_id))


def undelivered_lines(session: Session, order_id: int) -> list[tuple[AnyRow, Decimal]]:
    """Return the lines that `undelivered` speaks of, with how much of each is lacking: the newest first."""
    statement = (
        _given_up(order_id)
        .with_only_columns(
            ORDER.number, ORDER.state, LINE.part_id, ORDERED.number.label("part"), ORDERED.name_zh, ORDERED.name_en,
            ORDERED.unit, SUPPLIED.number.label("supplied"), type_coerce(GIVEN_UP, Exact(2)).label("given_up"),
            type_coerce(_named(), Exact(2)).label("named"), type_coerce(_lacking(), Exact(2)).label("lacking"),
        )
        .order_by(ORDER.id.desc(), LINE.position)
    )  # fmt: skip
    return _shared_out(session.execute(statement))


def _shared_out(rows: Iterable[AnyRow]) -> list[tuple[AnyRow, Decimal]]:
    """Hold what the repair lacks of a part against the lines: what was ordered anew and refused counts once."""
    left: dict[int, Decimal] = {}
    found = []
    for row in rows:
        quantity = min(row.given_up, left.get(row.part_id, row.lacking)) if row.named else row.given_up
        left[row.part_id] = left.get(row.part_id, row.lacking) - quantity
        if quantity > 0:
            found.append((row, quantity))
    return found


def _given_up(order_id: Any) -> Select[Any]:
    later = aliased(PartOrder)
    anew = exists().where(
        later.repair_order_id == ORDER.repair_order_id, later.id > ORDER.id, later.state.in_(LIVE)
    )  # fmt: skip
    lacking = case((_named() > 0, _lacking() > 0), else_=and_(~anew, _there() < GIVEN_UP))
    statement = (
        select(LINE.id)
        .join(ORDER, ORDER.id == LINE.order_id)
        .join(ORDERED, ORDERED.id == LINE.part_id)
        .outerjoin(SUPPLIED, SUPPLIED.id == LINE.supplied_id)
        .where(ORDER.repair_order_id == order_id, ORDER.state.in_((*LIVE, "refused")), GIVEN_UP > 0, lacking)
    )
    return cast("Select[Any]", statement)


def _lacking() -> ColumnElement[Decimal]:
    """Return what the repair's lines ask for and neither got, nor lies there, nor is to come for the repair."""
    return cast("ColumnElement[Decimal]", _named() - _issued() - _there() - _coming())


def _kin(part: Any) -> ColumnElement[bool]:
    """Return whether a part is what was ordered, comes instead, or is the next before or after it."""
    return or_(_goes_in(part), part.superseded_by == ORDERED.number)


def _goes_in(part: Any) -> ColumnElement[bool]:
    return or_(part.id == LINE.part_id, part.id == LINE.supplied_id, part.number == ORDERED.superseded_by)


def _on_lines(part: Any) -> Select[Any]:
    """Select from the lines of the repair that name a part."""
    return (
        select(PartLine.id)
        .join(RepairJob, RepairJob.id == PartLine.job_id)
        .where(RepairJob.order_id == ORDER.repair_order_id, PartLine.part_number == part.number)
        .correlate(ORDER, part)
    )


def _named() -> ScalarSelect[Any]:
    part = aliased(Part)
    statement = (
        select(PartLine.quantity)
        .join(RepairJob, RepairJob.id == PartLine.job_id)
        .join(part, part.number == PartLine.part_number)
        .where(RepairJob.order_id == ORDER.repair_order_id, _kin(part))
    )
    return _sum(statement, PartLine.quantity)


def _issued() -> ScalarSelect[Any]:
    part = aliased(Part)
    statement = (
        select(StockMovement.id)
        .join(part, part.id == StockMovement.part_id)
        .where(StockMovement.order_id == ORDER.repair_order_id, _kin(part))
    )
    return _sum(statement, -StockMovement.quantity)


def _there() -> ScalarSelect[Any]:
    """Return what lies at the station: of an older part only where the repair's lines name it."""
    part = aliased(Part)
    goes_in = or_(_goes_in(part), and_(part.superseded_by == ORDERED.number, exists(_on_lines(part))))
    statement = (
        select(StockItem.id)
        .join(part, part.id == StockItem.part_id)
        .where(StockItem.dealer_id == ORDER.dealer_id, goes_in)
    )
    return _sum(statement, StockItem.quantity)


def _coming() -> ScalarSelect[Any]:
    part, order, line = aliased(Part), aliased(PartOrder), aliased(PartOrderLine)
    statement = (
        select(line.id)
        .join(order, order.id == line.order_id)
        .join(part, part.id == func.coalesce(line.supplied_id, line.part_id))
        .where(order.repair_order_id == ORDER.repair_order_id, order.state.in_(LIVE), _kin(part))
    )
    return _sum(statement, line.quantity - line.received - line.cancelled)


def _sum(statement: Select[Any], column: Any) -> ScalarSelect[Any]:
    summed = func.coalesce(func.sum(column), 0)
    return statement.with_only_columns(summed).correlate(ORDER, LINE, ORDERED).scalar_subquery()
