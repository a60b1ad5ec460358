"""What the inspection of the old part found: the only place that knows the room of old parts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Inspection:
    """One old part of a claim as it was looked at: where it stands, and what was found."""

    number: str
    part: str
    state: str
    outcome: str | None
    note: str | None
    inspected_at: datetime | None
    inspected_by: str | None


def inspections_of(session: Session, claim_ids: Collection[int]) -> dict[int, tuple[Inspection, ...]]:
    """Return the old parts of claims with what their inspection found, by claim."""
    del session, claim_ids
    return {}
