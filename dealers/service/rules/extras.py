"""What a visit cost beside the repair, and what bridges the customer's days without a car."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dealers.service.rules.base import Problem
from portal.kernel.money import ZERO

SUBSTITUTES = ("none", "car", "transport", "agreed")  # agreed: otherwise settled with the customer (Art. 21)
#: Hours that the law does not count as repair time (Art. 24).
EXCLUDED_HOURS = ("special_transport_hours", "battery_transport_hours", "rescue_hours")
EXCLUDED_LIMIT = Decimal(9_999)


@dataclass(frozen=True)
class Extras:
    """Out-call, towing and what bridges the customer's days without a car (Art. 21). Yuan, km one way."""

    out_call_km: int | None = None
    out_call_expenses: Decimal = ZERO
    towing_fee: Decimal = ZERO
    substitute: str = "none"
    substitute_from: datetime | None = None
    substitute_until: datetime | None = None
    substitute_amount: Decimal = ZERO
    special_transport_hours: Decimal = ZERO
    battery_transport_hours: Decimal = ZERO
    rescue_hours: Decimal = ZERO


def extras_problems(extras: Extras) -> Iterator[Problem]:
    """Check out-call, towing, hours that do not count, and substitute car."""
    if extras.out_call_km is not None and not 0 <= extras.out_call_km <= 9_999:  # noqa: PLR2004  (China is 5,500 km)
        yield Problem("out_call_distance", "out_call_km")
    for name in ("out_call_expenses", "towing_fee", "substitute_amount"):
        if getattr(extras, name) < 0:
            yield Problem("amount_negative", name)
    for name in EXCLUDED_HOURS:
        if not 0 <= getattr(extras, name) <= EXCLUDED_LIMIT:
            yield Problem("excluded_hours", name, {"limit": f"{EXCLUDED_LIMIT:,}"})
    yield from _substitute_problems(extras)


def _substitute_problems(extras: Extras) -> Iterator[Problem]:
    if extras.substitute not in SUBSTITUTES:
        yield Problem("substitute_unknown", "substitute")
    elif extras.substitute == "car":
        if extras.substitute_from is None:
            yield Problem("substitute_from", "substitute_from")
        elif extras.substitute_until is not None and extras.substitute_until < extras.substitute_from:
            yield Problem("substitute_order", "substitute_until")
    elif extras.substitute == "transport" and extras.substitute_amount == 0:
        yield Problem("substitute_amount", "substitute_amount")
