"""A read that is a request's whole business with the database: compiled once, sent by the driver itself.

A list's page needs two reads, who asks and which rows. Each is true by itself, so neither needs a
transaction around it: on PostgreSQL a read costs one round trip instead of five. Where a transaction
is open already, or the request will write, the read belongs into it and goes through the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Dialect, Engine, Row, Select
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.orm import Session

from portal.kernel.db import reads_only
from portal.kernel.scoping import SETTING, TELL, setting_of

Convert = Callable[[Any], Any] | None


class Straight:
    """A SELECT of columns."""

    def __init__(self, statement: Select[Any]) -> None:
        """Take the statement; it is compiled where it is first asked for."""
        self._statement = statement
        self._plans: dict[str, Plan] = {}

    def __call__(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Return the rows, typed as everywhere."""
        if session.in_transaction() or not reads_only():
            session.flush()
            return session.connection().execute(self._statement, values).all()
        engine = session.get_bind()
        if not isinstance(engine, Engine):
            raise TypeError("a session of the portal is bound to an engine")
        with _driver(engine) as connection:
            plan = self._plan(engine.dialect)
            if engine.dialect.name != "postgresql" or session.info.get("scope") is None:
                return plan.typed(connection.execute(plan.text, plan.parameters(values)).fetchall())
            # Both go in one message, and until its end the setting holds for what follows it.
            with connection.pipeline():
                connection.execute(TELL, (SETTING, setting_of(session)))
                found = connection.execute(plan.text, plan.parameters(values))
            return plan.typed(found.fetchall())

    def _plan(self, dialect: Dialect) -> Plan:
        """Return how this kind of database is asked, which is known once one is connected."""
        if dialect.name not in self._plans:
            self._plans[dialect.name] = Plan(self._statement, dialect)
        return self._plans[dialect.name]


@contextmanager
def _driver(engine: Engine) -> Iterator[Any]:
    """Lend the driver's connection, each statement for itself; one on which something failed is not lent again."""
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    try:
        if engine.dialect.name == "postgresql":
            connection.autocommit = True
        yield connection
        if engine.dialect.name == "postgresql":
            connection.autocommit = False
    except BaseException:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


class Plan:
    """How a database is asked: the text, what its parameters and its rows go through."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        self._compiled = statement.compile(dialect=dialect)
        unknown = {name: None for name, place in self._compiled.binds.items() if place.required}
        written = self._compiled.construct_expanded_state(unknown)
        if written.parameter_expansion:
            raise ValueError(f"a text that depends on its parameters: {written.statement}")
        self.text, self._order = written.statement, written.positiontup
        self._given: dict[str, Convert] = {
            name: place.type.dialect_impl(dialect).bind_processor(dialect)
            for name, place in self._compiled.binds.items()
        }
        columns = list(statement.selected_columns)
        self._found: list[Convert] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]
        self._names = SimpleResultMetaData([str(column.key) for column in columns])

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them."""
        found = self._compiled.construct_params(values)
        given = {name: convert(it) if (convert := self._given[name]) else it for name, it in found.items()}
        return given if self._order is None else [given[name] for name in self._order]

    def typed(self, rows: Sequence[Sequence[Any]]) -> Sequence[Row[Any]]:
        """Turn a driver's rows into the portal's types, a column at a time."""
        columns = [
            map(convert, column) if convert else column
            for convert, column in zip(self._found, zip(*rows, strict=True), strict=bool(rows))
        ]
        found: IteratorResult[Any] = IteratorResult(self._names, zip(*columns, strict=True))
        return found.all()
