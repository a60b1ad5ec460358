"""Shape of what is typed on the pages of orders; what it means is judged by the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dealers.service.forms import BAD_MOMENT, BAD_NUMBER, BAD_YUAN, Reader, hundredths, moment
from parts.orders.queries.orders import LineView
from parts.orders.rules import NOTHING
from parts.orders.services import Got, Promise, Receipt, Shipment, Wanted
from portal.kernel.clock import known_day
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_, _, say
from portal.kernel.money import yuan

#: Empty lines below those that an order has.
SPARE = 8
MOST_ROWS = 220
BAD_DAY = N_("Please write the date as 2026-01-31.")

#: What the fields of the room's pages are called, by the end of their names.
FIELDS = {
    "kind": N_("Kind"),
    "note": N_("Note"),
    "part": N_("Part number"),
    "quantity": N_("Quantity"),
    "promised_on": N_("Promised for"),
    "substitute": N_("Supply what replaces it"),
    "ship": N_("Ships now"),
    "carrier": N_("Carrier"),
    "waybill": N_("Waybill"),
    "shipped_at": N_("Shipped at"),
    "arrived_at": N_("Arrived at"),
    "short": N_("Short"),
    "damaged": N_("Damaged"),
    "bin": N_("Into bin"),
    "reason": N_("Reason"),
    "outcome": N_("Answer"),
    "invoice_no": N_("Invoice no."),
    "net": N_("Amount before tax (yuan)"),
}


def told(faults: Iterable[Fault]) -> list[tuple[str | None, str, str]]:
    """Return faults as the summary of a page shows them: field, what it is called, what is wrong."""
    return [(fault.field, _label((fault.field or "").split("-")[-1]), say(fault)) for fault in faults]


def _label(name: str) -> str:
    return _(FIELDS[name]) if name in FIELDS else ""


def read_wanted(reader: Reader) -> list[Wanted]:
    """Read the lines of a draft; one without a part and a quantity is none."""
    found = []
    for place in (f"line-{number}" for number in range(1, MOST_ROWS)):
        part = reader.text(f"{place}-part")
        if part or reader.text(f"{place}-quantity"):
            quantity = reader.read(f"{place}-quantity", hundredths, BAD_NUMBER, NOTHING)
            found.append(Wanted(part, quantity, place))
    return found


def read_promises(reader: Reader, lines: Iterable[LineView]) -> Mapping[int, Promise]:
    """Read what headquarters says of the lines that the page asked about."""
    return {
        view.line.id: Promise(
            reader.read(f"line-{view.line.id}-promised_on", _day, BAD_DAY, None),
            bool(reader.text(f"line-{view.line.id}-substitute")),
        )
        for view in lines if f"line-{view.line.id}-promised_on" in reader.typed
    }  # fmt: skip


def read_shipment(reader: Reader, lines: Iterable[LineView]) -> Shipment:
    """Read what leaves headquarters."""
    quantities = {
        view.line.id: reader.read(f"line-{view.line.id}-ship", hundredths, BAD_NUMBER, NOTHING) for view in lines
    }
    shipped_at = reader.read("shipped_at", moment, BAD_MOMENT, None)
    return Shipment(reader.text("carrier"), reader.text("waybill"), shipped_at, quantities)


def read_receipt(reader: Reader, lines: Iterable[Any]) -> Receipt:
    """Read how a delivery arrived."""
    got = {
        line.id: Got(
            reader.read(f"line-{line.id}-short", hundredths, BAD_NUMBER, NOTHING),
            reader.read(f"line-{line.id}-damaged", hundredths, BAD_NUMBER, NOTHING),
            reader.text(f"line-{line.id}-bin"),
        )
        for line in lines
    }
    return Receipt(reader.read("arrived_at", moment, BAD_MOMENT, None), got, reader.text("reason"))


def read_invoice(reader: Reader) -> tuple[str, Decimal, bool]:
    """Read an invoice: its number, its amount before tax, and whether it shall be kept although it differs."""
    net = reader.read("net", yuan, BAD_YUAN, None)
    if net is None and not reader.faults:
        reader.faults.append(Fault(N_("Please fill this in."), "net"))
    return reader.text("invoice_no"), net or NOTHING, bool(reader.text("differs"))


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not known_day(day):
        raise ValueError(text)
    return day
