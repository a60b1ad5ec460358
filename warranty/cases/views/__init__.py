"""Pages of replacement and return cases; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/cases")

from warranty.cases.views import cases, steps  # noqa: E402, F401
