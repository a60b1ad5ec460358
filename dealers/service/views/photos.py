"""Photos of a visit: taken with a phone, shown to whoever may see the order."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from dealers.service import queries, services
from dealers.service.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.i18n import _, ngettext, say
from portal.kernel.storage import storage
from portal.kernel.web import actor, db_session, now


@bp.post("/<key>/photos")
@access(Permission.SERVICE_WRITE)
def add_photos(key: str) -> Any:
    """Keep photos; those that cannot be kept are named, the others stay."""
    order_id = queries.order_id(db_session(), key)
    files = [file for file in request.files.getlist("photo") if file.filename]
    kept = 0
    for file in files:
        try:
            services.add_photo(
                db_session(), order_id, file.read(), actor(), now(), caption=request.form.get("caption", "")
            )
            kept += 1
        except NotFoundError:
            raise
        except DomainError as error:
            flash(f"{file.filename}: {say(error.faults[0])}", "danger")
    if kept:
        flash(ngettext("%(num)d photo was added.", "%(num)d photos were added.", kept), "success")
    elif not files:
        flash(_("Please choose a photo first."), "info")
    return redirect(url_for("service.order", key=key) + "#photos")


@bp.post("/<number>/photos/<int:photo_id>/remove")
@access(Permission.SERVICE_WRITE)
def remove_photo(number: str, photo_id: int) -> Any:
    """Take a photo off an open order."""
    services.remove_photo(db_session(), queries.order_id(db_session(), number), photo_id, actor())
    flash(_("The photo was removed."), "success")
    return redirect(url_for("service.order", key=number) + "#photos")


@bp.get("/<number>/photos/<int:photo_id>.jpg")
@access(Permission.SERVICE_VIEW)
def photo(number: str, photo_id: int) -> Any:
    """Serve a photo; the browser of this person may keep it, nobody else's."""
    content = storage().get(queries.photo_key(db_session(), number, photo_id))
    if content is None:
        abort(404)
    return Response(content, 200, {"Cache-Control": "private, max-age=86400"}, content_type="image/jpeg")
