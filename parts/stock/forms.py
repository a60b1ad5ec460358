"""Shape of what is typed on the pages of stock; what it means is judged by the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from dealers.service.forms import BAD_NUMBER, BAD_YUAN, Reader, hundredths
from parts.stock.queries.issues import Need
from parts.stock.queries.transfers import AnyRow
from parts.stock.rules import NOTHING
from parts.stock.services import Arrival, Limits, Line, Portion
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, _, say
from portal.kernel.money import yuan

#: Lines that an empty document offers.
ROWS = 6

#: What the fields of the room's pages are called, by the end of their names.
FIELDS = {
    "part": N_("Part number"),
    "quantity": N_("Quantity"),
    "bin": N_("Bin"),
    "to_bin": N_("To bin"),
    "cost": N_("Cost a unit (yuan)"),
    "reference": N_("Supplier's note"),
    "reason_code": N_("Reason"),
    "reason": N_("In words"),
    "receiver": N_("To station (code)"),
    "note": N_("Note"),
    "minimum": N_("Minimum"),
    "maximum": N_("Maximum"),
    "home_bin": N_("Bin"),
    "bins": N_("Bins that begin with"),
    "scan": N_("Scan a part"),
    "counted": N_("Counted"),
    "issue": N_("To issue"),
    "return": N_("To take back"),
}


def label_of(field: str | None) -> str:
    """Return what a field is called: ``line-3-quantity`` is a quantity, ``line-12`` of a sheet what was counted."""
    words = (field or "").split("-")
    last = words[-1] if words[-1] in FIELDS else words[0]
    return FIELDS.get(last, FIELDS["counted"] if last == "line" else "")


def read_lines(reader: Reader) -> list[Line]:
    """Read the lines of a document; one without a part and a quantity is none."""
    found = []
    for place in (f"line-{number}" for number in range(ROWS)):
        part = reader.text(f"{place}-part")
        if not part and not reader.text(f"{place}-quantity"):
            continue
        quantity = reader.read(f"{place}-quantity", hundredths, BAD_NUMBER, NOTHING)
        cost = reader.read(f"{place}-cost", yuan, BAD_YUAN, None)
        line = Line(part, quantity, reader.text(f"{place}-bin"), cost, reader.text(f"{place}-to_bin"), place)
        found.append(line)
    return found


def read_portions(reader: Reader, needs: Iterable[Need], kind: str) -> list[Portion]:
    """Read how much of an order's needs goes out (``issue``) or comes back (``return``)."""
    bins = {"issue": "bin", "return": "back"}[kind]
    return [
        Portion(need.key, reader.read(f"{kind}-{need.key}", hundredths, BAD_NUMBER, NOTHING),
                reader.text(f"{bins}-{need.key}"), f"{kind}-{need.key}")
        for need in needs if reader.text(f"{kind}-{need.key}")
    ]  # fmt: skip


def read_arrivals(reader: Reader, lines: Iterable[AnyRow]) -> Mapping[int, Arrival]:
    """Read what arrived of a transfer."""
    return {
        line.id: Arrival(
            reader.read(f"line-{line.id}-quantity", hundredths, BAD_NUMBER, NOTHING),
            reader.text(f"line-{line.id}-bin"),
        )
        for line in lines
    }


def read_counts(reader: Reader, lines: Iterable[AnyRow]) -> Mapping[int, Decimal | None]:
    """Read what was counted; an empty field is not counted yet."""
    return {
        line.id: reader.read(f"line-{line.id}", hundredths, BAD_NUMBER, None)
        for line in lines if f"line-{line.id}" in reader.typed
    }  # fmt: skip


def read_limits(reader: Reader) -> Limits:
    """Read when to order a part, up to how much, and where it lies."""
    return Limits(
        reader.read("minimum", hundredths, BAD_NUMBER, NOTHING),
        reader.read("maximum", hundredths, BAD_NUMBER, NOTHING), reader.text("home_bin"),
    )  # fmt: skip


def told(faults: Iterable[Fault]) -> list[tuple[str | None, str, str]]:
    """Return faults as the summary of a page shows them: field, what it is called, what is wrong."""
    return [(fault.field, _(label) if (label := label_of(fault.field)) else "", say(fault)) for fault in faults]


def checked(reader: Reader) -> None:
    """Raise what could not be read at all."""
    if reader.faults:
        raise DomainError(*reader.faults)
