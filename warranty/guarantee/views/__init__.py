"""Pages of the law's room."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("guarantee", __name__, url_prefix="/guarantee")

from warranty.guarantee.views import alarms, certificates, tables, watch  # noqa: E402  (they hang their pages on `bp`)

__all__ = ["alarms", "bp", "certificates", "tables", "watch"]
