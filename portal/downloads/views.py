"""The download centre: everything somebody asked for that takes its time, with progress."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as BaseResponse

from portal.downloads.queries import OPEN_STATES, own_job, own_jobs
from portal.downloads.words import STATES, TONES
from portal.kernel.access import signed_in
from portal.kernel.audit import record_reading
from portal.kernel.i18n import _
from portal.kernel.jobs import Job, about_file
from portal.kernel.room import house
from portal.kernel.storage import storage
from portal.kernel.web import actor, db_session, page

bp = Blueprint("downloads", __name__, url_prefix="/downloads")

#: Shown in the browser; everything else is saved.
INLINE = frozenset({"application/pdf"})


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"job_states": STATES, "job_tones": TONES, "job_open": OPEN_STATES}


@bp.get("/")
@signed_in
def downloads() -> tuple[str, int]:
    """List what the person asked for."""
    return page("portal/downloads/list.html", jobs=own_jobs(db_session(), actor()))


@bp.get("/<int:job_id>")
@signed_in
def job(job_id: int) -> tuple[str, int] | BaseResponse:
    """Show one piece of work: its progress, its result, or why it failed."""
    found = own_job(db_session(), actor(), job_id)
    return page("portal/downloads/job.html", job=found, origin=_origin(found))


@bp.get("/<int:job_id>/progress")
@signed_in
def progress(job_id: int) -> str:
    """Return the part of the page that htmx asks for again until the work is done."""
    return render_template("portal/downloads/_progress.html", job=own_job(db_session(), actor(), job_id))


@bp.get("/<int:job_id>/file")
@signed_in
def file(job_id: int) -> Response | BaseResponse:
    """Hand out the result; before it is there, lead to the progress."""
    found = own_job(db_session(), actor(), job_id)
    if found.file_key is None:
        return redirect(url_for("downloads.job", job_id=job_id))
    content = storage().get(found.file_key)
    if content is None:
        abort(404)
    said = about_file(found.title, found.payload, found.result, found.file_name)
    record_reading("file downloaded", Job.__tablename__, said, row_id=found.id, actor=actor())
    return _as_file(content, found)


def _origin(job: Job) -> tuple[str, str] | None:
    """Return where a paper or an exported list was asked for, with the words of the link; None elsewhere."""
    paper = house().papers.get(job.payload.get("paper", ""))
    shown = None if paper is None else paper.shown_at(db_session(), job.payload["key"])
    if shown is not None:
        endpoint, arguments = shown
        one = any(rule.arguments for rule in current_app.url_map.iter_rules(endpoint))
        words = _("Back to the document") if one else _("Back to the list")
        return url_for(endpoint, **dict[str, Any](arguments)), words
    spec = house().lists.get(job.payload.get("list", ""))
    if spec is not None:
        return f"{url_for(spec.endpoint)}?{job.payload.get('query', '')}", _("Back to the list")
    return None


def _as_file(content: bytes, found: Job) -> Response:
    kind = found.file_type or "application/octet-stream"
    disposition = "inline" if kind in INLINE else "attachment"
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = dump_options_header(disposition, {"filename": found.file_name})
    return response
