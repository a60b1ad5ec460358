"""Take an uploaded list in: look at it, keep it, and put its import into the queue."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.imports.jobs import KIND
from portal.imports.models import ImportMapping
from portal.imports.queries import mapping_named
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, _, locale_key
from portal.kernel.importing.binding import bind
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import ColumnMapping, check, mapped, to_plain
from portal.kernel.importing.reading import open_source
from portal.kernel.jobs import Job, enqueue
from portal.kernel.storage import storage

#: The largest list that is taken; a network's 700,000 cars have about 110 MB.
LARGEST = 200 * 1024 * 1024


def queue_import(
    session: Session, kind: ImportKind, name: str, save: Callable[[Path], None], actor: Actor, now: datetime,
    mapping: ColumnMapping | None = None,
) -> Job:  # fmt: skip
    """Keep the list that ``save`` writes to a path and queue its import, read by a mapping if there is one.

    What is wrong with the list as a whole (unreadable, a required column missing) is told at once.
    """
    require(actor, Permission.IMPORT_RUN)
    require(actor, kind.permission)
    name = Path(name.replace("\\", "/")).name[:120] or "list"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        save(path)
        if path.stat().st_size > LARGEST:
            raise DomainError(
                Fault(N_("The file is larger than %(limit)s MB. Please split it."), "file", {"limit": LARGEST >> 20})
            )
        try:
            bind(kind, mapped(open_source(path, name), mapping, kind).headings())
        except DomainError as error:
            raise DomainError(*(Fault(fault.message, "file", fault.facts) for fault in error.faults)) from error
        key = f"imports/{local(now):%Y/%m}/{uuid.uuid4().hex}"
        storage().put(key, path)
    payload: dict[str, Any] = {"kind": kind.key, "file_key": key, "file_name": name}
    if mapping is not None:
        payload["mapping"] = to_plain(mapping)
    title = _("Import: %(kind)s, %(name)s", kind=_(kind.title), name=name)
    return enqueue(session, KIND, title, payload, actor, now, locale_key())


#: What is kept of a list that a mapping was made from: enough to know its columns by.
SAMPLE_ROWS, SAMPLE_COLUMNS, SAMPLE_CELL = 4, 200, 60


def sample_of(name: str, save: Callable[[Path], None]) -> tuple[list[list[str]], str, bool]:
    """Return the first rows of a list, what parts its columns, and whether quotation marks mean something."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        save(path)
        source = open_source(path, Path(name.replace("\\", "/")).name[:120] or "list")
        quoted = source.encoding is None or source.delimiter != "\t"  # flat files parted by tabs quote nothing
        source.quoted = quoted
        rows = next(source.parted(SAMPLE_ROWS, headings=False), None)
        cut = [[cell.strip()[:SAMPLE_CELL] for cell in row[:SAMPLE_COLUMNS]] for row in rows.rows] if rows else []
        if not cut:
            raise DomainError(Fault(N_("The file is empty: its first row must hold the headings."), "file"))
        return cut, source.delimiter if source.encoding is not None else "", quoted


def begin_mapping(
    session: Session, kind: ImportKind, name: str, mapping: ColumnMapping, sample: list[list[str]], actor: Actor,
    now: datetime,
) -> ImportMapping:  # fmt: skip
    """Keep a new mapping with its sample; it need not be whole yet."""
    row = ImportMapping(kind=kind.key, sample=sample)
    _write(session, kind, row, name, mapping, actor, now)
    session.add(row)
    session.flush()
    return row


def save_mapping(
    session: Session, kind: ImportKind, row: ImportMapping, name: str, mapping: ColumnMapping, actor: Actor,
    now: datetime,
) -> ImportMapping:  # fmt: skip
    """Keep what was chosen; a mapping that cannot work is refused."""
    check(mapping, kind)
    _write(session, kind, row, name, mapping, actor, now)
    session.flush()
    return row


def _write(
    session: Session, kind: ImportKind, row: ImportMapping, name: str, mapping: ColumnMapping, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    require(actor, Permission.IMPORT_RUN)
    require(actor, kind.permission)
    other = mapping_named(session, kind.key, name.strip())
    if other is not None and other is not row:
        raise DomainError(Fault(N_("Another mapping has this name."), "name"))
    row.name, row.body, row.made_by, row.made_at = name.strip(), to_plain(mapping), actor.name, now


def drop_mapping(session: Session, row: ImportMapping, kind: ImportKind, actor: Actor) -> None:
    """Forget a mapping; imports that it read stay as they are."""
    require(actor, Permission.IMPORT_RUN)
    require(actor, kind.permission)
    session.delete(row)
