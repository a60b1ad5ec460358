"""The job that writes a list to Excel: all rows that the filters leave, in the list's order."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from urllib.parse import parse_qsl

from portal.kernel.access import require
from portal.kernel.clock import local
from portal.kernel.i18n import _
from portal.kernel.jobs import Context, Outcome, handles
from portal.kernel.listing import all_rows, read_state
from portal.kernel.room import house
from portal.kernel.storage import storage
from reports.exports.workbook import write_workbook

KIND = "export"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@handles(KIND)
def export_list(context: Context) -> Outcome:
    """Write one list as its page shows it: filters, sort and chosen columns of the URL."""
    spec = house().lists[context.payload["list"]]
    require(context.actor, spec.permission)
    args = dict(parse_qsl(context.payload["query"]))
    shown = read_state(spec, args).columns
    columns = [column for column in spec.columns if column.key in shown]
    title, stamp = _(spec.title), local(context.now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        rows = all_rows(context.session, spec, args)
        count = write_workbook(path, title, columns, rows, lambda done: context.progress(done, 0))
        key = f"exports/{stamp:%Y/%m}/{uuid.uuid4().hex}.xlsx"
        storage().put(key, path)
    return Outcome({"rows": count}, key, f"{title}_{stamp:%Y%m%d_%H%M}.xlsx", XLSX)
