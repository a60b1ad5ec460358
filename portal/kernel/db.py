"""The database: typed base, exact column types, and how transactions begin.

SQLite has no exact decimal and no row locks, so amounts are integers of their smallest unit and a
transaction that will write takes the write lock when it begins (``BEGIN IMMEDIATE``): what it read
is still true when it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    PoolProxiedConnection,
    String,
    Text,
    event,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import JSON, TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Milliseconds a SQLite writer waits for its turn before it gives up.
BUSY_TIMEOUT_MS = 30_000

_writing: ContextVar[bool] = ContextVar("writing", default=True)


class Exact(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, kept as an integer: exact in every database."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places

    @property
    def python_type(self) -> type[Decimal]:
        """What code sees."""
        return Decimal

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Scale up; a finer value is an error, never rounded silently."""
        del dialect
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError(f"an exact number is needed, not {value!r}")
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"finer than {self.places} places: {value!r}")
        return int(scaled)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], Decimal | None]:
        """Scale down again; a page reads this type a hundred times, so nothing stands around the reckoning."""
        del dialect, coltype
        unit = Decimal(1).scaleb(-self.places)
        return lambda value: None if value is None else unit * value


class Fen(Exact):
    """Yuan in code, integer fen in the database."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(2)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in code, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What code sees; the cursor of a list sorted by a moment is read by it."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC; a naive moment is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give back the zone that SQLite cannot keep, read with the text: adding it later takes ten times as long."""
        del coltype
        if dialect.name == "sqlite":
            return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")
        return lambda value: None if value is None else value.astimezone(UTC)


#: A key that SQLite makes from its row id and PostgreSQL from a 64-bit identity.
BigKey = BigInteger().with_variant(Integer(), "sqlite")
#: JSON that PostgreSQL can index.
Document = JSON().with_variant(postgresql.JSONB(), "postgresql")


class Written(str):
    """A document that is written as JSON already; prepared statements hand it on as it is."""

    __slots__ = ()


class Base(DeclarativeBase):
    """The base of every table. ``__audited__ = False`` is for tables that are traces themselves."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            int: BigInteger().with_variant(Integer(), "sqlite"),
            str: Text(),
            datetime: UtcDateTime(),
            date: Date(),
            Decimal: Fen(),
            dict[str, Any]: Document,
            list[Any]: Document,
        },
    )
    __audited__: ClassVar[bool] = True


class Identified:
    """A surrogate key; what people read is the number, code or VIN beside it."""

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)


def short(length: int) -> String:
    """Return the type of a short text with a bound."""
    return String(length)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


@contextmanager
def read_transactions() -> Iterator[None]:
    """Let transactions begun inside take no write lock on SQLite: GET requests and reading jobs."""
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


def begin_for_reading(*, reading: bool) -> None:
    """Choose the mode for the rest of this context (one web request)."""
    _writing.set(not reading)


def reads_only() -> bool:
    """Tell whether nothing will be written in this context."""
    return not _writing.get()


def plan_from_now_on(pooled: PoolProxiedConnection, *, once: bool) -> None:
    """Let PostgreSQL plan what comes on a connection once for all values, or as it thinks best.

    What is so is kept with the connection, for telling costs a message; outside of a transaction only, which could
    take it back.
    """
    if pooled.info.get("planned_once", False) == once:
        return
    driver: Any = pooled.driver_connection
    alone, driver.autocommit = driver.autocommit, True
    driver.execute(f"set plan_cache_mode = {'force_generic_plan' if once else 'auto'}")
    driver.autocommit = alone
    pooled.info["planned_once"] = once


def attach(engine: Engine) -> None:
    """Teach an engine our way of connecting and beginning."""
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "begin")
        def _plan_freely(connection: Connection) -> None:
            plan_from_now_on(connection.connection, once=False)

        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver shall not begin on its own
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
