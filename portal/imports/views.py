"""Pages of imports: choose what, take the template, upload, watch, see what became of every row."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for

from portal.downloads.queries import own_job
from portal.imports.forms import SampleForm, UploadForm, first_mapping, mapping_form
from portal.imports.jobs import KIND, XLSX
from portal.imports.kinds import all_kinds, kind_of
from portal.imports.queries import mapping_of, mappings_of
from portal.imports.services import LARGEST, begin_mapping, drop_mapping, queue_import, sample_of, save_mapping
from portal.imports.words import STATES
from portal.kernel.access import Permission, access, require
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, locale_key
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import ColumnMapping, from_plain, is_day, loose
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
    known = {str(row.id): row for row in mappings_of(db_session(), found.key)}
    form.mapping.choices = [("", _("its own headings")), *((key, row.name) for key, row in known.items())]
    form.mapping.data = form.mapping.data or request.args.get("mapping", "")
    if form.validate_on_submit():
        upload = form.file.data
        try:
            chosen = known.get(form.mapping.data or "")
            mapping = from_plain(chosen.body, found) if chosen else None
            job = queue_import(db_session(), found, upload.filename or "", upload.save, actor(), now(), mapping)
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            return redirect(url_for("imports.result", job_id=job.id), 303)
    status = 422 if form.is_submitted() else 200
    return page(
        "portal/imports/start.html", status, kind=found, form=form, locale=locale_key(), limit=LARGEST >> 20
    )  # fmt: skip


@bp.get("/<kind>/mappings")
@access(Permission.IMPORT_RUN)
def mappings(kind: str) -> Any:
    """List the column mappings of a kind."""
    found = _kind(kind)
    return page("portal/imports/mappings.html", kind=found, mappings=mappings_of(db_session(), found.key))


@bp.route("/<kind>/mappings/new", methods=["GET", "POST"])
@access(Permission.IMPORT_RUN)
def new_mapping(kind: str) -> Any:
    """Begin a mapping with a list like those that it is to read."""
    found, form = _kind(kind), SampleForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            sample, delimiter, quotes = sample_of(upload.filename or "", upload.save)
            empty = ColumnMapping(headings=form.headings.data, delimiter=delimiter, quotes=quotes)
            mapping = first_mapping(found, sample[0], empty)
            row = begin_mapping(db_session(), found, form.name.data or "", mapping, sample, actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            return redirect(url_for("imports.mapping", kind=found.key, mapping_id=row.id))
    return page("portal/imports/mapping_new.html", 422 if form.is_submitted() else 200, kind=found, form=form)


@bp.route("/<kind>/mappings/<int:mapping_id>", methods=["GET", "POST"])
@access(Permission.IMPORT_RUN)
def mapping(kind: str, mapping_id: int) -> Any:
    """Choose for each field the column that it stands in."""
    found = _kind(kind)
    row = mapping_of(db_session(), found.key, mapping_id)
    present = loose(row.body)
    form = mapping_form(found, present, row.sample)
    if form.validate_on_submit():
        try:
            save_mapping(db_session(), found, row, form.name.data or "", form.mapping(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
            row = mapping_of(db_session(), found.key, mapping_id)
        else:
            flash(_("The mapping is kept."), "success")
            return redirect(url_for("imports.start", kind=found.key, mapping=row.id))
    if not form.is_submitted():
        form.name.data = row.name
    return page(
        "portal/imports/mapping.html", 422 if form.is_submitted() else 200, kind=found, form=form, row=row,
        headings=present.headings, is_day=is_day, locale=locale_key(),
    )  # fmt: skip


@bp.post("/<kind>/mappings/<int:mapping_id>/drop")
@access(Permission.IMPORT_RUN)
def forget_mapping(kind: str, mapping_id: int) -> Any:
    """Forget a mapping."""
    found = _kind(kind)
    drop_mapping(db_session(), mapping_of(db_session(), found.key, mapping_id), found, actor())
    flash(_("The mapping is gone."), "info")
    return redirect(url_for("imports.mappings", kind=found.key))


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
