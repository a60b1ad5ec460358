"""The job that writes a table of this room to Excel."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from urllib.parse import parse_qsl

from portal.kernel.access import require
from portal.kernel.clock import local, local_date
from portal.kernel.i18n import _
from portal.kernel.jobs import Context, Outcome, handles
from portal.kernel.storage import storage
from reports.analytics.sheets import SHEETS
from reports.exports.jobs import XLSX
from reports.exports.workbook import write_workbook

KIND = "analytics"


@handles(KIND)
def write_table(context: Context) -> Outcome:
    """Write the table ``sheet`` as its page shows it for the arguments in ``query``, whole."""
    sheet = SHEETS[context.payload["sheet"]]
    require(context.actor, sheet.permission)
    args, stamp = dict(parse_qsl(context.payload["query"])), local(context.now)
    rows = sheet.rows(context.session, args, local_date(context.now))
    title, key = _(sheet.title), f"exports/{stamp:%Y/%m}/{uuid.uuid4().hex}.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        count = write_workbook(path, title, sheet.columns, rows, lambda done: context.progress(done, 0))
        storage().put(key, path)
    return Outcome({"rows": count}, key, f"{title}_{stamp:%Y%m%d_%H%M}.xlsx", XLSX)
