"""Pages of the catalogue."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")

from parts.catalogue.views import edit, levels, names, news, parts, suppliers  # noqa: E402  (they hang their pages on `bp`)

__all__ = ["bp", "edit", "levels", "names", "news", "parts", "suppliers"]
