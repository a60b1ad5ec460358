"""Home: the work that waits."""

from __future__ import annotations

from flask import Blueprint

from portal.kernel.access import signed_in
from portal.kernel.web import page

bp = Blueprint("ui", __name__, static_folder="static", static_url_path="/static")


@bp.get("/")
@signed_in
def home() -> tuple[str, int]:
    """Show the day's work."""
    return page("portal/ui/home.html")
