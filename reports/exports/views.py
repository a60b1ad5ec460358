"""Ask for a list as an Excel file."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import require, signed_in
from portal.kernel.i18n import _, locale_key
from portal.kernel.jobs import enqueue
from portal.kernel.room import house
from portal.kernel.web import actor, db_session, now
from reports.exports.jobs import KIND

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.post("/")
@signed_in
def make() -> Response:
    """Queue the export of the list ``list`` in the state that ``query`` describes."""
    spec = house().lists.get(request.form.get("list", ""))
    if spec is None:
        abort(404)
    require(actor(), spec.permission)
    payload = {"list": spec.key, "query": request.form.get("query", "")}
    title = _("%(list)s as an Excel file", list=_(spec.title))
    job = enqueue(db_session(), KIND, title, payload, actor(), now(), locale_key())
    return redirect(url_for("downloads.job", job_id=job.id))
