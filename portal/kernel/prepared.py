"""Statements that are built once, for the few paths where a millisecond counts.

The driver sends them in the session's transaction, where its listeners do not look; so each says how it keeps
the wall between dealers: reads carry the wall in their condition, writes are checked by their caller
with `portal.kernel.scoping.check_owner`. Types are those of the tables, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Executable,
    Row,
    Select,
    Table,
    bindparam,
    or_,
)
from sqlalchemy.orm import Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement

from portal.kernel.scoping import DealerOwned, ScopeError, connection_of, owned_tables, wall_of
from portal.kernel.straight import Plan, Sent, Straight

#: The name under which the session's dealer is bound.
WALL = "wall"
#: What stands there for headquarters.
HEAD_OFFICE = 0


def wall(table: Table) -> ColumnElement[bool]:
    """Return the condition that a statement on a dealer-owned table carries."""
    return or_(
        table.c.dealer_id == bindparam(WALL, type_=BigInteger()), bindparam(WALL, type_=BigInteger()) == HEAD_OFFICE
    )


class Prepared:
    """One statement, built and compiled at its first use."""

    def __init__(self, build: Callable[[], Executable]) -> None:
        """Take how to build it."""
        self._build = build
        self._plans: dict[str, Plan] = {}

    def __call__(self, session: Session, values: Mapping[str, Any]) -> Sent:
        """Send it in the session's transaction."""
        connection = connection_of(session)
        plan = self._plans.get(connection.dialect.name) or self._planned(connection.dialect)
        return plan.send(connection, values)

    def _planned(self, dialect: Dialect) -> Plan:
        statement = self._build()
        self._check(statement)
        plan = self._plans[dialect.name] = Plan(statement, dialect)
        return plan

    def _check(self, statement: Executable) -> None:
        """Writes are their caller's to check."""


class MappedRead:
    """A SELECT of mapped columns, as a room's list describes it, run without the session's listeners.

    The wall is the one that the listener puts up: the same criterion, wherever a dealer-owned table stands.
    """

    def __init__(self, statement: Select[Any], given: Collection[str] = (), *, planned_once: bool = False) -> None:
        """Take the statement, which asks for columns only; ``given`` and ``planned_once`` as `Straight` takes them."""
        mark = bindparam(WALL, type_=BigInteger())
        criterion = with_loader_criteria(DealerOwned, lambda cls: cls.dealer_id == mark, include_aliases=True)
        walled = statement.options(criterion)
        met = {element.name for element in visitors.iterate(statement) if isinstance(element, Table)} & owned_tables()
        if met and WALL not in cast("Any", walled.compile()).binds:
            raise ScopeError(f"{', '.join(sorted(met))} read without a wall")
        self._open = Straight(statement, given, planned_once=planned_once, walled=bool(met))
        # Of one dealer's rows there may be a handful or most: for these, PostgreSQL looks at whose they are.
        self._walled = Straight(walled, given, planned_once=planned_once and not met, walled=bool(met))

    def __call__(self, session: Session, values: dict[str, Any]) -> Sequence[Row[Any]]:
        """Read the rows for whoever the session belongs to."""
        dealer_id = wall_of(session)
        if dealer_id == HEAD_OFFICE:
            return self._open(session, values)
        return self._walled(session, {**values, WALL: dealer_id})


class PreparedRead(Prepared):
    """A SELECT whose dealer-owned tables all stand behind the wall, or are read ``lawfully``.

    ``lawful`` names those that a `lawful_view` around the call lets it read across dealers.
    """

    def __init__(self, build: Callable[[], Executable], *, lawful: frozenset[str] = frozenset()) -> None:
        """Take how to build it."""
        super().__init__(build)
        self._lawful = lawful

    def __call__(self, session: Session, values: Mapping[str, Any]) -> Sent:
        """Send it for whoever the session belongs to; pending changes are written first."""
        session.flush()
        return super().__call__(session, {WALL: wall_of(session), **values})

    def _check(self, statement: Executable) -> None:
        walls = {
            element.left.table.name
            for element in visitors.iterate(cast("ClauseElement", statement))
            if isinstance(element, BinaryExpression)
            and isinstance(element.left, Column)
            and element.left.name == "dealer_id"
            and isinstance(element.right, BindParameter)
            and element.right.key == WALL
        }
        met = {
            element.name for element in visitors.iterate(cast("ClauseElement", statement)) if isinstance(element, Table)
        }
        bare = (met & owned_tables()) - walls - self._lawful
        if bare:
            raise ScopeError(f"{', '.join(sorted(bare))} read without a wall")
