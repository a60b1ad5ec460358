"""Pages of stock; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("stock", __name__, url_prefix="/stock")

from parts.stock.views import documents, issue, items, takes, transfers  # noqa: E402, F401
