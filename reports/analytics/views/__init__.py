"""Pages of figures: clocks for everybody with claims, what is worth a look for headquarters."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("analytics", __name__, url_prefix="/analytics")

from reports.analytics.views import clocks, conspicuous, failures  # noqa: E402, F401  (their views join it)
