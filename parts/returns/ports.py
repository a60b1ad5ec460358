"""What old parts need of a higher room, as a protocol that `portal.app` wires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, cast

from flask import current_app
from sqlalchemy import ColumnElement, SQLColumnExpression, null
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.db import Fen


@dataclass(frozen=True)
class Taken:
    """What is taken from a dealer: for which old part of which claim, how much before tax, and why."""

    dealer_id: int
    old_part: str
    claim_number: str
    amount: Decimal
    reason: str


class Deductions(Protocol):
    """The dealers' next statements. Found as ``app.extensions["deductions"]``."""

    def take(self, session: Session, taken: Taken, actor: Actor, now: datetime) -> Decimal:
        """Put a deduction into the dealer's next statement; a second one for the same part is refused.

        Return what is really taken: never more than is left of what the claim was paid.
        """

    def correct(self, session: Session, taken: Taken, why: str, actor: Actor, now: datetime) -> Decimal:
        """Let this count for the part instead of what was taken for it before; nought takes nothing any more.

        Return what is really taken now; ``why`` is said of what is not taken any more. `DomainError` where a
        statement took what would change, and it cannot be given back wholly.
        """

    def left_of(self, claim_number: SQLColumnExpression[str]) -> ColumnElement[Decimal | None]:
        """Return in SQL what is left to take of the claim of a number; null where nothing bounds it."""

    def give_back(self, session: Session, old_part: str, reason: str, actor: Actor, now: datetime) -> None:
        """Undo a part's deduction: it is struck out, or credited where a statement took it already."""

    def statements(self, session: Session, old_parts: Iterable[str]) -> Mapping[str, str]:
        """Return the numbers of the statements that took the deductions of these parts, by part."""


class NoDeductions:
    """Statements that take nothing: for an app in which the settlement is not put in."""

    def take(self, session: Session, taken: Taken, actor: Actor, now: datetime) -> Decimal:
        """Put it into no statement; there is nothing either that would bound it."""
        del session, actor, now
        return taken.amount

    def correct(self, session: Session, taken: Taken, why: str, actor: Actor, now: datetime) -> Decimal:
        """Put it into no statement, as the first one."""
        del session, why, actor, now
        return taken.amount

    def left_of(self, claim_number: SQLColumnExpression[str]) -> ColumnElement[Decimal | None]:
        """Bound nothing."""
        del claim_number
        return sql_cast(null(), Fen())

    def give_back(self, session: Session, old_part: str, reason: str, actor: Actor, now: datetime) -> None:
        """Give nothing back."""
        del session, old_part, reason, actor, now

    def statements(self, session: Session, old_parts: Iterable[str]) -> Mapping[str, str]:
        """Know no statement."""
        del session, old_parts
        return {}


def deductions() -> Deductions:
    """Return the running app's statements."""
    return cast("Deductions", current_app.extensions.get("deductions", NoDeductions()))
