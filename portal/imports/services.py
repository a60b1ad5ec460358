"""Take an uploaded list in: look at it, keep it, and put its import into the queue."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.imports.jobs import KIND
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, _, locale_key
from portal.kernel.importing.binding import bind
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.reading import open_source
from portal.kernel.jobs import Job, enqueue
from portal.kernel.storage import storage

#: The largest list that is taken; a network's 700,000 cars have about 110 MB.
LARGEST = 200 * 1024 * 1024


def queue_import(
    session: Session, kind: ImportKind, name: str, save: Callable[[Path], None], actor: Actor, now: datetime
) -> Job:  # fmt: skip
    """Keep the list that ``save`` writes to a path and queue its import.

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
            bind(kind, open_source(path, name).headings())
        except DomainError as error:
            raise DomainError(*(Fault(fault.message, "file", fault.facts) for fault in error.faults)) from error
        key = f"imports/{local(now):%Y/%m}/{uuid.uuid4().hex}"
        storage().put(key, path)
    payload = {"kind": kind.key, "file_key": key, "file_name": name}
    title = _("Import: %(kind)s, %(name)s", kind=_(kind.title), name=name)
    return enqueue(session, KIND, title, payload, actor, now, locale_key())
