"""Pages of the recovery room."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("recovery", __name__, url_prefix="/recovery")

from warranty.recovery.views import contracts, demands, figures, lines, steps  # noqa: E402  (they hang on `bp`)

__all__ = ["bp", "contracts", "demands", "figures", "lines", "steps"]
