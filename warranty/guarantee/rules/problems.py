"""Which complaints of a car are the same quality problem (同一质量问题).

The station may say so for a job; where it says nothing, the same kind of failure of the same
component is the same problem, and a failure without a kind is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dealers.service.rules.law import NEW_PROBLEM

#: Failures that say too little to make two of them one problem.
VAGUE = frozenset({"", "other", "no_function"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A job of a visit: its place (``2026-03-01/1``), what failed how, what the station said."""

    place: str
    component: str
    failure_mode: str | None
    same_as: str | None


def problem_keys(complaints: Iterable[Complaint]) -> dict[str, str]:
    """Return the problem of each complaint by its place; complaints come oldest first.

    ``same_as`` may name an earlier complaint only; anything else is a problem of its own.
    """
    keys: dict[str, str] = {}
    for one in complaints:
        if one.same_as and one.same_as != NEW_PROBLEM:
            keys[one.place] = keys.get(one.same_as, one.place)
        elif one.same_as == NEW_PROBLEM or (one.failure_mode or "") in VAGUE:
            keys[one.place] = one.place
        else:
            keys[one.place] = f"{one.component}:{one.failure_mode}"
    return keys
