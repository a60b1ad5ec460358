"""Pages of quality reports; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("quality", __name__, url_prefix="/quality")

from parts.quality.views import fragments, pages, photos, station, work  # noqa: E402, F401
