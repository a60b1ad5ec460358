"""Alembic's environment: the app's engine, our metadata, batches for SQLite."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import JSON, Connection

from portal.kernel.db import Base, Exact, UtcDateTime

engine = current_app.extensions["migrate"].db.engine


def plain(kind: str, item: Any, context_: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration outlives the code."""
    if kind == "type" and isinstance(item, Exact):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        context_.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def keep_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys; it listens between transactions only, so the driver is asked itself.

    A batch copies a table, drops it and renames the copy: rows of other tables point at nothing meanwhile.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def run() -> None:
    with engine.connect() as connection:
        keep_keys(connection, on=False)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if lost is not None:
                    raise RuntimeError(f"a row of {lost[0]} points at nothing in {lost[2]}")
        connection.commit()
        keep_keys(connection, on=True)


run()
