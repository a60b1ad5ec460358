"""The assessment: one pure function from a car's facts to what the law gives its owner.

The vehicle's page, the watch, the replacement/return case, the claim checks and the command line
all call `assess`; "what if" is the same call with one visit more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from typing import NamedTuple

from portal.kernel.money import ZERO, round_fen
from warranty.guarantee.rules.counting import (
    Counted,
    Periods,
    Tally,
    count_visits,
    known_at,
    periods,
    tally,
)
from warranty.guarantee.rules.crossing import Crossed, Seen, crossings
from warranty.guarantee.rules.facts import ZONE, Case, Demand, Text, Visit
from warranty.guarantee.rules.regimes import Ground, Regime, regime_on, ruling_date
from warranty.guarantee.rules.texts import Labels, next_step, not_covered, reason
from warranty.guarantee.rules.working_days import Calendar, deadline

#: Wide enough that no price, distance and coefficient lose a digit before the fee is rounded, once.
_EXACT = Context(prec=80)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the owner may ask for, why, and whether a usage fee is due for it."""

    code: str
    article: Text
    remedy: str
    usage_fee_due: bool
    evidence: tuple[str, ...]
    said: tuple[tuple[Crossed, tuple[str, ...]], ...]  # what was crossed, by which visits
    labels: Labels

    @property
    def reason(self) -> Text:
        """The figures, the article and the visits, in words; made when asked for."""
        said = [reason(crossed, ids, self.labels) for crossed, ids in self.said]
        return Text("".join(text.zh for text in said), " ".join(text.en for text in said))

    def gives(self, choice: str) -> bool:
        """Tell whether it gives ``replace`` or ``return``."""
        return self.remedy in {"replace_or_return", choice}


class WatchRow(NamedTuple):
    """A counter beside its line. ``evidence`` are the visits that it counts."""

    counter: str
    key: str | None
    value: int
    limit: int
    level: str
    evidence: tuple[str, ...]
    ground: Ground
    labels: Labels

    @property
    def next(self) -> Text:
        """What the next visit would cross, in words; made when asked for."""
        crossed = self.level == "entitled"
        return next_step(self.ground, self.key, self.value, self.evidence, self.labels, crossed=crossed)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the law says of a demand. Dates are the last days; the fee is yuan, None when not accepted."""

    accepted: bool
    reply_by: date
    complete_by: date | None
    provisional: bool
    usage_fee: Decimal | None
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer. A car that no order covers has a ``reason`` and nothing else."""

    regime: Regime | None
    reason: Text | None = None
    periods: Periods | None = None
    guarantee_in_force: bool = False
    repair_in_force: bool = False
    visits: tuple[Counted, ...] = ()
    tally: Tally | None = None
    entitlements: tuple[Entitlement, ...] = ()
    watch: tuple[WatchRow, ...] = ()
    finding: Finding | None = None

    @property
    def covered(self) -> bool:
        """Tell whether an order protects the car."""
        return self.periods is not None


def assess(case: Case, orders: Sequence[Regime], calendar: Calendar) -> Assessment:
    """Assess a car by the orders and the calendar of working days."""
    sold_on = ruling_date(case.sale)
    regime = regime_on(orders, sold_on)
    if regime is None or not regime.covers(case.category, case.use):
        return Assessment(regime, not_covered(regime, sold_on, case.category, case.use))
    when = periods(regime, case.sale, case.certificate)
    visits, counted, crossed = _reckon(case, regime, when, case.repairs, case.as_of)
    today = case.as_of.astimezone(ZONE).date()
    km = max((visit.odometer_km for visit in case.repairs), default=0)
    if case.demand is not None:
        km = max(km, case.demand.odometer_km)
    return Assessment(
        regime, None, when, when.guarantee.holds(today, km), when.repair.holds(today, km), visits, counted,
        _entitlements(counted, crossed, case.labels), _watch(regime, counted, crossed, case.labels),
        None if case.demand is None else _find(case, case.demand, regime, when, calendar),
    )  # fmt: skip


def _reckon(
    case: Case, regime: Regime, when: Periods, known: Sequence[Visit], moment: datetime
) -> tuple[tuple[Counted, ...], Tally, list[Crossed]]:
    visits = count_visits(regime, when, known_at(known, moment), moment)
    counted = tally(regime, case.certificate, visits)
    return visits, counted, crossings(Seen(regime, case.certificate, when, counted))


def _entitlements(counted: Tally, crossed: list[Crossed], labels: Labels) -> tuple[Entitlement, ...]:
    """Return one entitlement a code: two problems, or two parts, beyond the same line are one right."""
    by_code: dict[str, list[Crossed]] = {}
    for row in crossed:
        by_code.setdefault(row.ground.code, []).append(row)
    found = []
    for code, rows in by_code.items():
        ground = rows[0].ground
        said = tuple([(row, counted.ids(row.places)) for row in rows])
        places = sorted({place for row in rows for place in row.places})
        found.append(
            Entitlement(
                code, ground.article, ground.remedy, ground.usage_fee, counted.ids(places), said, labels
            )
        )  # fmt: skip
    return tuple(found)


def _watch(regime: Regime, counted: Tally, crossed: list[Crossed], labels: Labels) -> tuple[WatchRow, ...]:
    over = {(row.ground.kind, row.key) for row in crossed}
    rows = []
    for counter, key, value, places in _values(counted):
        kind = _COUNTER_KIND[counter]
        ground = _line(regime, kind, key) if value else None
        if ground is not None:
            level = "entitled" if (kind, key) in over else regime.levels[counter].level(value)
            rows.append(WatchRow(counter, key, value, ground.limit, level, counted.ids(places), ground, labels))
    return tuple(rows)


def _line(regime: Regime, kind: str, key: str | None) -> Ground | None:
    """Return the line that ends a counter; an order need not draw every one."""
    for ground in regime.grounds:
        if ground.kind == kind and (not ground.components or (key and key.partition("/")[0] in ground.components)):
            return ground
    return None


#: In the order the rows are shown: by the counter's name, then by key.
_COUNTER_KIND = {
    "assembly_replacements": "assembly",
    "main_part_replacements": "main_part",
    "repair_days": "days",
    "same_problem": "times",
    "serious_safety_repairs": "serious_safety",
}


def _values(counted: Tally) -> list[tuple[str, str | None, int, list[int]]]:
    every = list(range(len(counted.visits)))
    parts = {f"{component}/{part}": places for (component, part), places in counted.parts.items()}
    return [
        *(("assembly_replacements", key, len(at), at) for key, at in sorted(counted.assemblies.items())),
        *(("main_part_replacements", key, len(at), at) for key, at in sorted(parts.items())),
        ("repair_days", None, counted.repair_days, [n for n in every if counted.visits[n].days]),
        *(("same_problem", key, len(at), at) for key, at in sorted(counted.problems.items())),
        ("serious_safety_repairs", None, len(counted.serious), counted.serious),
    ]


def _find(case: Case, demand: Demand, regime: Regime, when: Periods, calendar: Calendar) -> Finding:
    """Judge a demand by the facts up to the end of the day it was received (Art. 24, 27, 28)."""
    midnight = datetime(demand.received_on.year, demand.received_on.month, demand.received_on.day, tzinfo=ZONE)
    midnight += timedelta(days=1)
    grounds: list[Entitlement] = []
    if when.guarantee.holds(demand.received_on, demand.odometer_km):
        before = [visit for visit in case.repairs if visit.agreed_at < midnight]
        _, counted, crossed = _reckon(case, regime, when, before, midnight)
        grounds = [one for one in _entitlements(counted, crossed, case.labels) if one.gives(demand.choice)]
    reply = deadline(calendar, demand.received_on, regime.reply_days)
    if not grounds:
        return Finding(False, reply.day, None, reply.provisional, None, ())
    complete = deadline(calendar, demand.received_on, regime.complete_days)
    free = any(not one.usage_fee_due for one in grounds)
    return Finding(
        True, reply.day, complete.day, reply.provisional or complete.provisional,
        ZERO if free else usage_fee(case.sale.price, demand.odometer_km, case.certificate.usage_coefficient),
        tuple(one.code for one in grounds),
    )  # fmt: skip


def usage_fee(price: Decimal, odometer_km: int, coefficient: Decimal) -> Decimal:
    """Return the compensation for use: price × km ÷ 1000 × n, half up to the fen (Art. 27)."""
    product = _EXACT.multiply(_EXACT.multiply(price, Decimal(odometer_km)), coefficient)
    return round_fen(_EXACT.scaleb(product, -3))  # by 1,000 km
