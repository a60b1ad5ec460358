"""Labour operations, as the counter looks them up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation

#: Choices offered when several operations fit what was typed.
OFFERED = 8


@dataclass(frozen=True)
class Operation:
    """A labour operation as offered for a car."""

    code: str
    name_zh: str
    name_en: str
    initials: str
    hours: Decimal
    component: str


def operation(session: Session, code: str, model_id: int) -> Operation | None:
    """Return the operation with this code for a model: its own before the general one."""
    rows = _operations(session, LabourOperation.code == code.strip().upper(), model_id, 2)
    return rows[0] if rows else None


def find_operations(session: Session, text: str, model_id: int, limit: int = OFFERED) -> list[Operation]:
    """Find operations for a model by the beginning of a code, a piece of a name, or initials."""
    key = text.strip()
    if not key:
        return []
    fits = or_(
        LabourOperation.code.istartswith(key, autoescape=True),
        LabourOperation.initials.istartswith(key, autoescape=True),
        LabourOperation.name_zh.contains(key, autoescape=True),
        LabourOperation.name_en.icontains(key, autoescape=True),
    )
    return _operations(session, fits, model_id, limit)


def _operations(session: Session, condition: ColumnElement[bool], model_id: int, limit: int) -> list[Operation]:
    own_or_general = or_(LabourOperation.model_id == model_id, LabourOperation.model_id.is_(None))
    rows = session.scalars(
        select(LabourOperation)
        .where(condition, own_or_general)
        .order_by(LabourOperation.code, LabourOperation.model_id.is_(None))
        .limit(limit * 2)  # a code may come twice: the model's own and the general one
    )
    offered: dict[str, Operation] = {}
    for row in rows:
        offered.setdefault(
            row.code, Operation(row.code, row.name_zh, row.name_en, row.initials, row.hours, row.component)
        )
    return list(offered.values())[:limit]
