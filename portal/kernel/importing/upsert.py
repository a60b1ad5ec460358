"""Bring rows into a table: new ones are inserted, changed ones updated, the rest left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from portal.kernel.importing.store import Columns, Store

CREATED, UPDATED, UNCHANGED = 0, 1, 2


@dataclass(frozen=True)
class Change:
    """A row that differs: its id, its place among the rows given, what it was and what it becomes."""

    row_id: int
    index: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass
class Sorting:
    """What became of each row (`CREATED`, `UPDATED` or `UNCHANGED`), and the changes in full."""

    verdicts: list[int]
    changes: list[Change] = field(default_factory=list)


class Upsert:
    """Writes one table. Keys must not repeat among the rows of a run.

    ``key`` are the columns that name a row, the first of them never null. ``defaults``
    stand for what the list does not say of a new row. A value that is None
    changes nothing: a list that lacks a column, or leaves a cell empty, deletes nothing.
    """

    def __init__(
        self, store: Store, table: Table, key: tuple[str, ...], defaults: Mapping[str, Any] | None = None
    ) -> None:
        self.store, self.table, self.key = store, table, key
        self.defaults = dict(defaults or {})
        self._fresh = store.is_empty(table)

    def write(self, columns: Columns, initial: Columns | None = None) -> Sorting:
        """Write rows given by columns, the key columns among them; ``initial`` are for new rows only."""
        size = len(columns[self.key[0]])
        whole = {**columns, **(initial or {})}
        if self._fresh:
            self._insert(whole)
            return Sorting([CREATED] * size)
        known = self._known(columns)
        sorting = Sorting([CREATED] * size)
        if known:
            self._compare(columns, known, sorting)
        places = [index for index, verdict in enumerate(sorting.verdicts) if verdict == CREATED]
        if places:
            every = len(places) == size
            self._insert(whole if every else {n: [c[i] for i in places] for n, c in whole.items()})
        if sorting.changes:
            self._update(sorting.changes)
        return sorting

    def _known(self, columns: Columns) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        first, wide = self.key[0], len(self.key)
        others = [name for name in columns if name not in self.key]
        found = self.store.existing(self.table, first, set(columns[first]), [*self.key, *others])
        return {row[1 : 1 + wide]: row for row in found}

    def _compare(self, columns: Columns, known: dict[tuple[Any, ...], tuple[Any, ...]], sorting: Sorting) -> None:
        names = [name for name in columns if name not in self.key]
        wide = 1 + len(self.key)
        given = list(zip(*(columns[name] for name in names), strict=True)) if names else []
        for index, key in enumerate(zip(*(columns[name] for name in self.key), strict=True)):
            row = known.get(key)
            if row is None:
                continue
            old, new = row[wide:], given[index] if names else ()
            if old == new or all(n is None or n == o for o, n in zip(old, new, strict=True)):
                sorting.verdicts[index] = UNCHANGED
                continue
            sorting.verdicts[index] = UPDATED
            merged = (o if n is None else n for o, n in zip(old, new, strict=True))
            sorting.changes.append(
                Change(row[0], index, dict(zip(names, old, strict=True)), dict(zip(names, merged, strict=True)))
            )

    def _insert(self, columns: Columns) -> None:
        size = len(columns[self.key[0]])
        given: dict[str, Sequence[Any]] = dict(columns)
        for name, value in self.defaults.items():
            if name not in given:
                given[name] = [value] * size
            elif None in given[name]:
                given[name] = [value if cell is None else cell for cell in given[name]]
        self.store.insert(self.table, given)

    def _update(self, changes: list[Change]) -> None:
        names = list(changes[0].new)
        self.store.update(
            self.table,
            [change.row_id for change in changes],
            {name: [change.new[name] for change in changes] for name in names},
        )
