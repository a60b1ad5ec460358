"""What replaces what, and what may be put in instead of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

ONE_WAY, BOTH_WAYS = "one_way", "both_ways"
#: 单向互换: the new part goes in for the old one; 双向互换: the old one for the new one too.
INTERCHANGES = (ONE_WAY, BOTH_WAYS)


@dataclass(frozen=True)
class Replacement:
    """A part is replaced by another from a day on; None: since it is known."""

    old: str
    new: str
    since: date | None = None
    interchange: str = ONE_WAY

    def holds(self, day: date) -> bool:
        """Tell whether the replacement has begun."""
        return self.since is None or self.since <= day

    def begins(self, day: date) -> date | None:
        """Return from when it will hold, None where it holds already."""
        return None if self.holds(day) else self.since


def chain(links: Mapping[str, str], number: str) -> list[str]:
    """Return the numbers that replace a part, one after the other; a circle is not walked twice."""
    found: list[str] = []
    seen = {number}
    while (following := links.get(number)) is not None and following not in seen:
        found.append(following)
        seen.add(following)
        number = following
    return found


def circles(links: Mapping[str, str]) -> set[str]:
    """Return every number that, replaced again and again, comes back to itself."""
    in_circle: set[str] = set()
    done: set[str] = set()
    for start in links:
        path: list[str] = []
        places: dict[str, int] = {}
        number: str | None = start
        while number is not None and number not in done and number not in places:
            places[number] = len(path)
            path.append(number)
            number = links.get(number)
        if number in places:
            in_circle.update(path[places[number] :])
        done.update(path)
    return in_circle


def closes_circle(links: Mapping[str, str], old: str, new: str) -> list[str]:
    """Return the circle that a new replacement would close, its beginning at both ends; empty without one."""
    path = [old, new, *chain({**links, old: new}, new)]
    return path[: path.index(old, 1) + 1] if old in path[1:] else []


def instead_of(replacements: Iterable[Replacement], number: str, day: date) -> list[str]:
    """Return what may be put in for a part on a day: what replaces it, then what both ways allow; nearest first.

    The newer part always goes in for the older one, along the whole chain. The older one goes in for
    the newer one only where every step between them is interchangeable both ways.
    """
    begun = [link for link in replacements if link.holds(day)]
    found = chain({link.old: link.new for link in begun}, number)
    backward: dict[str, list[str]] = {}
    for link in sorted(begun, key=lambda item: item.old):
        if link.interchange == BOTH_WAYS:
            backward.setdefault(link.new, []).append(link.old)
    near = [number, *found]
    while near:
        near = [old for new in near for old in backward.get(new, ()) if old != number and old not in found]
        found += dict.fromkeys(near)
    return found
