"""What an import keeps beside the parts: the terms they are found by, and the news for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from parts.catalogue.models import NAMED, Part, PartChange, PartTerm
from parts.catalogue.rules.words import MODEL, terms
from parts.catalogue.services.news import queue_up
from portal.kernel.db import UtcDateTime
from portal.kernel.importing.store import Store, open_store
from portal.kernel.importing.upsert import CREATED, Sorting
from portal.kernel.scoping import actor_of

PART, TERM, CHANGE = (cast("Table", model.__table__) for model in (Part, PartTerm, PartChange))
#: Rows of terms that are written at once.
AT_ONCE = 100_000


class Terms:
    """Files the terms of new and renamed parts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._terms: list[str] = []
        self._numbers: list[str] = []
        self._renamed: dict[int, str] = {}  # keys of parts → the Chinese name they had

    def file(self, columns: dict[str, list[Any]], english: list[str], sorting: Sorting) -> None:
        """Take note of the parts that were created, or whose names changed."""
        rows = zip(columns["number"], columns["name_zh"], english, columns["initials"], strict=True)
        for row, verdict in zip(rows, sorting.verdicts, strict=True):
            if verdict == CREATED:
                self._add(*row)
        self._renamed |= {
            change.row_id: change.old["name_zh"]
            for change in sorting.changes
            if any(change.old[name] != change.new[name] for name in NAMED if name in change.new)
        }
        if len(self._terms) >= AT_ONCE:
            self._write()

    def finish(self) -> None:
        """Write what was noted."""
        renamed = self._store.existing(PART, "id", self._renamed, ("number", *NAMED)) if self._renamed else []
        renamed = self._followed(renamed)
        if renamed:
            numbers = self._store.several([row[1] for row in renamed])
            mine = f"{self._store.among('number')} and substr(term, 1, 1) <> '{MODEL}'"
            self._store.rows(f"delete from part_term where {mine} returning 1", numbers)  # noqa: S608  (own names only)
        for _id, *row in renamed:
            self._add(*row)
        self._renamed = {}
        self._write()

    def _followed(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Let the English name follow where the Chinese one stood in for it."""
        stale = [row for row in rows if row[3] == self._renamed[row[0]] != row[2]]
        if stale:
            self._store.update(PART, [row[0] for row in stale], {"name_en": [row[2] for row in stale]})
        gone = {row[0] for row in stale}
        return [(*row[:3], row[2], row[4]) if row[0] in gone else row for row in rows]

    def _add(self, number: str, name_zh: str, name_en: str, initials: str) -> None:
        found = terms(name_zh, name_en, initials)
        self._terms += found
        self._numbers += [number] * len(found)

    def _write(self) -> None:
        if self._terms:
            self._store.insert(TERM, {"term": self._terms, "number": self._numbers})
            self._terms, self._numbers = [], []


class News:
    """Collects what is new, to be told when every row stays."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, str, str | None, str]] = []

    def add(self, part_id: int, kind: str, day: str | date | None = None, detail: str = "") -> None:
        """Note one change."""
        self._rows.append((part_id, kind, str(day) if day else None, detail or ""))

    def publish(self, session: Session, now: datetime) -> None:
        """Write the changes, in the order of the rows."""
        if not self._rows:
            return
        queue_up(session)
        actor = actor_of(session)
        name, moment = actor.name if actor else "import", _written(session, now)
        parts, kinds, days, details = (list(column) for column in zip(*self._rows, strict=True))
        columns: dict[str, Sequence[Any]] = {
            "part_id": parts, "kind": kinds, "day": days, "detail": details,
            "changed_by": [name] * len(parts), "changed_at": [moment] * len(parts),
        }  # fmt: skip
        with open_store(session) as store:
            store.insert(CHANGE, columns)


def _written(session: Session, moment: datetime) -> str:
    """Return a moment as the driver takes it."""
    value = UtcDateTime().process_bind_param(moment, session.get_bind().dialect)
    return value.isoformat(" ", "microseconds") if value else ""
