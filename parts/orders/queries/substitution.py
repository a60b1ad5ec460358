"""What replaces a part: the one place where orders ask the catalogue for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.rules.chains import chain


def substitutes(session: Session, parts: Iterable[Part]) -> dict[int, Part]:
    """Return, by the id of a part, the last known part of the chain that replaces it; others are left out.

    Statements are as many as the longest chain has links, however many parts are asked about.
    """
    asked = list(parts)
    known: dict[str, Part] = {part.number: part for part in asked}
    wanted = {part.superseded_by for part in asked if part.superseded_by} - known.keys()
    while wanted:
        found = list(session.scalars(select(Part).where(Part.number.in_(wanted))))
        known |= {part.number: part for part in found}
        wanted = {part.superseded_by for part in found if part.superseded_by} - known.keys()
    links = {
        part.number: following
        for part in known.values() if (following := part.superseded_by) is not None and following in known
    }  # fmt: skip
    chains = {part.id: chain(links, part.number) for part in asked}
    return {key: known[numbers[-1]] for key, numbers in chains.items() if numbers}
