"""Statements that are compiled once and sent by the driver itself.

`Straight`: a read that is a request's whole business with the database. A list's page needs two, who
asks and which rows. Each is true by itself, so neither needs a transaction around it: on PostgreSQL a
read costs one round trip instead of five. Where a transaction is open already, or the request will
write, the read belongs into it and goes through the session.

`Plan.send`: a statement in the session's transaction, for `portal.kernel.prepared`; `in_one_message`
lets several of them share one round trip.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable, PoolProxiedConnection, Row, Select
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.kernel.db import Written, plan_from_now_on, reads_only
from portal.kernel.scoping import SETTING, TELL, connection_of, setting_of

#: How PostgreSQL plans what it has planned before, until the end of a message.
PLANNING = "set_config('plan_cache_mode', %s, true)"
Convert = Callable[[Any], Any] | None


class Straight:
    """A SELECT of columns."""

    def __init__(
        self, statement: Select[Any], given: Collection[str] = (), *, planned_once: bool | None = False,
        walled: bool = True,
    ) -> None:  # fmt: skip
        """Take the statement; it is compiled where it is first asked for.

        ``given`` names the parameters whose values come with each call, although the statement has some already.
        ``planned_once`` promises that one way to the rows is the best for all values, so that PostgreSQL need not
        look for it anew with each, and None that it does not matter; without ``walled``, that no table in it has a
        row-level policy.
        """
        self._statement, self._given = statement, frozenset(given)
        self._planned_once, self._walled = planned_once, walled
        self._plans: dict[str, Plan] = {}

    def __call__(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Return the rows, typed as everywhere."""
        if session.in_transaction() or not reads_only():
            session.flush()
            return session.connection().execute(self._statement, values).all()
        engine = session.get_bind()
        if not isinstance(engine, Engine):
            raise TypeError("a session of the portal is bound to an engine")
        with _driver(engine) as (pooled, connection):
            plan = self._plan(engine.dialect)
            if engine.dialect.name == "postgresql":
                if self._walled and session.info.get("scope") is not None:
                    return plan.typed(self._behind(setting_of(session), connection, plan, plan.parameters(values)))
                if self._planned_once is not None:
                    plan_from_now_on(pooled, once=self._planned_once)
            return plan.typed(connection.execute(plan.text, plan.parameters(values)).fetchall())

    def _behind(self, setting: str, connection: Any, plan: Plan, parameters: Any) -> Any:
        """Tell PostgreSQL whose rows the policies let through, and ask: one message, with whose end it forgets."""
        with connection.pipeline():
            if self._planned_once is None:
                connection.execute(TELL, (SETTING, setting))
            else:
                connection.execute(f"{TELL}, {PLANNING}", (SETTING, setting, _mode(once=self._planned_once)))
            found = connection.execute(plan.text, parameters)
        return found.fetchall()

    def _plan(self, dialect: Dialect) -> Plan:
        """Return how this kind of database is asked, which is known once one is connected."""
        if dialect.name not in self._plans:
            self._plans[dialect.name] = Plan(self._statement, dialect, self._given)
        return self._plans[dialect.name]


def _mode(*, once: bool) -> str:
    return "force_generic_plan" if once else "auto"


@contextmanager
def _driver(engine: Engine) -> Iterator[tuple[PoolProxiedConnection, Any]]:
    """Lend a connection and the driver's, each statement for itself; where something failed it is not lent again."""
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    try:
        if engine.dialect.name == "postgresql":
            connection.autocommit = True
        yield pooled, connection
        if engine.dialect.name == "postgresql":
            connection.autocommit = False
    except BaseException:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


class Plan:
    """How a database is asked: the text, what its parameters and its rows go through."""

    def __init__(self, statement: Executable, dialect: Dialect, given: Collection[str] = ()) -> None:
        """Compile a statement; values that the tables would fill in by themselves must stand in it."""
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        if getattr(compiled, "insert_prefetch", ()) or getattr(compiled, "update_prefetch", ()):
            raise ValueError(f"a statement that says less than its table wants: {compiled}")
        places = {name: compiled.binds[name] for name in compiled.bind_names.values()}
        asked = {name for name, place in places.items() if place.required or place.key in given}
        written = compiled.construct_expanded_state(dict.fromkeys(asked))
        if asked - set(written.parameters):
            raise ValueError(f"a text that depends on its parameters: {written.statement}")
        self.text, self._order = written.statement, written.positiontup
        self._asked: list[tuple[str, str, Convert]] = []
        self._fixed: dict[str, Any] = {}
        for name, place in places.items():
            convert = place.type.dialect_impl(dialect).bind_processor(dialect)
            if name in asked:
                self._asked.append((name, place.key, convert))
            else:
                for part in {*written.parameter_expansion.get(name, (name,))} & set(written.parameters):
                    value = written.parameters[part]
                    self._fixed[part] = convert(value) if convert else value
        columns = list(getattr(statement, "selected_columns", ()))
        self._found: list[Convert] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]
        self._names = SimpleResultMetaData([str(column.key) for column in columns])
        self.dialect = dialect

    def send(self, connection: Connection, values: Mapping[str, Any]) -> Sent:
        """Send it in the transaction of a connection."""
        parameters, driver = self.parameters(values), connection.connection.driver_connection
        try:
            return Sent(self, driver.execute(self.text, parameters))  # type: ignore[union-attr]
        except self.dialect.loaded_dbapi.Error as error:
            raise failed(self.text, error, self.dialect) from error

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them."""
        given = self._fixed.copy()
        for name, key, convert in self._asked:
            value = values[key]
            given[name] = convert(value) if convert and not isinstance(value, Written) else value
        return given if self._order is None else [given[name] for name in self._order]

    def typed(self, rows: Sequence[Sequence[Any]]) -> Sequence[Row[Any]]:
        """Turn a driver's rows into the portal's types, a column at a time."""
        columns = [
            map(convert, column) if convert else column
            for convert, column in zip(self._found, zip(*rows, strict=True), strict=bool(rows))
        ]
        found: IteratorResult[Any] = IteratorResult(self._names, zip(*columns, strict=True))
        return found.all()


def failed(text: str, error: Exception, dialect: Dialect) -> Exception:
    """Return what SQLAlchemy makes of a driver's error, which is what callers know."""
    return DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


class Sent:
    """A statement that was sent; within `in_one_message` it is answered when the answer is first looked at."""

    def __init__(self, plan: Plan, cursor: Any) -> None:
        """Take the plan that it was sent by, and the driver's cursor."""
        self._plan, self._cursor = plan, cursor

    @property
    def count(self) -> int:
        """How many rows were written, or found."""
        return int(self._cursor.rowcount)

    def all(self) -> Sequence[Row[Any]]:
        """Return the rows, typed as everywhere; they can be had once."""
        plan = self._plan
        try:
            found = self._cursor.fetchall()
        except plan.dialect.loaded_dbapi.Error as error:
            raise failed(plan.text, error, plan.dialect) from error
        return plan.typed(found)

    def first(self) -> Row[Any] | None:
        """Return the first row, None when there is none."""
        return next(iter(self.all()), None)


@contextmanager
def in_one_message(session: Session) -> Iterator[None]:
    """Let what is sent inside go to PostgreSQL in one round trip; only prepared statements may be.

    None of them may depend on another's answer. Nothing special on SQLite, which has no way to go.
    """
    session.flush()
    connection = connection_of(session)
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    fault = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except fault as error:
        raise failed("statements in one message", error, connection.dialect) from error
