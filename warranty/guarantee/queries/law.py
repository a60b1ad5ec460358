"""The law as headquarters keeps it: orders in force, the calendar, a model's certificate.

The orders, calendars and main parts that the portal was built with are version 1 of everything;
headquarters' rows come on top of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from warranty.guarantee.models import CalendarDay, CalendarYear, ModelCertificate, RegimeVersion
from warranty.guarantee.rules.facts import Certificate, Term
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.plain import from_plain
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.rules.working_days import Calendar
from warranty.guarantee.seeds import MAIN_PARTS, published_calendar

#: What only some cars have.
_ONLY = {
    "petrol": frozenset({"traction_battery", "drive_motor"}),
    "electric": frozenset({"engine", "pollution_control"}),
    "hybrid": frozenset[str](),
}


def orders_on(session: Session, day: date) -> tuple[Regime, ...]:
    """Return the orders as headquarters has them on a day, the newest sales first."""
    rows = session.execute(
        select(RegimeVersion.code, RegimeVersion.body)
        .where(RegimeVersion.valid_from <= day)
        .order_by(RegimeVersion.valid_from, RegimeVersion.version)
    )
    orders = {order.code: order for order in ORDERS} | {row.code: from_plain(row.body) for row in rows}
    return tuple(sorted(orders.values(), key=lambda order: order.first_sale, reverse=True))


def working_calendar(session: Session) -> Calendar:
    """Return the calendar: what is published with the portal, and the years headquarters imported."""
    seed = published_calendar()
    years = frozenset(session.scalars(select(CalendarYear.year)))
    if not years:
        return seed
    days = session.execute(select(CalendarDay.day, CalendarDay.works)).all()
    return Calendar(
        seed.years | years,
        frozenset(day for day in seed.days_off if day.year not in years) | {row.day for row in days if not row.works},
        frozenset(day for day in seed.working_weekends if day.year not in years)
        | {row.day for row in days if row.works},
    )


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """A model's columns that stand in for a certificate nobody made yet."""

    model_id: int
    powertrain: str
    guarantee: Term
    repair: Term


@dataclass(frozen=True)
class Certificates:
    """The certificates of some models, looked up by the day of sale."""

    rows: dict[int, list[Any]] = field(default_factory=dict)  # newest first

    def for_sale(self, model: ModelTerms, sold_on: date, coefficient_max: Decimal) -> Certificate:
        """Return the certificate that a car of the model was sold with.

        Without one: the model's own periods, the ceiling of the coefficient, and the main parts of
        GB/T 29632-2021 that its powertrain has.
        """
        row = next((one for one in self.rows.get(model.model_id, ()) if one.valid_from <= sold_on), None)
        if row is None:
            return Certificate(model.guarantee, model.repair, coefficient_max, default_parts(model.powertrain))
        return Certificate(
            Term(row.guarantee_months, row.guarantee_km), Term(row.repair_months, row.repair_km),
            row.usage_coefficient, {name: frozenset(parts) for name, parts in row.main_parts.items()},
        )  # fmt: skip


def default_parts(powertrain: str) -> dict[str, frozenset[str]]:
    """Return the standard's main parts that a powertrain has."""
    without = _ONLY.get(powertrain, frozenset())
    return {name: frozenset(parts) for name, parts in MAIN_PARTS.items() if name not in without}


def certificates(session: Session, models: Iterable[int]) -> Certificates:
    """Read the certificates of models, every version."""
    rows = session.execute(
        select(
            ModelCertificate.model_id, ModelCertificate.valid_from, ModelCertificate.guarantee_months,
            ModelCertificate.guarantee_km, ModelCertificate.repair_months, ModelCertificate.repair_km,
            ModelCertificate.usage_coefficient, ModelCertificate.main_parts,
        )
        .where(ModelCertificate.model_id.in_(list(models)))
        .order_by(ModelCertificate.valid_from.desc(), ModelCertificate.version.desc())
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.model_id, []).append(row)
    return Certificates(found)
