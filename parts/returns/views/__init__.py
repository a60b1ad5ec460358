"""Pages of old parts; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("returns", __name__, url_prefix="/returns")

from parts.returns.views import boxes, inspection, parts, store  # noqa: E402, F401
