"""What the watch keeps of an assessment: the worst counter first, small enough for a list of all cars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from warranty.guarantee.rules.assess import Assessment, WatchRow
from warranty.guarantee.rules.regimes import LEVELS

RANK = {level: place for place, level in enumerate(LEVELS)}
#: From this level on somebody is told, and a repair needs a pre-authorisation.
WARNING = "orange"
#: The counter of a car that has a right without a counter at its line (the first days).
EARLY = "early"


@dataclass(frozen=True, slots=True)
class WatchState:
    """What is kept of a car, and compared every night."""

    regime: str
    level: str
    counter: str
    key: str
    value: int
    limit: int
    repair_days: int
    rows: tuple[tuple[str, str, int, int, str], ...]  # counter, key, value, limit, level; worst first
    entitlements: tuple[str, ...]
    guarantee_ends_on: date
    guarantee_km: int
    odometer_km: int
    in_force: bool

    @property
    def rank(self) -> int:
        """The level's place, for sorting."""
        return RANK[self.level]


#: What is kept, in the order in which people read it.
NAMES = tuple(WatchState.__slots__)


def worst_first(rows: tuple[WatchRow, ...]) -> list[WatchRow]:
    """Order counters by level, then by how near they are to their line; ties keep the rows' order."""
    return sorted(rows, key=lambda row: (-RANK[row.level], -row.value * 1_000 // row.limit))


def watch_state(found: Assessment, odometer_km: int) -> WatchState | None:
    """Return what the watch keeps of a car; None where nothing counts, or no order covers it."""
    if found.regime is None or found.periods is None or found.tally is None or not found.watch:
        return None
    rows = worst_first(found.watch)
    first = rows[0]
    level, counter, key, value, limit = first.level, first.counter, first.key or "", first.value, first.limit
    if found.entitlements and level != "entitled":
        level, counter, key, value, limit = "entitled", EARLY, found.entitlements[0].code, 1, 1
    return WatchState(
        found.regime.code, level, counter, key, value, limit, found.tally.repair_days,
        tuple((row.counter, row.key or "", row.value, row.limit, row.level) for row in rows),
        tuple(one.code for one in found.entitlements),
        found.periods.guarantee.end, found.periods.guarantee.km, odometer_km, found.guarantee_in_force,
    )  # fmt: skip


def raised(before: str | None, after: str) -> bool:
    """Tell whether a car came to a level that somebody must be told of."""
    return RANK[after] >= RANK[WARNING] and (before is None or RANK[after] > RANK[before])


def differences(kept: dict[str, Any], reckoned: dict[str, Any]) -> list[str]:
    """Return the names of what is not the same in two kept states."""
    return sorted(name for name in kept.keys() | reckoned.keys() if kept.get(name) != reckoned.get(name))
