"""The list of parts to issue: to open repairs, and to completed ones that used them up unwritten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.service.words import STATES
from parts.catalogue.models import Part
from parts.stock.lists.common import NONE, VIEW, typed
from parts.stock.models import StockDocument, StockItem, StockMovement
from portal.kernel.access import Actor
from portal.kernel.db import Exact, UtcDateTime
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec

#: A completed repair used up what lay there: it is in the books, and was before the repair was completed. What
#: the station never had, or got later, came from elsewhere.
_IN_BOOKS = exists(
    select(StockMovement.id)
    .join(StockItem, StockItem.id == StockMovement.item_id)
    .join(Part, Part.id == StockItem.part_id)
    .join(StockDocument, StockDocument.id == StockMovement.document_id)
    .where(Part.number == PartLine.part_number, StockItem.dealer_id == RepairOrder.dealer_id, StockItem.quantity > 0,
           StockDocument.posted_at <= RepairOrder.completed_at)
    .correlate(PartLine, RepairOrder)
)  # fmt: skip
#: Days after its reception in which a completed repair is asked for what was not issued: older books are put right by a
#: stock-take, and a list of work does not read the history of years.
DAYS = 60


def _lately() -> Any:
    """Return since when, asked whenever the statement runs."""
    return bindparam("lately", callable_=_since, type_=UtcDateTime())


def _since() -> datetime:
    return cast("datetime", current_app.config["CLOCK"]()) - timedelta(days=DAYS)


#: What the lines of these orders need, a row for a part of a job.
_NEEDS = (
    select(
        func.min(PartLine.id).label("id"), PartLine.job_id, PartLine.part_number.label("number"),
        func.min(PartLine.name).label("name"), func.min(PartLine.unit).label("unit"),
        func.sum(PartLine.quantity).label("needed"),
    )
    .join(RepairJob, RepairJob.id == PartLine.job_id)
    .join(RepairOrder, RepairOrder.id == RepairJob.order_id)
    .where(
        or_(
            RepairOrder.state == "open",
            and_(RepairOrder.state == "completed", RepairOrder.received_at >= _lately(), _IN_BOOKS),
        )
    )
    .group_by(PartLine.job_id, PartLine.part_number)
    .subquery()
)  # fmt: skip
_ISSUED = func.coalesce(
    select(func.sum(-StockMovement.quantity))
    .where(StockMovement.order_id == RepairOrder.id, StockMovement.job_id == _NEEDS.c.job_id,
           StockMovement.part_id == Part.id)
    .correlate(RepairOrder, Part, _NEEDS).scalar_subquery(),
    NONE,
)  # fmt: skip
_THERE = func.coalesce(
    select(StockItem.quantity)
    .where(StockItem.dealer_id == RepairOrder.dealer_id, StockItem.part_id == Part.id)
    .correlate(RepairOrder, Part).scalar_subquery(),
    NONE,
)  # fmt: skip


def _to_issue() -> Select[Any]:
    return typed(
        select(
            _NEEDS.c.id, RepairOrder.number.label("key"), RepairOrder.number.label("order"), RepairOrder.plate,
            RepairOrder.state, RepairOrder.received_at, RepairOrder.advisor_name,
            _NEEDS.c.number, _NEEDS.c.name, _NEEDS.c.unit,
            type_coerce(_NEEDS.c.needed - _ISSUED, Exact(2)).label("open"),
            type_coerce(_THERE, Exact(2)).label("there"),
            (_NEEDS.c.needed - _ISSUED <= _THERE).label("enough"),
        )
        .join(RepairJob, RepairJob.id == _NEEDS.c.job_id)
        .join(RepairOrder, RepairOrder.id == RepairJob.order_id)
        .join(Part, Part.number == _NEEDS.c.number)
        .where(_NEEDS.c.needed > _ISSUED)
    )  # fmt: skip


def _order(statement: Select[Any], text: str) -> Select[Any]:
    key = text.strip().upper()
    return statement.where(
        or_(RepairOrder.number.startswith(key, autoescape=True), RepairOrder.plate == key, _NEEDS.c.number == key)
    )


def _state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(RepairOrder.state == value)


def _enough(statement: Select[Any], value: str) -> Select[Any]:
    condition = _NEEDS.c.needed - _ISSUED <= _THERE
    return statement.where(condition if value == "yes" else ~condition)


TO_ISSUE = ListSpec(
    key="parts_to_issue",
    title=N_("Parts to issue"),
    permission=VIEW,
    statement=_to_issue,
    identity=_NEEDS.c.id,
    columns=(
        Column("order", N_("Repair order"), "code", link=True),
        Column("plate", N_("Plate"), "code"),
        Column("state", N_("State"), "state", words=STATES),
        Column("received_at", N_("Received"), "moment"),
        Column("advisor_name", N_("Advisor"), default=False),
        Column("number", N_("Part number"), "code"),
        Column("name", N_("Name")),
        Column("open", N_("To issue"), "num"),
        Column("there", N_("In stock"), "num"),
        Column("unit", N_("Unit"), "unit"),
        Column("enough", N_("Enough in stock"), "flag"),
    ),
    sorts={"received_at": RepairOrder.received_at, "order": RepairOrder.number},
    default_sort="received_at",
    endpoint="stock.to_issue",
    row_endpoint="stock.issue",
    filters=(
        Filter("q", N_("Order, plate or part number"), _order),
        Filter("enough", N_("In stock"), _enough, "choice", {"yes": N_("Enough in stock"), "no": N_("Not enough")}),
        Filter("state", N_("State"), _state, "choice", {key: STATES[key] for key in ("open", "completed")}),
    ),
    empty=N_("No repair waits for a part from stock, and what completed ones used is issued."),
)


def to_issue_count(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the parts that repairs wait for, or used up, and that lie in stock."""
    rows = _enough(_to_issue(), "yes").with_only_columns(_NEEDS.c.id, maintain_column_froms=True).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0
