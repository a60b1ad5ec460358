"""Reads of what is overdue, and what it will cost: no more than is left of what the claims were paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.models import OldPart, ReturnNotice
from parts.returns.ports import deductions
from parts.returns.rules.inspection import digest, shared_out
from parts.returns.states import WITH_DEALER
from portal.kernel.db import Fen
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO, total

#: The most overdue parts of a station that are shown at once; the list of old parts has all.
SHOWN = 200


def late(today: Any) -> ColumnElement[bool]:
    """Return what makes a part overdue: still with its dealer after its last day; ``today`` is a day or a parameter.

    What was written off and is packed after all was paid for already.
    """
    return and_(OldPart.state.in_(WITH_DEALER), OldPart.due_on < today, OldPart.outcome.is_(None))


def claims_late(today: Any) -> Subquery:
    """Select claims with overdue parts: how many, since when, and ``cost``, what they will cost together."""
    summed = (
        select(
            OldPart.dealer_id, OldPart.claim_number, func.count().label("parts"), func.sum(OldPart.cost).label("cost"),
            func.min(OldPart.due_on).label("since"),
        )
        .where(late(today)).group_by(OldPart.dealer_id, OldPart.claim_number).subquery()
    )  # fmt: skip
    left = deductions().left_of(summed.c.claim_number)
    bounded = select(summed.c.dealer_id, summed.c.parts, summed.c.since, summed.c.cost, left.label("left")).subquery()
    cost = type_coerce(case((bounded.c.left < bounded.c.cost, bounded.c.left), else_=bounded.c.cost), Fen())
    return select(bounded.c.dealer_id, bounded.c.parts, bounded.c.since, cost.label("cost")).subquery()


@dataclass(frozen=True)
class Overdue:
    """How many parts are overdue, what they will cost in yuan, and of how many nobody was told yet."""

    parts: int
    cost: Decimal
    unseen: int


def overdue(session: Session, today: date) -> Overdue:
    """Return what is overdue in the session's scope."""
    claims = claims_late(today)
    parts, cost = session.execute(select(func.sum(claims.c.parts), func.sum(claims.c.cost))).one()
    unseen = session.scalar(select(func.count()).select_from(ReturnNotice).where(ReturnNotice.seen_at.is_(None)))
    return Overdue(parts or 0, cost or ZERO, unseen or 0)


def count_overdue(session: Session, today: date) -> int:
    """Count what is overdue in the session's scope."""
    return session.scalar(select(func.count()).select_from(OldPart).where(late(today))) or 0


@dataclass(frozen=True)
class Lateness:
    """A station's overdue parts, the oldest first: some, each with what it will cost, and what all come to.

    ``seen`` tells these parts from any others: whoever writes them off says that these were looked at.
    """

    dealer: Dealer
    some: Sequence[tuple[Row[Any], Decimal]]
    parts: int
    cost: Decimal
    seen: str


def overdue_of(session: Session, code: str, today: date) -> Lateness:
    """Return a station with its overdue parts."""
    dealer = session.scalars(select(Dealer).where(Dealer.code == code)).first()
    if dealer is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    rows = session.execute(_with_left(today).where(OldPart.dealer_id == dealer.id)).all()
    costs = shared_out((row.claim_number, row.cost, row.left) for row in rows)
    by_age = sorted(zip(rows, costs, strict=True), key=lambda pair: (pair[0].due_on, pair[0].id))
    return Lateness(dealer, by_age[:SHOWN], len(rows), total(costs), digest(row.number for row in rows))


def _with_left(today: date) -> Select[Any]:
    """Select overdue parts with what is left of their claims, in the order in which they are written off."""
    columns = (
        OldPart.id, OldPart.number, OldPart.part_number, OldPart.part_name, OldPart.claim_number, OldPart.due_on,
        OldPart.cost, deductions().left_of(OldPart.claim_number).label("left"),
    )  # fmt: skip
    found = select(*columns).where(late(today)).order_by(OldPart.claim_id, OldPart.line)
    return cast("Select[Any]", found)
