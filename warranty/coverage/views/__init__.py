"""Pages of coverage."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

from warranty.coverage.views import agreements, cars, versions  # noqa: E402  (they hang their pages on `bp`)

__all__ = ["agreements", "bp", "cars", "versions"]
