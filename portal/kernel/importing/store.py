"""Below the ORM: columns of values into tables, in the session's own transaction.

SQLite takes them by the driver's ``executemany``, PostgreSQL by COPY. A COPY runs in a thread of its
own, so that the next rows are checked while the server still files the last ones. Nothing here
knows scopes or audit: only tables that no dealer owns are written, and an import leaves one trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Date, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

Columns = Mapping[str, Sequence[Any]]


class Store:
    """The driver's connection of a session, and the few statements an import needs."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query written with ``?`` for its parameters."""
        return list(self.raw.execute(statement, parameters).fetchall())

    def is_empty(self, table: Table) -> bool:
        """Tell whether a table has no rows."""
        return not self.rows(f"select 1 from {table.name} limit 1")  # noqa: S608  (a table's own name)

    def among(self, column: str) -> str:
        """Return the condition that a column is one of the values of one parameter."""
        return f"{column} in (select value from json_each(?))"  # noqa: S608  (own names only)

    def several(self, values: Iterable[Any]) -> Any:
        """Return what the parameter of `among` takes."""
        return json.dumps(list(values))

    def column(self, table: Table, name: str) -> str:
        """Return the expression that reads a column in the form in which it is written."""
        del table
        return name

    def existing(self, table: Table, key: str, keys: Iterable[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return id and columns of the rows whose ``key`` is among ``keys``."""
        wanted = ", ".join(["id", *(self.column(table, name) for name in columns)])
        statement = f"select {wanted} from {table.name} where {self.among(key)}"  # noqa: S608  (own names only)
        return self.rows(statement, self.several(keys))

    def allocate(self, table: Table, count: int) -> Sequence[int]:
        """Return ``count`` keys for new rows of a table."""
        last = self.rows(f"select coalesce(max(id), 0) from {table.name}")[0][0]  # noqa: S608  (a table's own name)
        return range(last + 1, last + 1 + count)

    def insert(self, table: Table, columns: Columns) -> None:
        """Insert rows given by columns."""
        marks = ", ".join("?" * len(columns))
        self.raw.executemany(
            f"insert into {table.name} ({', '.join(columns)}) values ({marks})",  # noqa: S608  (own names only)
            zip(*columns.values(), strict=True),
        )

    def update(self, table: Table, ids: Sequence[int], columns: Columns) -> None:
        """Update the rows with these ids to the values of the columns."""
        settings = ", ".join([*(f"{name} = ?" for name in columns), *_version(table)])
        self.raw.executemany(
            f"update {table.name} set {settings} where id = ?",  # noqa: S608  (own names only)
            zip(*columns.values(), ids, strict=True),
        )

    def delete(self, table: Table, key: str, keys: Iterable[Any]) -> None:
        """Delete the rows whose ``key`` is among ``keys``."""
        statement = f"delete from {table.name} where {self.among(key)} returning 1"  # noqa: S608  (own names only)
        self.rows(statement, self.several(keys))

    def lock(self, tables: Sequence[Table]) -> None:
        """Let nobody else write the tables until the transaction ends (SQLite: nobody writes anyway)."""

    def settle(self) -> None:
        """Wait for what is still being written."""


class PostgresStore(Store):
    """The same by psycopg 3."""

    def __init__(self, raw: Any, helper: ThreadPoolExecutor) -> None:
        super().__init__(raw)
        self._helper = helper
        self._pending: Future[None] | None = None

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query written with ``?`` for its parameters."""
        self.settle()
        return list(self.raw.execute(statement.replace("?", "%s"), parameters).fetchall())

    def among(self, column: str) -> str:
        """Return the condition that a column is one of the values of one parameter."""
        return f"{column} = any(?)"

    def several(self, values: Iterable[Any]) -> Any:
        """Return what the parameter of `among` takes."""
        return list(values)

    def column(self, table: Table, name: str) -> str:
        """Return the expression that reads a column in the form in which it is written."""
        return f"{name}::text" if isinstance(table.c[name].type, Date) else name

    def allocate(self, table: Table, count: int) -> Sequence[int]:
        """Return ``count`` keys from the table's sequence."""
        found = self.rows(
            "select nextval(pg_get_serial_sequence(?, 'id')) from generate_series(1, ?)", table.name, count
        )
        return [row[0] for row in found]

    def insert(self, table: Table, columns: Columns) -> None:
        """Insert rows by COPY, while the caller goes on."""
        self.settle()
        self._pending = self._helper.submit(self._copy, table, columns)

    def _copy(self, table: Table, columns: Columns) -> None:
        statement = f"copy {table.name} ({', '.join(columns)}) from stdin"
        with self.raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(copy_text(columns.values()))

    def update(self, table: Table, ids: Sequence[int], columns: Columns) -> None:
        """Update the rows with these ids in one statement."""
        self.settle()
        kinds = {name: table.c[name].type.compile(dialect=_POSTGRESQL) for name in columns}
        settings = ", ".join([*(f"{name} = fresh.{name}::{kind}" for name, kind in kinds.items()), *_version(table)])
        arrays = ", ".join(["unnest(%s::bigint[]) as id", *(f"unnest(%s::text[]) as {name}" for name in columns)])
        values = [[None if value is None else str(value) for value in column] for column in columns.values()]
        self.raw.execute(
            f"update {table.name} set {settings} from (select {arrays}) as fresh "  # noqa: S608  (own names only)
            f"where {table.name}.id = fresh.id",
            [list(ids), *values],
        )

    def lock(self, tables: Sequence[Table]) -> None:
        """Let nobody else write the tables until the transaction ends; reading goes on."""
        names = ", ".join(table.name for table in tables)
        self.raw.execute(f"lock table {names} in share row exclusive mode")

    def settle(self) -> None:
        """Wait for what is still being written, and raise what went wrong with it."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()


def copy_text(columns: Iterable[Sequence[Any]]) -> str:
    """Return rows in COPY's text form; control characters were refused when the cells were read."""
    columns = list(columns)
    texts = [["\\N" if value is None else str(value) for value in column] for column in columns]
    joined = "\n".join(map("\t".join, zip(*texts, strict=True)))
    if joined.count("\\") != sum(list(column).count(None) for column in columns):
        texts = [
            ["\\N" if value is None else str(value).replace("\\", "\\\\") for value in column] for column in columns
        ]
        joined = "\n".join(map("\t".join, zip(*texts, strict=True)))
    return joined + "\n"


def _version(table: Table) -> list[str]:
    """A row that somebody edits on a page at this moment must be seen to have changed."""
    return [f"row_version = {table.name}.row_version + 1"] if "row_version" in table.c else []


_POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


@contextmanager
def open_store(session: Session) -> Iterator[Store]:
    """Open the store of a session's transaction; what is still being written is waited for."""
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        yield Store(raw)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="copy") as helper:
        store = PostgresStore(raw, helper)
        try:
            yield store
        finally:
            store.settle()
