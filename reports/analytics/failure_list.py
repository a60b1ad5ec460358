"""The claims behind the figures of failures: narrowed by the same conditions that the figures are counted by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from typing import cast as to_type

from sqlalchemy import Select, false, select

from dealers.network.models import Dealer
from dealers.service.words import COMPONENTS, FAILURE_MODES
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Permission
from portal.kernel.clock import day_bounds
from portal.kernel.i18n import N_
from portal.kernel.incoming import whole
from portal.kernel.listing import Column, Filter, ListSpec
from reports.analytics.queries.exposure import OLDEST, counted_at
from reports.analytics.queries.failures import (
    BANDS,
    COST,
    DIMENSIONS,
    IN_SERVICE,
    MONTHS,
    NONE,
    Dimension,
    failures,
)
from reports.analytics.queries.spans import week_of_day
from reports.analytics.words import NOT_RECORDED
from warranty.claims.models import Claim
from warranty.claims.words import STATES, TYPES


def _failures() -> Select[Any]:
    statement = select(
        Claim.id.label("id"), Claim.number.label("number"), Claim.received_at.label("received_at"),
        Dealer.code.label("dealer_code"), Dealer.name.label("dealer"), Claim.vin.label("vin"),
        VehicleModel.code.label("model"), Vehicle.produced_on.label("produced_on"),
        week_of_day(Vehicle.produced_on).label("week"), Vehicle.delivered_on.label("delivered_on"),
        MONTHS.label("mis"), Claim.odometer_km.label("odometer_km"), Claim.causal_part.label("causal_part"),
        Claim.failure_mode.label("failure_mode"), Claim.component.label("component"),
        Claim.causal_supplier.label("supplier"), Claim.concern.label("concern"), Claim.cause.label("cause"),
        COST.label("cost"), Claim.type.label("type"), Claim.state.label("state"),
    ).select_from(Claim)  # fmt: skip
    return failures(to_type("Select[Any]", statement))


def _since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.received_at >= day_bounds(day, day)[0])


def _until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.received_at < day_bounds(day, day)[1])


def _holds(dimension: Dimension) -> Callable[[Select[Any], str], Select[Any]]:
    return lambda statement, value: statement.where(dimension.holds(value))


def _counted(statement: Select[Any], text: str) -> Select[Any]:
    """Keep what R1000 counts: ``12:2026-11-20`` is within 12 months, of cars that reached these by the day."""
    months, _colon, day = text.partition(":")
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return statement.where(false())
    reached = whole(months) or 0
    return statement.where(*counted_at(reached, last)) if 0 < reached <= OLDEST else statement.where(false())


def _filter(dimension: Dimension) -> Filter:
    chosen = {"band": dict.fromkeys(BANDS, "")}.get(dimension.key) or dimension.words
    if not chosen:
        return Filter(dimension.key, dimension.label, _holds(dimension))
    words = {key: text or key for key, text in chosen.items()}
    return Filter(dimension.key, dimension.label, _holds(dimension), "choice", {**words, NONE: NOT_RECORDED})


FAILURES = ListSpec(
    "analytics_failures", N_("Failures"), Permission.ANALYTICS_VIEW, _failures, Claim.id,
    (
        Column("number", N_("Claim no."), "code", link=True),
        Column("received_at", N_("Received at"), "date"),
        Column("dealer_code", N_("Station"), "code"),
        Column("dealer", N_("Name of the station"), default=False),
        Column("vin", N_("VIN"), "code"),
        Column("model", N_("Model")),
        Column("week", N_("Production week"), "code"),
        Column("produced_on", N_("Produced on"), "date", default=False),
        Column("delivered_on", N_("Handed over"), "date", default=False),
        Column("mis", N_("Months in service"), "num"),
        Column("odometer_km", N_("Odometer"), "num"),
        Column("causal_part", N_("Causal part"), "code"),
        Column("failure_mode", N_("Failure mode"), words=FAILURE_MODES),
        Column("component", N_("Component"), words=COMPONENTS, default=False),
        Column("supplier", N_("Supplier"), default=False),
        Column("concern", N_("Concern"), default=False),
        Column("cause", N_("Cause"), default=False),
        Column("cost", N_("Cost (yuan)"), "money"),
        Column("type", N_("Claim type"), words=TYPES, default=False),
        Column("state", N_("State"), "state", words=STATES, default=False),
    ),
    {"number": Claim.id, "received_at": Claim.received_at}, "-received_at", "analytics.failure_claims", "claims.claim",
    (
        Filter("since", N_("Received from"), _since, "date"),
        Filter("until", N_("Received until"), _until, "date"),
        *(_filter(dimension) for dimension in DIMENSIONS.values()),
        Filter("built_from", N_("Built from"), lambda found, day: found.where(Vehicle.produced_on >= day), "date"),
        Filter("built_until", N_("Built until"), lambda found, day: found.where(Vehicle.produced_on <= day), "date"),
        Filter("sold_from", N_("Handed over from"), lambda found, day: found.where(day <= IN_SERVICE), "date"),
        Filter("r1000", N_("Counted by R1000 (months:day)"), _counted),
    ),
    N_("No failures yet. Claims that stations submitted stand here, but for first services, campaigns and PDI."),
)  # fmt: skip
