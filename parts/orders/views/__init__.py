"""Pages of orders for parts; their views join the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("part_orders", __name__, url_prefix="/part-orders")

from parts.orders.views import deliveries, fragments, orders, steps  # noqa: E402, F401
