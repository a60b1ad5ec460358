"""The job that imports an uploaded list: first it is checked, with progress, then written at once."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from portal.imports.kinds import kind_of
from portal.kernel.access import Permission, require
from portal.kernel.clock import local
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, locale_key, say
from portal.kernel.importing.mapping import from_plain, mapped
from portal.kernel.importing.reading import open_source
from portal.kernel.importing.run import run_import
from portal.kernel.jobs import Context, Outcome, handles
from portal.kernel.storage import storage

KIND = "import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@handles(KIND, reads_only=False)
def import_list(context: Context) -> Outcome:
    """Import one list; done twice, the second time changes nothing."""
    require(context.actor, Permission.IMPORT_RUN)
    kind, content = kind_of(context.payload["kind"]), storage().get(context.payload["file_key"])
    if kind is None or content is None:
        raise DomainError(Fault(N_("The uploaded file is gone. Please upload it again.")))
    require(context.actor, kind.permission)
    with tempfile.TemporaryDirectory() as folder:
        path, errors = Path(folder) / "list", Path(folder) / "errors.xlsx"
        path.write_bytes(content)
        del content
        said = context.payload.get("mapping")
        mapping = from_plain(said, kind) if said else None
        source = mapped(open_source(path, context.payload["file_name"]), mapping, kind)
        result = run_import(context.session, kind, source, errors, context.now, (locale_key(),), context.progress)
        key = None
        if result.errors is not None:
            key = f"imports/{local(context.now):%Y/%m}/{uuid.uuid4().hex}.xlsx"
            storage().put(key, result.errors)
    figures = {**result.tally.as_dict(), "notes": [say(note) for note in result.notes]}
    stem = Path(context.payload["file_name"]).stem
    return Outcome(figures, key, f"{stem}-errors.xlsx" if key else None, XLSX if key else None)
