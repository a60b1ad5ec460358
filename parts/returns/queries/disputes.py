"""Until when a deduction may be disputed, and which parts that holds in the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, OldPartDispute
from parts.returns.rules.inspection import disputable_since, dispute_until
from portal.kernel.clock import at, local_date
from portal.kernel.lifecycle import StateChange, history
from portal.kernel.money import ZERO


def last_day(part: OldPart, steps: Iterable[StateChange]) -> date | None:
    """Return the last day to dispute a part's deduction; None where nothing is deducted.

    What was written off as never sent was not inspected: its day stands in its history alone.
    """
    if not part.deducted:
        return None
    told = part.inspected_at or max((step.at for step in steps if step.action == "write_off"), default=None)
    return None if told is None else dispute_until(local_date(told))


def last_day_of(session: Session, part: OldPart) -> date | None:
    """Return the last day to dispute a part's deduction; its history is read only where that alone can tell."""
    return last_day(part, () if part.inspected_at or not part.deducted else history(session, part))


def held_until(part: OldPart, dispute: str | None, today: date) -> date | None:
    """Return until when a part in the store stays because it may still be disputed; None where it no longer may.

    ``dispute`` is the state of its dispute: there is one a part, so after it none can come.
    """
    until = None if dispute is not None else last_day(part, ())
    return until if until is not None and today <= until else None


def held(today: date) -> ColumnElement[bool]:
    """Return what keeps a part in the store, for a list: `held_until`, or a dispute that waits for its answer.

    `OldPartDispute` is outer-joined.
    """
    disputable = and_(
        OldPartDispute.id.is_(None), OldPart.deducted > ZERO, OldPart.inspected_at >= at(disputable_since(today))
    )
    return func.coalesce(or_(OldPartDispute.state == "open", disputable), false())
