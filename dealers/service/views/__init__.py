"""Pages of the service room."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("service", __name__, url_prefix="/service")

from dealers.service.views import counter, fragments, orders, photos  # noqa: E402  (they hang their pages on `bp`)

__all__ = ["bp", "counter", "fragments", "orders", "photos"]
