"""The room's papers: labels one a page and many a sheet, packing lists, lists of what left the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from parts.returns.queries import papers
from parts.returns.queries.pages import box_sheet, disposal_of
from parts.returns.queries.papers import Label
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_

#: Stickers on a sheet of A4: three across, eight down, 70 × 37 mm each.
ACROSS, DOWN = 3, 8
A_SHEET = ACROSS * DOWN
#: What is printed where a box's number could stand: all that is still to be packed.
DUE = "due"
#: The number of one of the files that hold all that is due.
FILE = re.compile("[1-9][0-9]{0,2}")
LIABILITY_NAMES = {"supplier": "供应商质量责任", "maker": "主机厂责任", "goodwill": "善意索赔"}
OUTCOME_NAMES = {
    "ok": "合格", "wrong_part": "错件", "no_fault": "无故障", "missing": "缺件", "not_genuine": "非纯正件",
    "not_causal": "非主因件", "damaged": "人为损坏", "no_label": "无标签",
}  # fmt: skip


@dataclass(frozen=True)
class LabelPaper:
    """One label, on a page of its own."""

    number: str
    label: Label
    liability: str


def build_label(session: Session, number: str) -> LabelPaper:
    """Load the label of a part."""
    found = papers.label(session, number)
    return LabelPaper(number, found, LIABILITY_NAMES[found.liability])


@dataclass(frozen=True)
class LabelSheets:
    """Labels for sheets of stickers: each sheet has a place for every sticker, None where none is printed."""

    number: str
    sheets: tuple[tuple[Label | None, ...], ...]
    liabilities: dict[str, str]


def build_labels(session: Session, key: str) -> LabelSheets:
    """Load the labels of a box, or of all that is due; ``key`` may end in ``@5``: five stickers are used up.

    What is due beyond the first file is in ``due-2`` and so on.
    """
    wanted, _at, used = key.partition("@")
    kind, dash, file = wanted.partition("-")
    skipped = int(used) if used.isdigit() and int(used) < A_SHEET else 0
    if kind == DUE:
        found = papers.labels_due(session, int(file or 1)) if not dash or FILE.fullmatch(file) else []
    else:
        found = papers.labels_of_box(session, wanted)
    if not found:
        raise DomainError(Fault(N_("There is no part here that needs a label.")))
    places: list[Label | None] = [*[None] * skipped, *found]
    places += [None] * (-len(places) % A_SHEET)
    sheets = tuple(tuple(places[start : start + A_SHEET]) for start in range(0, len(places), A_SHEET))
    return LabelSheets(wanted, sheets, LIABILITY_NAMES)


def labels_shown_at(_session: Session, key: str) -> tuple[str, dict[str, str]]:
    """Return the page of the box whose labels these are, or the list of what is due."""
    wanted = key.partition("@")[0]
    return ("returns.parts", {"state": DUE}) if wanted.partition("-")[0] == DUE else ("returns.box", {"box": wanted})


@dataclass(frozen=True)
class PackedRow:
    """A part on a packing list."""

    number: str
    claim: str
    vin: str
    part_number: str
    part_name: str
    quantity: Decimal
    maker: str | None


@dataclass(frozen=True)
class PackingList:
    """What lies in a box, for whoever opens it."""

    number: str
    dealer_code: str
    dealer_name: str
    address: str | None
    phone: str | None
    carrier: str | None
    waybill: str | None
    packed_by: str
    shipped_at: datetime | None
    rows: tuple[PackedRow, ...]


def build_packing_list(session: Session, number: str) -> PackingList:
    """Load what a box's list says."""
    found = box_sheet(session, number)
    box, dealer = found.box, found.dealer
    return PackingList(
        box.number, dealer.code, dealer.name, dealer.address, dealer.phone, box.carrier, box.waybill,
        box.shipped_by or box.opened_by, box.shipped_at,
        tuple(
            PackedRow(part.number, part.claim_number, part.vin, part.part_number, part.part_name, part.quantity,
                      part.maker)
            for part in found.parts
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class LeavingRow:
    """A part on a list of what left the store."""

    number: str
    station: str
    vin: str
    odometer_km: int
    part_number: str
    part_name: str
    quantity: Decimal
    concern: str
    finding: str
    place: str | None


@dataclass(frozen=True)
class LeavingList:
    """What was handed to a supplier, or scrapped."""

    number: str
    kind: str
    receiver: str
    note: str
    made_by: str
    made_at: datetime
    rows: tuple[LeavingRow, ...]


def build_leaving_list(session: Session, number: str) -> LeavingList:
    """Load what a list of the store says."""
    found = disposal_of(session, number)
    made = found.disposal
    return LeavingList(
        made.number, made.kind, made.receiver, made.note, made.made_by, made.made_at,
        tuple(
            LeavingRow(
                part.number, station, part.vin, part.odometer_km, part.part_number, part.part_name, part.quantity,
                part.concern, OUTCOME_NAMES.get(part.outcome or "", "—"), part.place,
            )
            for part, station in found.parts
        ),
    )  # fmt: skip


def file_name(paper: LabelPaper | LabelSheets | PackingList | LeavingList) -> str:
    """Name a file after what it is about."""
    return paper.number
