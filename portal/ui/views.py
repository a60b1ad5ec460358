"""Home with the work that waits, and the search that is always there."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import public, signed_in
from portal.kernel.i18n import say
from portal.kernel.web import actor, db_session, now, page
from portal.ui import queries

bp = Blueprint("ui", __name__, static_folder="static", static_url_path="/static")


@bp.get("/")
@signed_in
def home() -> tuple[str, int]:
    """Show the day's work."""
    work = queries.waiting(db_session(), actor(), now())
    return page("portal/ui/home.html", work=work, quick=queries.quick_actions(actor()))


@bp.get("/search")
@signed_in
def search() -> Response | tuple[str, int]:
    """Lead straight to the one thing found; show several, or how to search."""
    text = request.args.get("q", "").strip()[:40]
    found = queries.search(db_session(), text, actor()) if text else []
    if len(found) == 1:
        return redirect(found[0].url)
    hint = queries.hint(text)
    return page("portal/ui/search.html", text=text, found=found, hint=say(hint) if hint else None)


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """Lead to the icon: a PDF in a browser's own viewer asks for it under this name."""
    return redirect(url_for("ui.static", filename="icon.svg"))
