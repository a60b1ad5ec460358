"""The evidence package (追偿单及证据): the demand, and claim by claim why: failure, photos, the old part's inspection.

Photos are read when the paper is rendered, in the worker; asking for the paper reads none of them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import _, force_locale
from portal.kernel.money import MoneyError, total
from portal.kernel.storage import storage
from warranty.recovery.models import RecoveryAdjustment, RecoveryContract
from warranty.recovery.queries import evidence, old_parts, recoveries
from warranty.recovery.queries.adjustments import adjustments_of
from warranty.recovery.queries.old_parts import Inspection, OldPartPicture
from warranty.recovery.rules.given_back import AGAIN, BACK

#: Photos of one visit, and of one old part, that are printed, and their longest side in pixels: enough to see the part.
PHOTOS, LONGEST, QUALITY = 4, 900, 72
KIND_NAMES = {
    "labour": ("工时", "Labour"), "part": ("材料", "Material"), "handling": ("配件管理费", "Handling fee"),
}  # fmt: skip
KINDS_OF_ADJUSTMENT = {BACK: ("退还供应商", "Given back"), AGAIN: ("重新追偿", "Asked for again")}


@dataclass(frozen=True)
class Picture:
    """A photo on the paper."""

    storage_key: str
    caption: str
    added_at: datetime

    @property
    def address(self) -> str | None:
        """The photo as a ``data:`` address, made small for printing; None where it is gone or cannot be read."""
        content = storage().get(self.storage_key)
        if content is None:
            return None
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
                image.thumbnail((LONGEST, LONGEST))
                buffer = io.BytesIO()
                image.convert("RGB").save(buffer, "JPEG", quality=QUALITY)
        except (UnidentifiedImageError, OSError):
            return None
        return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


@dataclass(frozen=True)
class Inspected:
    """An old part on the paper: where it is and what was found, each in Chinese and English, and how it looks."""

    part: Inspection
    stands: tuple[str, str]
    finding: tuple[str, str] | None
    pictures: tuple[Picture, ...]
    more_pictures: int


@dataclass(frozen=True)
class ContractRow:
    """A contract that the demand rests on, as printed."""

    number: str
    paper_no: str | None
    about_zh: str
    about_en: str
    begins_on: date
    until_on: date
    shares: tuple[Decimal, Decimal, Decimal]
    claim_cap: Decimal | None
    year_cap: Decimal | None


@dataclass(frozen=True)
class ClaimRow:
    """A claim's row in the table of the first pages, and its sheet of evidence; yuan before tax."""

    claim: Any
    lines: tuple[Any, ...]
    basis: Decimal
    amount: Decimal
    asked: Decimal
    pictures: tuple[Picture, ...]
    more_pictures: int
    inspections: tuple[Inspected, ...]


@dataclass(frozen=True)
class AdjustmentRow:
    """What moved after the booking, as printed; yuan before tax, negative where it was asked for again."""

    number: str
    happened_on: date
    kind: tuple[str, str]
    reason: str
    reference: str | None
    lines: tuple[tuple[int, str], ...]  # position and claim
    amount: Decimal


@dataclass(frozen=True)
class EvidencePaper:
    """All that the package says."""

    number: str
    state: str
    round: int
    supplier: Any
    first_on: date
    last_on: date
    made_at: datetime
    sent_at: datetime | None
    due_on: date | None
    contracts: tuple[ContractRow, ...]
    kinds: tuple[tuple[str, str, Any], ...]
    claims: tuple[ClaimRow, ...]
    basis: Decimal
    claimed: Decimal
    asked: Decimal
    agreed: Decimal | None
    adjustments: tuple[AdjustmentRow, ...]
    net: Decimal | None


def build(session: Session, number: str) -> EvidencePaper:
    """Load a demand with its evidence; its sums are reckoned from the lines that are printed.

    Raises `MoneyError` when they are not what the demand says: such a paper is not printed.
    """
    found = recoveries.find(session, number)
    lines = session.execute(recoveries.shown_lines(found.id)).all()
    claimed, asked = total(line.amount for line in lines), total(line.asked for line in lines)
    if (claimed, asked) != (found.claimed, found.asked):
        raise MoneyError(f"{number}: the lines come to {claimed} and {asked}, the demand says {found.claimed}")
    kinds = recoveries.totals_by_kind(session, found.id)
    return EvidencePaper(
        number=found.number, state=found.state, round=found.round, supplier=recoveries.supplier_of(session, found),
        first_on=found.first_on, last_on=found.last_on, made_at=found.made_at, sent_at=found.sent_at,
        due_on=found.due_on, contracts=tuple(map(_contract, evidence.contracts_under(session, found.id))),
        kinds=tuple((*KIND_NAMES[row.kind], row) for row in kinds), claims=tuple(_claims(session, found.id, lines)),
        basis=total(line.basis for line in lines), claimed=claimed, asked=asked,
        agreed=found.agreed, adjustments=tuple(map(_adjustment, adjustments_of(session, found.id))),
        net=None if found.agreed is None else found.agreed - found.given_back,
    )  # fmt: skip


def file_name(paper: EvidencePaper) -> str:
    """Name the file after the demand's number."""
    return paper.number


def _adjustment(row: RecoveryAdjustment) -> AdjustmentRow:
    return AdjustmentRow(
        row.number, row.happened_on, KINDS_OF_ADJUSTMENT[row.kind], row.reason, row.reference,
        tuple((line[0], line[1]) for line in row.lines), row.amount if row.kind == BACK else -row.amount,
    )  # fmt: skip


def _contract(row: RecoveryContract) -> ContractRow:
    zh, en = {"part": ("配件", "Part"), "component": ("总成", "Component"), "all": ("全部配件", "All parts")}[row.scope]
    value_zh, value_en = _both(COMPONENTS.get(row.value, row.value)) if row.scope == "component" else (row.value,) * 2
    shares = (row.labour_share, row.part_share, row.handling_share)
    return ContractRow(
        row.number, row.paper_no, f"{zh} {value_zh}".strip(), f"{en} {value_en}".strip(), row.begins_on, row.until_on,
        shares, row.claim_cap, row.year_cap,
    )  # fmt: skip


def _claims(session: Session, recovery_id: int, lines: Iterable[Any]) -> Iterable[ClaimRow]:
    """Put a claim's lines, which follow each other, together with what proves them."""
    claims, photos = evidence.claims_of(session, recovery_id), evidence.photos_of(session, recovery_id)
    found, looks = old_parts.inspections_of(session, list(claims)), old_parts.photos_of(session, list(claims))
    for claim_id, group in groupby(lines, key=lambda line: line.claim_id):
        claim, own = claims[claim_id], tuple(group)
        shown = photos.get(claim.order_id, [])
        yield ClaimRow(
            claim, own, total(line.basis for line in own), total(line.amount for line in own),
            total(line.asked for line in own),
            tuple(Picture(one.storage_key, one.caption, one.added_at) for one in shown[:PHOTOS]),
            max(len(shown) - PHOTOS, 0),
            tuple(_inspected(part, looks.get(part.number, [])) for part in found.get(claim_id, ())),
        )  # fmt: skip


def _inspected(part: Inspection, looks: list[OldPartPicture]) -> Inspected:
    return Inspected(
        part, _both(part.stands), None if part.finding is None else _both(part.finding),
        tuple(Picture(one.storage_key, f"{part.number} · {' '.join(_both(one.by))}", one.added_at)
              for one in looks[:PHOTOS]),
        max(len(looks) - PHOTOS, 0),
    )  # fmt: skip


def _both(message: str) -> tuple[str, str]:
    """Return a message in Chinese and in English, whoever prints it."""
    with force_locale("zh_CN"):
        return _(message), message
