"""Rows of any table, filled by its columns: for tests that must go through every table there is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, UniqueConstraint, func, select
from sqlalchemy.orm import Session

from portal.kernel.db import Base, Fen, UtcDateTime
from portal.kernel.money import ZERO

Model = TypeVar("Model")

DAY = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 2, tzinfo=UTC)
PLAIN: dict[type, Any] = {
    int: 1,
    bool: False,
    Decimal: Decimal(1),
    date: DAY,
}


def models() -> list[type[Any]]:
    """List every mapped class, parents before children."""
    by_table = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    return [by_table[table] for table in Base.metadata.sorted_tables]


def fill(session: Session, model: type[Model], **given: Any) -> Model:
    """Store a row of a table; what is required and not given is made up, parents included."""
    values = dict(given)
    table = Base.metadata.tables[model.__tablename__]  # type: ignore[attr-defined]
    number = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    for column in table.columns:
        if column.key in values or column.nullable or column.primary_key or column.default is not None:
            continue
        if column.key in {"state", "row_version"} and hasattr(model, "__machine__"):
            continue
        if isinstance(column.type, JSON):
            values[column.key] = [] if "list" in str(model.__annotations__.get(column.key)) else {}
        else:
            values[column.key] = _value(session, column, number, given)
    row = model(**values)
    session.add(row)
    session.flush()
    return row


def _taken(session: Session, column: Column[Any], value: Any) -> bool:
    """Tell whether a column that has to be unique holds the value already."""
    unique = any(index.unique and list(index.columns) == [column] for index in column.table.indexes)
    return unique and session.scalar(select(column).where(column == value)) is not None


def _once_a_dealer(column: Column[Any]) -> bool:
    """Tell whether a dealer has one row for each value of a column."""
    rules = (rule for rule in column.table.constraints if isinstance(rule, UniqueConstraint))
    return any({one.name for one in rule.columns} == {"dealer_id", column.name} for rule in rules)


def _value(session: Session, column: Column[Any], number: int, given: dict[str, Any]) -> Any:
    for key in column.foreign_keys:
        parent = next(model for model in models() if model.__tablename__ == key.column.table.name)
        known = session.scalar(select(func.max(key.column)))
        shared = {name: given[name] for name in ("dealer_id",) if name in given and hasattr(parent, name)}
        if known is not None and (_once_a_dealer(column) or _taken(session, column, known)):
            known = None
        return known if known is not None and not shared else fill(session, parent, **shared).id
    if isinstance(column.type, UtcDateTime):
        return MOMENT
    if isinstance(column.type, Fen):
        return ZERO  # so that sums agree
    kind = column.type.python_type
    if kind is str:
        return f"{column.name}{number}"[-(getattr(column.type, "length", None) or 32) :]
    return PLAIN[kind]
