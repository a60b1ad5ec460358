"""One dealer never sees another's: a wall that cannot be forgotten.

A session is given its scope once. Every ORM statement on a dealer-owned table is then confined to
that dealer (aliases, EXISTS, eager and lazy loads included); without a scope it raises. Flushes and
bulk inserts are checked too. On PostgreSQL the same scope feeds row-level security.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, ForeignKey, Table, event
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql import visitors

from portal.kernel.access import Actor
from portal.kernel.db import Base

#: The PostgreSQL setting that the row-level policies read: '*' or a dealer's id.
SETTING = "sanbao.scope"
#: As psycopg takes it: a text that is not compiled anew in every transaction.
TELL = "select set_config(%s, %s, true)"


class ScopeError(RuntimeError):
    """A programming error: a dealer-owned table met without, or against, the session's scope."""


@dataclass(frozen=True)
class DealerScope:
    """The session sees and writes one dealer's rows."""

    dealer_id: int


@dataclass(frozen=True)
class HeadOfficeScope:
    """The session sees every dealer's rows; ``reason`` says why. ``read_only`` views never write."""

    reason: str
    read_only: bool = False


Scope = DealerScope | HeadOfficeScope


class DealerOwned:
    """Mixin for tables whose rows belong to one dealer."""

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealer.id"))


def owned_tables() -> frozenset[str]:
    """Return the names of all dealer-owned tables that are mapped."""
    return frozenset(
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, DealerOwned)
    )


def scope_for(actor: Actor, reason: str) -> Scope:
    """Return the scope of an actor: its dealer, or headquarters for ``reason``."""
    return HeadOfficeScope(reason) if actor.dealer_id is None else DealerScope(actor.dealer_id)


def enter(session: Session, actor: Actor, scope: Scope) -> None:
    """Give the session its actor and scope; a second, different scope is refused."""
    present = session.info.get("scope")
    if present is not None and present != scope:
        raise ScopeError(f"the session is already in {present}")
    session.info["scope"], session.info["actor"] = scope, actor
    _tell_database(session)


def leave(session: Session) -> None:
    """Forget scope and actor: the session is handed back."""
    session.expunge_all()
    session.info.pop("scope", None)
    session.info.pop("actor", None)


def actor_of(session: Session) -> Actor | None:
    """Return who acts in this session."""
    return session.info.get("actor")


def wall_of(session: Session) -> int:
    """Return whose rows a prepared statement may read: a dealer's id, 0 for headquarters."""
    scope = session.info.get("scope")
    if scope is None:
        raise ScopeError("a prepared statement without a scope")
    return scope.dealer_id if isinstance(scope, DealerScope) else 0


def check_owner(session: Session, dealer_id: int) -> None:
    """Refuse a Core statement on a dealer's rows that the session's scope does not cover.

    For hot paths that write through the connection, where no listener looks.
    """
    scope = session.info.get("scope")
    if scope is None or (isinstance(scope, DealerScope) and scope.dealer_id != dealer_id):
        raise ScopeError(f"rows of dealer {dealer_id} written in {scope}")
    if isinstance(scope, HeadOfficeScope) and scope.read_only:
        raise ScopeError("a lawful view only reads")


@contextmanager
def lawful_view(session: Session, reason: str) -> Iterator[None]:
    """Read columns (never entities) across dealers where the law makes it everyone's business.

    Three-guarantees duties follow the car, not the station. Whoever uses this hands on what and
    when, never prices or people; a meta-test lists the users.
    """
    session.flush()
    present = session.info.get("scope")
    session.info["scope"] = HeadOfficeScope(reason, read_only=True)
    _tell_database(session)
    try:
        yield
    finally:
        session.info["scope"] = present
        _tell_database(session)


def setting_of(session: Session) -> str:
    """Return what the row-level policies are told of a session's scope."""
    scope = session.info.get("scope")
    if scope is None:
        return ""
    return str(scope.dealer_id) if isinstance(scope, DealerScope) else "*"


def _tell_database(session: Session) -> None:
    """Reapply the setting when a transaction is already open (loading the user opened it)."""
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        _driver(connection_of(session)).execute(TELL, (SETTING, setting_of(session)))


@event.listens_for(Session, "after_begin")
def _begin(session: Session, _transaction: Any, connection: Connection) -> None:
    session.info["connection"] = connection
    if connection.dialect.name == "postgresql":
        driver = _driver(connection)
        with driver.pipeline():  # the driver's own BEGIN goes in the same message
            driver.execute(TELL, (SETTING, setting_of(session)))


def connection_of(session: Session) -> Connection:
    """Return the connection of the session's transaction, which is begun where there is none.

    As `Session.connection`, which looks for it anew each time: a claim's submission asks nine times.
    """
    present: Connection | None = session.info.get("connection")
    if present is None or present.closed or not (session.in_transaction() and session.is_active):
        return session.connection()
    return present


def _driver(connection: Connection) -> Any:
    """Return psycopg's connection: it can put the setting into a message with other statements."""
    return connection.connection.driver_connection


@event.listens_for(Session, "do_orm_execute")
def _confine(state: ORMExecuteState) -> None:
    scope = state.session.info.get("scope")
    if isinstance(scope, HeadOfficeScope):
        if scope.read_only:
            _only_columns(state)
        return
    if scope is None or not state.is_orm_statement:
        touched = _tables(state.statement) & owned_tables()
        if touched and not state.execution_options.get("confined_by_hand"):
            raise ScopeError(f"{', '.join(sorted(touched))} without a scope")
        return
    if state.is_insert:
        _check_insert(state, scope)
    elif not state.is_column_load:
        if state.is_update:
            _check_update(state)
        dealer_id = scope.dealer_id
        state.statement = state.statement.options(
            with_loader_criteria(DealerOwned, lambda cls: cls.dealer_id == dealer_id, include_aliases=True)
        )


def _tables(statement: Any) -> set[str]:
    return {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}


def _only_columns(state: ORMExecuteState) -> None:
    """A lawful view must not leave another dealer's entities in the session's identity map."""
    if not state.is_select:
        raise ScopeError("a lawful view only reads")
    for described in getattr(state.statement, "column_descriptions", ()):
        entity = described.get("entity")
        if entity is not None and described["expr"] is entity and issubclass(entity, DealerOwned):
            raise ScopeError("a lawful view reads columns, not entities")


def _check_insert(state: ORMExecuteState, scope: DealerScope) -> None:
    if not (_tables(state.statement) & owned_tables()):
        return
    given: Any = state.parameters
    rows = given if isinstance(given, list) else [given] if given else []
    if not rows or any(row.get("dealer_id") != scope.dealer_id for row in rows):
        raise ScopeError("a bulk insert for another dealer, or without one")


def _check_update(state: ORMExecuteState) -> None:
    """Rows stay with their dealer; and no criterion reaches an update by a list of keys."""
    if not (_tables(state.statement) & owned_tables()):
        return
    statement: Any = state.statement
    given = statement._values or ()  # noqa: SLF001  (there is no public way to ask for them)
    if isinstance(state.parameters, list) or any(getattr(column, "key", column) == "dealer_id" for column in given):
        raise ScopeError("an update that gives rows to a dealer, or goes by a list of keys")


@event.listens_for(Session, "before_flush")
def _check_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    scope = session.info.get("scope")
    for entity in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(entity, DealerOwned):
            continue
        if scope is None:
            raise ScopeError(f"{type(entity).__name__} written without a scope")
        if isinstance(scope, DealerScope) and entity.dealer_id != scope.dealer_id:
            raise ScopeError(f"{type(entity).__name__} written for another dealer")
    if isinstance(scope, HeadOfficeScope) and scope.read_only and (session.new or session.deleted):
        raise ScopeError("a lawful view only reads")
