"""Ask for a paper: checked at once, made by a worker, kept in the download centre."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import require, signed_in
from portal.kernel.i18n import _, locale_key
from portal.kernel.jobs import enqueue
from portal.kernel.room import house
from portal.kernel.web import actor, db_session, now
from reports.documents.jobs import KIND

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.post("/")
@signed_in
def make() -> Response:
    """Queue the paper ``kind`` of the object ``key``; what the person may not see is not there."""
    paper = house().papers.get(request.form.get("kind", ""))
    key = request.form.get("key", "")
    if paper is None:
        abort(404)
    require(actor(), paper.permission)
    content = paper.build(db_session(), key)
    title = f"{_(paper.title)} {paper.file_name(content)}"
    job = enqueue(db_session(), KIND, title, {"paper": paper.key, "key": key}, actor(), now(), locale_key())
    return redirect(url_for("downloads.job", job_id=job.id))
