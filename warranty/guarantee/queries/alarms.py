"""Alarms of the nightly proof: what the watch had kept beside what was reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.guarantee.models import WatchAlarm
from warranty.guarantee.queries.watched import open_alarms
from warranty.guarantee.rules.watching import NAMES, differences

#: Whether somebody has explained an alarm; open ones first when a list is sorted by `IS_OPEN`.
STATE = case((WatchAlarm.closed_at.is_(None), "open"), else_="closed")
IS_OPEN = case((WatchAlarm.closed_at.is_(None), 1), else_=0)


@dataclass(frozen=True)
class Figure:
    """One figure of a car, as kept and as reckoned; None where there was no row, or none was due."""

    name: str
    kept: Any
    reckoned: Any
    differs: bool


def alarm_of(session: Session, key: int) -> WatchAlarm:
    """Return an alarm; else `NotFoundError`."""
    found = session.get(WatchAlarm, key)
    if found is None:
        raise NotFoundError(Fault(N_("There is no such alarm.")))
    return found


def figures(kept: Mapping[str, Any], reckoned: Mapping[str, Any]) -> list[Figure]:
    """Set two states side by side, in the order in which the watch keeps them."""
    apart = set(differences(dict(kept), dict(reckoned)))
    return [Figure(name, kept.get(name), reckoned.get(name), name in apart) for name in NAMES]


def alarms() -> Select[*tuple[Any, ...]]:
    """Select the alarms for their list."""
    return select(
        WatchAlarm.id, WatchAlarm.id.label("key"), WatchAlarm.vin, WatchAlarm.at, STATE.label("state"),
        WatchAlarm.closed_by, WatchAlarm.closed_at, WatchAlarm.explanation,
    )  # fmt: skip


def unexplained(session: Session, actor: Actor, now: datetime) -> int:
    """Count the alarms that nobody has explained: work that waits."""
    del actor, now
    return open_alarms(session)
