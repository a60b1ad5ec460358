"""Exact figures, written shortly."""

from __future__ import annotations

from decimal import Decimal


def d(text: str) -> Decimal:
    """Return the exact figure that a text writes."""
    return Decimal(text)
