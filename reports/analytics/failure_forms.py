"""What the addresses of failure tracking say: a period, filters, and by what the table is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from portal.kernel.clock import known_day
from reports.analytics.forms import WRONG_DAY, Period, choice, read_period
from reports.analytics.queries.failures import DIMENSIONS, Asked
from reports.analytics.words import TABLE_MEASURES

#: Days that are shown where nobody chose.
YEAR_DAYS = 365
#: Days of cars: built from and until, handed over from.
CAR_DAYS = ("built_from", "built_until", "sold_from")
#: Filters of R1000: what a failure has or a car is, not when or where it was repaired.
LIFELONG = ("part", "mode", "component", "supplier", "model", "week", "built", "type")


@dataclass(frozen=True)
class Choice:
    """What is chosen; ``errors`` by field."""

    period: Period
    by: str
    across: str
    measure: str
    values: Mapping[str, str]
    built: Mapping[str, date]
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> Asked:
        """Which failures are counted."""
        return Asked(
            self.period.first, self.period.last, self.values, self.built.get("built_from"),
            self.built.get("built_until"), self.built.get("sold_from"),
        )  # fmt: skip

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters, as the list of claims takes them."""
        return {**self.values, **{name: day.isoformat() for name, day in self.built.items()}}

    @property
    def query(self) -> dict[str, str]:
        """The filters and the days, as the list of claims takes them."""
        return {**self.period.query, **self.narrowed}

    @property
    def whole_query(self) -> dict[str, str]:
        """All that is chosen, as these pages take it."""
        made = {"by": self.by, "across": self.across, "measure": self.measure}
        return {**self.query, **{key: value for key, value in made.items() if value}}


def read_choice(args: Mapping[str, str], today: date, *, lifelong: bool = False) -> Choice:
    """Read what is chosen; ``lifelong``: for R1000, which looks at cars' whole lives."""
    period = read_period(args, today, YEAR_DAYS)
    keys = LIFELONG if lifelong else tuple(DIMENSIONS)
    values = {key: text for key in keys if (text := (args.get(key) or "").strip()[:80])}
    built, typed, errors = {}, {}, dict(period.errors)
    for name in CAR_DAYS:
        text = (args.get(name) or "").strip()
        if not text:
            continue
        typed[name] = text
        day = _day(text)
        if day is None:
            errors[name] = WRONG_DAY
        else:
            built[name] = day
    by = choice(args, "by", keys, "model" if lifelong else "part")
    across = "" if lifelong else choice(args, "across", [key for key in DIMENSIONS if key != by])
    measure = choice(args, "measure", TABLE_MEASURES, "claims")
    return Choice(period, by, across, measure, values, built, typed, errors)


def with_recorded(chosen: Choice, since: date | None) -> Choice:
    """Leave out cars handed over before the first claim, unless another day was chosen.

    What failed on these while they were young is not known here: counted, they would look better than they are.
    """
    if since is None or "sold_from" in chosen.typed:
        return chosen
    return replace(chosen, built={**chosen.built, "sold_from": since})


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if known_day(day) else None
