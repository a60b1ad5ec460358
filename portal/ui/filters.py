"""How figures and moments are written on pages: the same in every room, in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from portal.kernel.clock import local, local_date
from portal.kernel.i18n import unit_name
from portal.kernel.money import FEN, ZERO, round_fen

#: What stands where a value is missing.
NOTHING = "—"


def money(value: Decimal | int | None) -> str:
    """Write yuan as ``1,234.50``: two places, thousands commas, a plain minus."""
    if value is None:
        return NOTHING
    exact = isinstance(value, Decimal) and value.same_quantum(FEN)  # as columns of amounts are read
    return f"{value + ZERO if exact else round_fen(value):,.2f}"


def number(value: Decimal | int | None) -> str:
    """Write a quantity as ``1,234`` or ``0.5``: no more places than it has."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def hours(value: Decimal | int | None) -> str:
    """Write quota hours as ``1.50``."""
    return money(value)


def km(value: int | None) -> str:
    """Write an odometer reading as ``12,345 km``."""
    return NOTHING if value is None else f"{value:,} km"


def day(value: date | datetime | None) -> str:
    """Write the calendar day as ``2026-11-20``; a moment's day is the one in China."""
    if value is None:
        return NOTHING
    return (local_date(value) if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> str:
    """Write a moment as ``2026-11-20 10:00`` by the wall clock in China."""
    if value is None:
        return NOTHING
    at = local(value)
    return f"{at.year}-{_TWO[at.month]}-{_TWO[at.day]} {_TWO[at.hour]}:{_TWO[at.minute]}"


def hours_over(due: datetime | None, at: datetime) -> int:
    """Return how many hours, begun ones counted, a moment is past; 0 while it is not."""
    return 0 if due is None else max(-((due - at) // HOUR), 0)


HOUR = timedelta(hours=1)


#: Numbers as two digits: a list writes hundreds of moments, and formats take twice as long.
_TWO = tuple(f"{value:02d}" for value in range(60))


#: The tone of a state's badge. One word means the same in every room; what is not listed is plain.
TONES = {
    "draft": "plain", "open": "info", "submitted": "info", "in_review": "warning", "returned": "warning",
    "approved": "success", "refused": "danger", "withdrawn": "plain", "in_settlement": "info",
    "settled": "success", "completed": "success", "cancelled": "plain", "generated": "info",
    "disputed": "warning", "confirmed": "success", "reviewed": "info", "invoiced": "info", "paid": "success",
    "suspended": "warning", "closed": "plain", "queued": "plain", "running": "info", "done": "success",
    "failed": "danger", "green": "success", "yellow": "notice", "orange": "warning", "red": "danger",
    "tried": "info", "in_force": "success", "discarded": "plain", "person": "warning", "clean": "success",
    "blocked": "danger", "in_opinion": "info", "countersign": "warning", "appealed": "warning",
    "entitled": "danger", "received": "info", "proposed": "warning", "accepted": "success", "replied": "info",
    "passed": "success", "packing": "info", "packed": "info", "shipped": "info", "signed": "notice",
    "deducted": "danger", "missing": "danger", "stored": "success", "handed_over": "success", "upheld": "warning",
    "waived": "success", "waiting": "info", "taken": "success",
    "in_analysis": "info", "measures": "notice", "checking": "notice", "rejected": "danger", "joined": "plain",
    "sent": "info", "answered": "info",
    "agreed": "success", "booked": "info",
    "short": "warning", "counting": "info", "posted": "success", "partly_delivered": "info", "delivered": "success",
    "differing": "warning",
}  # fmt: skip


def tone(state: object) -> str:
    """Return the tone of a state's badge: plain, info, success, notice, warning or danger."""
    return TONES.get(str(state), "plain")


FILTERS = {
    "money": money, "number": number, "hours": hours, "km": km, "day": day, "moment": moment, "tone": tone,
    "hours_over": hours_over, "unit": unit_name,
}  # fmt: skip
