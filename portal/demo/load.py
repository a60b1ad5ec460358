"""Put rows into tables as fast as the driver can: ``executemany`` on SQLite, COPY on PostgreSQL.

For an empty database only. The rows are in the database's own shape: integer fen, UTC text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, text

from portal.kernel.db import Base
from portal.kernel.errors import OperatorError
from portal.kernel.scoping import owned_tables


class Loader:
    """Rows of many tables, kept back until there are enough, then written in one go."""

    #: Rows of one table that are kept back.
    BATCH = 20_000

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.postgresql = connection.dialect.name == "postgresql"
        self.driver = cast("Any", connection.connection.driver_connection)
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.counts: dict[str, int] = {}
        if self.postgresql:
            self._open_walls(wall="no force")

    def table(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """Announce a table's columns; append tuples to the list that is returned, then `settle`."""
        known = Base.metadata.tables[name].columns
        unknown = set(columns) - set(known.keys())
        if unknown:
            raise LookupError(f"{name} has no {', '.join(sorted(unknown))}")
        self.columns[name] = columns
        return self.rows.setdefault(name, [])

    def settle(self, *, everything: bool = False) -> None:
        """Write what was kept back, tables in the order they were announced (their foreign keys')."""
        if not everything and all(len(rows) < self.BATCH for rows in self.rows.values()):
            return
        for name, rows in self.rows.items():
            if rows:
                self._write(name, self.columns[name], rows)
                self.counts[name] = self.counts.get(name, 0) + len(rows)
                rows.clear()

    def finish(self) -> None:
        """Write the rest, set the sequences, put the walls up again, and let the planner look."""
        self.settle(everything=True)
        if self.postgresql:
            for name in self.columns:
                if "id" in Base.metadata.tables[name].columns:
                    self.connection.execute(_sequence(Base.metadata.tables[name]))
            self._open_walls(wall="force")
        self.connection.execute(text("analyze"))

    def _write(self, name: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        if self.postgresql:
            with self.driver.cursor() as cursor, cursor.copy(f"copy {name} ({', '.join(columns)}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        self.driver.executemany(f"insert into {name} ({', '.join(columns)}) values ({marks})", rows)

    def _open_walls(self, *, wall: str) -> None:
        """COPY and row-level security do not go together: the tables' owner lifts it meanwhile."""
        try:
            self.connection.execute(text("set local timezone to 'UTC'"))
            for name in sorted(owned_tables()):
                self.connection.execute(text(f"alter table {name} {wall} row level security"))
        except Exception as error:
            raise OperatorError("the demo network needs the role that owns the tables") from error


def _sequence(table: Table) -> Any:
    return text(
        f"select setval(pg_get_serial_sequence('{table.name}', 'id'), coalesce((select max(id) from {table.name}), 0) + 1, false)"
    )
