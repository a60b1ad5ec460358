"""The job that makes a paper."""

from __future__ import annotations

import uuid

from portal.kernel.access import require
from portal.kernel.clock import local
from portal.kernel.jobs import Context, Outcome, handles
from portal.kernel.room import house
from portal.kernel.storage import storage
from reports.documents.render import to_pdf

KIND = "paper"


@handles(KIND)
def make_paper(context: Context) -> Outcome:
    """Build one paper in its owner's scope, render it, keep it."""
    paper = house().papers[context.payload["paper"]]
    require(context.actor, paper.permission)
    context.progress(0, 2)
    content = paper.build(context.session, context.payload["key"])
    context.progress(1, 2)
    pdf = to_pdf(paper, content, context.now)
    key = f"papers/{local(context.now):%Y/%m}/{uuid.uuid4().hex}.pdf"
    storage().put(key, pdf)
    context.progress(2, 2)
    return Outcome({"bytes": len(pdf)}, key, f"{paper.file_name(content)}.pdf", "application/pdf")
