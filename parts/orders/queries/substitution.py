"""What headquarters may supply instead of a part that was ordered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.chains import replacements


def substitutes(session: Session, parts: Iterable[Part], day: date) -> dict[int, Part]:
    """Return, by the id of a part, the last known part of the chain that replaces it on a day; others are left out."""
    asked = [part for part in parts if part.superseded_by is not None]
    found = replacements(session, [part.number for part in asked], day)
    return {part.id: found.parts[newest] for part in asked if (newest := found.newest(part.id)) != part.id}
