"""Pages of the campaigns' room."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

from warranty.campaigns.views import campaigns, cars, define  # noqa: E402  (they hang their pages on `bp`)

__all__ = ["bp", "campaigns", "cars", "define"]
