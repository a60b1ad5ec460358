"""Pages on which headquarters writes parts: new ones, their facts, what replaces them, their pictures."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from parts.catalogue.forms.parts import NewPartForm, PartForm, SuccessionForm
from parts.catalogue.queries.levels import assembly_choices
from parts.catalogue.queries.parts import PartPage, part_page, picture_key
from parts.catalogue.queries.suppliers import supplier_choices
from parts.catalogue.services.chains import supersede
from parts.catalogue.services.facts import add_part, change_part
from parts.catalogue.services.pictures import add_picture, remove_picture
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.i18n import _, ngettext, say
from portal.kernel.storage import storage
from portal.kernel.web import actor, db_session, now, page, show_faults


@bp.route("/new-part", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def new_part() -> Any:
    """Add a part."""
    form = NewPartForm()
    _offer(form, None)
    if form.validate_on_submit():
        try:
            added = add_part(db_session(), form.number.data or "", form.facts(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The part is in the catalogue. Give it a price, so that repair orders can use it."), "success")
            return redirect(url_for("catalogue.part", key=added.number))
    return page("parts/catalogue/part_edit.html", 422 if form.is_submitted() else 200, form=form, part=None)


@bp.route("/parts/<key>/edit", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def edit_part(key: str) -> Any:
    """Change a part's facts."""
    present, form = _present(key), PartForm()
    _offer(form, present)
    if form.validate_on_submit():
        try:
            change_part(db_session(), key, form.facts(), form.seen(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The part's facts are changed."), "success")
            return redirect(url_for("catalogue.part", key=key))
    if not form.is_submitted():
        form.fill(present)
    return page("parts/catalogue/part_edit.html", 422 if form.is_submitted() else 200, form=form, part=present)


@bp.route("/parts/<key>/replace", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def replace_part(key: str) -> Any:
    """Say what replaces a part."""
    present, form = _present(key), SuccessionForm()
    if form.validate_on_submit():
        try:
            supersede(db_session(), key, form.succession(), form.seen(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The replacement is written down."), "success")
            return redirect(url_for("catalogue.part", key=key))
    if not form.is_submitted():
        form.fill(present)
    return page("parts/catalogue/replace.html", 422 if form.is_submitted() else 200, form=form, part=present)


@bp.post("/parts/<key>/pictures")
@access(Permission.CATALOGUE_EDIT)
def add_pictures(key: str) -> Any:
    """Keep pictures of a part; those that cannot be kept are named, the others stay."""
    kept = 0
    for file in [file for file in request.files.getlist("photo") if file.filename]:
        try:
            add_picture(db_session(), key, file.read(), actor(), now(), caption=request.form.get("caption", ""))
            kept += 1
        except NotFoundError:
            raise
        except DomainError as error:
            flash(f"{file.filename}: {say(error.faults[0])}", "danger")
    if kept:
        flash(ngettext("%(num)d picture was added.", "%(num)d pictures were added.", kept), "success")
    return redirect(url_for("catalogue.part", key=key) + "#pictures")


@bp.post("/parts/<key>/pictures/<int:picture_id>/remove")
@access(Permission.CATALOGUE_EDIT)
def drop_picture(key: str, picture_id: int) -> Any:
    """Take a picture off a part."""
    remove_picture(db_session(), key, picture_id, actor())
    flash(_("The picture was removed."), "success")
    return redirect(url_for("catalogue.part", key=key) + "#pictures")


@bp.get("/parts/<key>/pictures/<int:picture_id>.jpg")
@access(Permission.CATALOGUE_VIEW)
def picture(key: str, picture_id: int) -> Any:
    """Serve a picture."""
    content = storage().get(picture_key(db_session(), key, picture_id))
    if content is None:
        abort(404)
    return Response(content, 200, {"Cache-Control": "private, max-age=86400"}, content_type="image/jpeg")


def _present(key: str) -> PartPage:
    return part_page(db_session(), key, local_date(now()))


def _offer(form: PartForm, present: PartPage | None) -> None:
    kept = present.supplier.id if present is not None and present.supplier is not None else None
    form.offer(supplier_choices(db_session(), kept), assembly_choices(db_session()), present)
