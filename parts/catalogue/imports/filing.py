"""What an import keeps beside the parts: the terms they are found by, and the news for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from parts.catalogue.models import NAMED, Part, PartChange, PartTerm
from parts.catalogue.rules.words import terms
from parts.catalogue.services.news import queue_up
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
        self._renamed: list[int] = []  # keys of parts; what a list leaves out of their names is read at the end

    def file(self, columns: dict[str, list[Any]], english: list[str], sorting: Sorting) -> None:
        """Take note of the parts that were created, or whose names changed."""
        rows = zip(columns["number"], columns["name_zh"], english, columns["initials"], strict=True)
        for row, verdict in zip(rows, sorting.verdicts, strict=True):
            if verdict == CREATED:
                self._add(*row)
        self._renamed += [
            change.row_id
            for change in sorting.changes
            if any(change.old[name] != change.new[name] for name in NAMED if name in change.new)
        ]
        if len(self._terms) >= AT_ONCE:
            self._write()

    def finish(self) -> None:
        """Write what was noted."""
        renamed = self._store.existing(PART, "id", self._renamed, ("number", *NAMED)) if self._renamed else []
        if renamed:
            self._store.delete(TERM, "number", [row[1] for row in renamed])
        for _id, *row in renamed:
            self._add(*row)
        self._renamed = []
        self._write()

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
    kind = PartChange.__table__.c.changed_at.type
    value = kind.process_bind_param(moment, session.get_bind().dialect)
    return value.isoformat(" ", "microseconds") if value else ""
