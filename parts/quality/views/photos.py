"""Photos of a report: added by whoever opened it, shown to whoever may see it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from parts.quality import services
from parts.quality.queries.reports import find_report, photo_key
from parts.quality.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, ngettext, say
from portal.kernel.storage import storage
from portal.kernel.web import actor, db_session, now

EITHER = (Permission.QUALITY_REPORT, Permission.QUALITY_HANDLE)


@bp.post("/<key>/photos")
@access(*EITHER)
def add_photos(key: str) -> Any:
    """Keep photos; those that cannot be kept are named, the others stay."""
    find_report(db_session(), key)
    files = [file for file in request.files.getlist("photo") if file.filename]
    kept = 0
    for file in files:
        try:
            services.add_photo(db_session(), key, file.read(), actor(), now(), caption=request.form.get("caption", ""))
            kept += 1
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            flash(f"{file.filename}: {say(error.faults[0])}", "danger")
    if kept:
        flash(ngettext("%(num)d photo was added.", "%(num)d photos were added.", kept), "success")
    elif not files:
        flash(_("Please choose a photo first."), "info")
    return redirect(url_for("quality.report", key=key) + "#photos")


@bp.post("/<key>/photos/<int:photo_id>/remove")
@access(*EITHER)
def remove_photo(key: str, photo_id: int) -> Any:
    """Take a photo off the report."""
    services.remove_photo(db_session(), key, photo_id, actor(), now())
    flash(_("The photo was removed."), "success")
    return redirect(url_for("quality.report", key=key) + "#photos")


@bp.get("/<key>/photos/<int:photo_id>.jpg")
@access(Permission.QUALITY_VIEW)
def photo(key: str, photo_id: int) -> Any:
    """Serve a photo; the browser of this person may keep it, nobody else's."""
    content = storage().get(photo_key(db_session(), key, photo_id))
    if content is None:
        abort(404)
    return Response(content, 200, {"Cache-Control": "private, max-age=86400"}, content_type="image/jpeg")
