"""Pages of pre-authorisations; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("authorisations", __name__, url_prefix="/authorisations")

from warranty.authorisations.views import fragments, pages, steps  # noqa: E402, F401
