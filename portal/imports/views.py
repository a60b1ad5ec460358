"""Pages of imports: choose what, take the template, upload, watch, see what became of every row."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, send_file, url_for

from portal.downloads.queries import own_job
from portal.imports.forms import UploadForm
from portal.imports.jobs import KIND, XLSX
from portal.imports.kinds import all_kinds, kind_of
from portal.imports.services import LARGEST, queue_import
from portal.imports.words import STATES
from portal.kernel.access import Permission, access, require
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, locale_key
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.report import write_template
from portal.kernel.jobs import Job
from portal.kernel.web import actor, db_session, now, page, show_faults

bp = Blueprint("imports", __name__, url_prefix="/imports")


@bp.get("/")
@access(Permission.IMPORT_RUN)
def imports() -> Any:
    """Choose what to import."""
    return page("portal/imports/list.html", kinds=[kind for kind in all_kinds() if actor().may(kind.permission)])


@bp.route("/<kind>", methods=["GET", "POST"])
@access(Permission.IMPORT_RUN)
def start(kind: str) -> Any:
    """Upload a list; a list that cannot be imported as a whole is refused here."""
    found, form = _kind(kind), UploadForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            job = queue_import(db_session(), found, upload.filename or "", upload.save, actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            return redirect(url_for("imports.result", job_id=job.id), 303)
    status = 422 if form.is_submitted() else 200
    return page(
        "portal/imports/start.html", status, kind=found, form=form, locale=locale_key(), limit=LARGEST >> 20
    )  # fmt: skip


@bp.get("/<kind>/template")
@access(Permission.IMPORT_RUN)
def template(kind: str) -> Response:
    """Hand out an empty list with the right headings."""
    found = _kind(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(found, path, locale_key())
        content = path.read_bytes()
    return _download(content, f"{_(found.title)}.xlsx")


@bp.get("/jobs/<int:job_id>")
@access(Permission.IMPORT_RUN)
def result(job_id: int) -> Any:
    """Show an import: how far it is, then what became of every row."""
    return page("portal/imports/result.html", job=_own(job_id), import_states=STATES)


@bp.get("/jobs/<int:job_id>/progress")
@access(Permission.IMPORT_RUN)
def progress(job_id: int) -> str:
    """Return the part of the page that htmx asks for again until the import is done."""
    return render_template("portal/imports/_progress.html", job=_own(job_id), import_states=STATES)


def _kind(key: str) -> ImportKind:
    found = kind_of(key) or abort(404)
    require(actor(), found.permission)
    return found


def _own(job_id: int) -> Job:
    found = own_job(db_session(), actor(), job_id)
    return found if found.kind == KIND else abort(404)


def _download(content: bytes, name: str) -> Response:
    from io import BytesIO

    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name)
