"""What a room says of an import: its columns, what names a row, and the desk that files the rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.errors import Fault
from portal.kernel.importing.fields import Field, Parser
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell of a row; ``field`` None is for the row as a whole."""

    field: Field | None
    value: str
    fault: Fault


@dataclass
class Batch:
    """Some rows as columns: their numbers, their values by field, and what is wrong so far."""

    numbers: Sequence[int]
    values: dict[str, list[Any]]
    texts: Mapping[str, Sequence[str]]
    fields: Mapping[str, Field]
    wrong: dict[int, list[CellFault]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, index: int, key: str | None, fault: Fault) -> None:
        """Refuse the row at ``index`` because of one of its cells, or as a whole."""
        text = self.texts[key][index].strip() if key is not None and key in self.texts else ""
        self.wrong[index].append(CellFault(self.fields.get(key or ""), text, fault))

    def column(self, key: str) -> list[Any]:
        """Return a column's values, Nones where the list has no such column."""
        found = self.values.get(key)
        return [None] * len(self.numbers) if found is None else found


class Desk(ABC):
    """Checks and files the rows of one run. A room overrides what its rows need.

    ``parsers`` are those that need the database (codes of models and dealers).
    """

    def __init__(self, store: Store, today: date) -> None:
        self.store, self.today = store, today
        self.parsers: dict[str, Parser] = {}
        self.warnings: dict[str, list[int]] = defaultdict(list)  # message → numbers of rows
        self.notes: list[Fault] = []  # what is told beside the rows

    def check(self, batch: Batch) -> None:  # noqa: B027  (most rooms have nothing to add)
        """Look at cells together: refuse rows whose columns contradict each other."""

    @abstractmethod
    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File rows without fault; return `CREATED`, `UPDATED` or `UNCHANGED` for each."""

    def finish(self) -> dict[Any, Fault]:
        """Return the keys of rows that cannot stay after all; the run is then made anew without them.

        A fault is told at its field, without one at the first column of the key.
        """
        return {}

    def complete(self, session: Session, source: str, now: datetime) -> None:  # noqa: B027  (most rooms have no more to do)
        """Do, once every row stays, what is no row's matter; by the session, in the same transaction.

        ``source`` is the file's name.
        """


@dataclass(frozen=True)
class Agreement:
    """Rows with the same ``keys`` must say the same in ``contents``."""

    keys: tuple[str, ...]
    contents: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class ImportKind:
    """An import, described by data. ``key`` is the word on the command line and in the address.

    ``permission`` is needed besides `Permission.IMPORT_RUN`.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    natural_key: tuple[str, ...]
    tables: tuple[Table, ...]
    desk: Callable[[Store, date], Desk]
    agreements: tuple[Agreement, ...] = ()
    permission: Permission = Permission.IMPORT_RUN

    def field(self, key: str) -> Field:
        """Return a column's description."""
        return next(item for item in self.fields if item.key == key)


@dataclass
class Tally:
    """How many rows were read and what became of them: read is always the sum of the others."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add(self, verdicts: Sequence[int]) -> None:
        """Count rows that were filed."""
        self.created += verdicts.count(CREATED)
        self.updated += verdicts.count(UPDATED)
        self.unchanged += verdicts.count(UNCHANGED)

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in ("read", "created", "updated", "unchanged", "rejected")}
