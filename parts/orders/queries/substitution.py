"""What replaces a part: the one place where orders ask the catalogue for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.rules.chains import Replacement, chain


def substitutes(session: Session, parts: Iterable[Part], day: date) -> dict[int, Part]:
    """Return, by the id of a part, the last known part of the chain that replaces it on a day; others are left out.

    A replacement that begins later does not count yet. Statements are as many as the longest chain has links,
    however many parts are asked about.
    """
    asked = list(parts)
    known: dict[str, Part] = {part.number: part for part in asked}
    links = _begun(asked, day)
    wanted = set(links.values()) - known.keys()
    while wanted:
        found = list(session.scalars(select(Part).where(Part.number.in_(wanted))))
        known |= {part.number: part for part in found}
        further = _begun(found, day)
        links |= further
        wanted = set(further.values()) - known.keys()
    there = {old: new for old, new in links.items() if new in known}
    chains = {part.id: chain(there, part.number) for part in asked}
    return {key: known[numbers[-1]] for key, numbers in chains.items() if numbers}


def _begun(parts: Iterable[Part], day: date) -> dict[str, str]:
    """Return what each part is replaced by, where that has begun."""
    return {
        part.number: part.superseded_by
        for part in parts
        if part.superseded_by is not None
        and Replacement(part.number, part.superseded_by, part.superseded_on).holds(day)
    }
