"""Whose failure old parts stand for, what their inspection found, and photos: this room's only file that knows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, OldPartDispute, OldPartPhoto, PartDisposal, still_deducted
from parts.returns.rules.asking import liability
from parts.returns.words import OUTCOMES, SIDES, STATES
from warranty.claims.words import TYPES

#: Types of claims whose failed part stands for a supplier's failure, as the label of the old part says: what the maker
#: does for a campaign, before the sale or out of goodwill is nobody else's to pay.
SUPPLIERS_OWN = tuple(key for key in TYPES if liability(key) == "supplier")


@dataclass(frozen=True)
class Inspection:
    """One old part of a claim: where it is, what was found, and what the dealer is deducted, in yuan.

    What was waived is not deducted. ``handed_over`` is the list by which it went to the supplier, if it did.
    """

    number: str
    part: str
    name: str
    state: str
    outcome: str | None
    note: str | None
    deducted: Decimal | None
    inspected_at: datetime | None
    inspected_by: str | None
    handed_over: str | None

    @property
    def stands(self) -> str:
        """Where it is, as a message."""
        return STATES.get(self.state, self.state)

    @property
    def finding(self) -> str | None:
        """What was found, as a message; None before the inspection."""
        return None if self.outcome is None else OUTCOMES.get(self.outcome, self.outcome)


@dataclass(frozen=True)
class OldPartPicture:
    """A photo of an old part: where its bytes are kept, whose it is, and when it was taken in."""

    storage_key: str
    side: str
    added_at: datetime

    @property
    def by(self) -> str:
        """Whose it is, as a message."""
        return SIDES.get(self.side, self.side)


def inspections_of(session: Session, claim_ids: Collection[int]) -> dict[int, tuple[Inspection, ...]]:
    """Return the old parts of claims with what was found, by claim."""
    rows = session.execute(
        select(
            OldPart.claim_id, OldPart.number, OldPart.part_number, OldPart.part_name, OldPart.state, OldPart.outcome,
            OldPart.inspection_note, still_deducted(), OldPart.inspected_at, OldPart.inspected_by, PartDisposal.number,
        )
        .outerjoin(OldPartDispute, OldPartDispute.old_part_id == OldPart.id)
        .outerjoin(PartDisposal, (PartDisposal.id == OldPart.disposal_id) & (PartDisposal.kind == "hand_over"))
        .where(OldPart.claim_id.in_(claim_ids)).order_by(OldPart.claim_id, OldPart.line)
    )  # fmt: skip
    found: dict[int, tuple[Inspection, ...]] = {}
    for claim_id, *values in rows:
        found[claim_id] = (*found.get(claim_id, ()), Inspection(*values))
    return found


def photos_of(session: Session, claim_ids: Collection[int]) -> dict[str, list[OldPartPicture]]:
    """Return the photos of the claims' old parts, by old part: headquarters' of the inspection before the dealer's."""
    rows = session.execute(
        select(OldPart.number, OldPartPhoto.storage_key, OldPartPhoto.side, OldPartPhoto.added_at)
        .join(OldPartPhoto, OldPartPhoto.old_part_id == OldPart.id).where(OldPart.claim_id.in_(claim_ids))
        .order_by(OldPart.id, case((OldPartPhoto.side == "head_office", 0), else_=1), OldPartPhoto.id)
    )  # fmt: skip
    found: dict[str, list[OldPartPicture]] = {}
    for number, storage_key, side, added_at in rows:
        found.setdefault(number, []).append(OldPartPicture(storage_key, side, added_at))
    return found
