"""What replaces many parts at once on a day, and what may be put in instead of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.fitment import replacements_around
from parts.catalogue.rules.chains import Replacement, chain, instead_of


@dataclass(frozen=True)
class Replacements:
    """Parts that are replaced or replace on a day, by their ids; a part that is in no chain is absent.

    ``last`` is the newest part of a part's chain, itself where nothing replaces it; ``instead`` what may
    be put in for it: the newer parts always, older ones as far as both ways allow.
    """

    parts: Mapping[int, Part]
    last: Mapping[int, int]
    instead: Mapping[int, list[int]]

    def newest(self, part_id: int) -> int:
        """Return the part that is ordered for this one: the newest of its chain, or itself."""
        return self.last.get(part_id, part_id)

    def goes_in(self, part_id: int) -> list[int]:
        """Return what may be put in for a part, itself first."""
        return [part_id, *self.instead.get(part_id, ())]


def coming(part: Part, day: date) -> date | None:
    """Return from when a part will be replaced; None where it is already, or nothing replaces it."""
    new = part.superseded_by
    return None if new is None else Replacement(part.number, new, part.superseded_on).begins(day)


def replacements(session: Session, numbers: Iterable[str], day: date) -> Replacements:
    """Return what replaces parts on a day, and what they replace, along their whole chains.

    What has not begun does not count, nor what the catalogue does not know. Statements are as many as the
    longest chain has links, however many parts are asked about.
    """
    begun = [link for link in replacements_around(session, numbers) if link.holds(day)]
    if not begun:
        return Replacements({}, {}, {})
    related = {number for link in begun for number in (link.old, link.new)}
    known = {part.number: part for part in session.scalars(select(Part).where(Part.number.in_(related)))}
    links = [link for link in begun if link.old in known and link.new in known]
    successors = {link.old: link.new for link in links}
    joined = successors.keys() | successors.values()
    last = {number: (chain(successors, number) or [number])[-1] for number in joined}
    families: dict[str, list[Replacement]] = {}
    for link in links:
        families.setdefault(last[link.old], []).append(link)
    ids = {number: known[number].id for number in joined}
    return Replacements(
        {ids[number]: known[number] for number in joined},
        {ids[number]: ids[newest] for number, newest in last.items()},
        {ids[number]: [ids[other] for other in instead_of(families.get(newest, ()), number, day)]
         for number, newest in last.items()},
    )  # fmt: skip
