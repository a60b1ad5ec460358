"""What the addresses of this room's pages say: a period, and what is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.kernel.clock import known_day
from portal.kernel.i18n import N_
from portal.kernel.incoming import whole
from reports.analytics.queries.decisions import Asked
from reports.analytics.words import LEVELS
from warranty.claims.words import TYPES

WRONG_DAY = N_("Please write the date as 2026-01-31.")
WRONG_ORDER = N_("The last day is before the first.")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included; ``errors`` by field, ``typed`` as it was typed."""

    first: date
    last: date
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The period as the lists' filters take it."""
        return {"since": self.first.isoformat(), "until": self.last.isoformat()}


def read_period(args: Mapping[str, str], today: date, days: int) -> Period:
    """Read ``since`` and ``until``; without them the last ``days`` days; what makes no sense is told at its field."""
    typed, errors, found = {}, {}, {"since": today - timedelta(days=days - 1), "until": today}
    for name in found:
        text = (args.get(name) or "").strip()
        if not text:
            continue
        typed[name] = text
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        if known_day(day):
            found[name] = day
        else:
            errors[name] = WRONG_DAY
    if not errors and found["since"] > found["until"]:
        if "since" in typed and "until" in typed:
            errors["until"] = WRONG_ORDER
        else:  # one end was typed: the other goes along
            found["since"] = found["until"] - timedelta(days=days - 1)
    return Period(found["since"], found["until"], typed, errors)


def months_up_to(today: date, count: int) -> list[Period]:
    """Return the last months as periods, the running one first and cut at today."""
    found, last = [], today
    for _ in range(count):
        first = last.replace(day=1)
        found.append(Period(first, last))
        last = first - timedelta(days=1)
    return found


def choice(args: Mapping[str, str], name: str, known: Sequence[str] | Mapping[str, str], default: str = "") -> str:
    """Read a choice; what is not among the known ones is the default."""
    text = (args.get(name) or "").strip()
    return text if text in known else default


def read_asked(args: Mapping[str, str], period: Period) -> Asked:
    """Read which decisions the clocks are asked about."""
    level = choice(args, "level", LEVELS)
    return Asked(
        period.first, period.last, (args.get("dealer") or "").strip().upper(), choice(args, "type", TYPES),
        int(level) if level else None,
    )  # fmt: skip


#: Kilometres a day off the curve from which a reading is shown, where nobody typed another figure.
LEAST_OFF = 100


def read_least(args: Mapping[str, str]) -> int:
    """Read from how many kilometres a day off its curve a reading is shown."""
    typed = whole(args.get("least"))
    return LEAST_OFF if typed is None or typed < 1 else typed
