"""The lists behind the figures: what each number was counted from."""

from __future__ import annotations

from datetime import date
from typing import Any
from typing import cast as to_type

from sqlalchemy import Select, String, cast, func, or_, select, type_coerce

from dealers.network.models import Dealer
from portal.kernel.access import Permission
from portal.kernel.clock import day_bounds
from portal.kernel.db import Exact
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from reports.analytics.queries.claims import (
    DAYS_BETWEEN,
    EARLIER,
    EARLIER_DEALER,
    KM_BETWEEN,
    NEAR_END,
    PART_ALONE,
    REPAIR_KM_LEFT,
    REPAIR_LEFT,
    compared,
    repeated,
)
from reports.analytics.queries.decisions import STARTED, TENTHS, joined
from reports.analytics.rules import DAY_TENTHS
from reports.analytics.words import LEVELS, OUTCOMES, SPECIAL, WITHIN
from warranty.claims.models import Claim, ClaimDecision, ClaimLine
from warranty.claims.words import STATES, TYPES

HOURS = type_coerce(TENTHS, Exact(1))


def _decisions() -> Select[Any]:
    statement = select(
        ClaimDecision.id.label("id"), Claim.number.label("key"), Claim.number.label("number"),
        Dealer.code.label("dealer_code"), Dealer.name.label("dealer"), Claim.type.label("type"),
        ClaimDecision.version.label("version"), STARTED.label("started_at"),
        ClaimDecision.decided_at.label("decided_at"), HOURS.label("hours"),
        cast(ClaimDecision.level, String).label("level"), ClaimDecision.outcome.label("outcome"),
    ).select_from(ClaimDecision)  # fmt: skip
    return joined(statement).join(Dealer, Dealer.id == ClaimDecision.dealer_id)


def _since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(ClaimDecision.decided_at >= day_bounds(day, day)[0])


def _until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(ClaimDecision.decided_at < day_bounds(day, day)[1])


def _level(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(ClaimDecision.level == int(value))


def _outcome(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(ClaimDecision.outcome == value)


def _within(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(TENTHS <= DAY_TENTHS if value == "yes" else TENTHS > DAY_TENTHS)


def by_dealer(statement: Select[Any], value: str) -> Select[Any]:
    """Narrow to the station with this code."""
    return statement.where(Dealer.code == value.strip().upper())


def by_type(statement: Select[Any], value: str) -> Select[Any]:
    """Narrow to a type of claims."""
    return statement.where(Claim.type == value)


DECISIONS = ListSpec(
    "analytics_decisions", N_("Decisions and their hours"), Permission.CLAIM_VIEW, _decisions, ClaimDecision.id,
    (
        Column("number", N_("Claim no."), "code", link=True),
        Column("dealer_code", N_("Station"), "code"),
        Column("dealer", N_("Name of the station"), default=False),
        Column("type", N_("Claim type"), words=TYPES),
        Column("version", N_("Version"), "num", default=False),
        Column("started_at", N_("Submitted at"), "moment"),
        Column("decided_at", N_("Decided"), "moment"),
        Column("hours", N_("Hours to the decision"), "num"),
        Column("level", N_("Decision level"), words=LEVELS),
        Column("outcome", N_("Decision"), words=OUTCOMES),
    ),
    {"decided_at": ClaimDecision.decided_at, "hours": HOURS}, "-decided_at", "analytics.decisions", "claims.claim",
    (
        Filter("since", N_("Decided from"), _since, "date"),
        Filter("until", N_("Decided until"), _until, "date"),
        Filter("dealer", N_("Station code"), by_dealer),
        Filter("type", N_("Claim type"), by_type, "choice", TYPES),
        Filter("level", N_("Decision level"), _level, "choice", LEVELS),
        Filter("outcome", N_("Decision"), _outcome, "choice", OUTCOMES),
        Filter("within", N_("Time to decision"), _within, "choice", WITHIN),
    ),
    N_("Nothing was decided yet. Every decision on a claim stands here with its hours."),
)  # fmt: skip


def _compared() -> Select[Any]:
    def sums(column: Any) -> Any:
        chosen = select(func.coalesce(func.sum(column), 0)).where(
            ClaimLine.claim_id == Claim.id, ClaimLine.kind == "labour"
        )
        return type_coerce(chosen.correlate(Claim).scalar_subquery(), column.type)

    statement = select(
        Claim.id.label("id"), Claim.number.label("number"), Dealer.code.label("dealer_code"),
        Dealer.name.label("dealer"), Claim.type.label("type"), Claim.vin.label("vin"),
        Claim.submitted_at.label("submitted_at"), sums(ClaimLine.applied).label("labour"),
        sums(ClaimLine.quantity).label("hours"), Claim.applied.label("applied"),
        Claim.received_at.label("received_at"), REPAIR_LEFT.label("days_left"), REPAIR_KM_LEFT.label("km_left"),
        Claim.state.label("state"),
    ).select_from(Claim)  # fmt: skip
    return compared(statement.join(Dealer, Dealer.id == Claim.dealer_id))


def _submitted_since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.submitted_at >= day_bounds(day, day)[0])


def _submitted_until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.submitted_at < day_bounds(day, day)[1])


def _special(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where({"alone": PART_ALONE, "ending": NEAR_END}[value])


#: The claims behind a station's figures, the newest first: claims get their ids in the order they are made.
COMPARED = ListSpec(
    "analytics_claims", N_("Claims that are compared"), Permission.ANALYTICS_VIEW, _compared, Claim.id,
    (
        Column("number", N_("Claim no."), "code", link=True),
        Column("dealer_code", N_("Station"), "code"),
        Column("dealer", N_("Name of the station"), default=False),
        Column("type", N_("Claim type"), words=TYPES),
        Column("vin", N_("VIN"), "code"),
        Column("submitted_at", N_("Submitted at"), "moment"),
        Column("hours", N_("Labour hours"), "num"),
        Column("labour", N_("Labour amount"), "money"),
        Column("applied", N_("Applied for"), "money"),
        Column("received_at", N_("Received at"), "moment", default=False),
        Column("days_left", N_("Days left of the repair period"), "num"),
        Column("km_left", N_("Kilometres left of it"), "num"),
        Column("state", N_("State"), "state", words=STATES),
    ),
    {"number": Claim.id, "applied": Claim.applied}, "-number", "analytics.claims",
    "claims.claim",
    (
        Filter("since", N_("Submitted from"), _submitted_since, "date"),
        Filter("until", N_("Submitted until"), _submitted_until, "date"),
        Filter("dealer", N_("Station code"), by_dealer),
        Filter("type", N_("Claim type"), by_type, "choice", TYPES),
        Filter("what", N_("Which claims"), _special, "choice", SPECIAL),
    ),
    N_("No claims yet. Those that stations submitted stand here with their labour."),
)  # fmt: skip


def _repeats() -> Select[Any]:
    statement = select(
        Claim.id.label("id"), Claim.number.label("number"), Claim.vin.label("vin"),
        Claim.causal_part.label("causal_part"), Dealer.code.label("dealer_code"),
        Claim.received_at.label("received_at"), Claim.odometer_km.label("odometer_km"),
        EARLIER.number.label("earlier"), EARLIER_DEALER.code.label("earlier_dealer"),
        EARLIER.received_at.label("earlier_at"), EARLIER.odometer_km.label("earlier_km"),
        DAYS_BETWEEN.label("days"), KM_BETWEEN.label("km"), Claim.applied.label("applied"),
    ).select_from(Claim)  # fmt: skip
    return repeated(to_type("Select[Any]", statement))


def _received_since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.received_at >= day_bounds(day, day)[0])


def _received_until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Claim.received_at < day_bounds(day, day)[1])


def _of_both(statement: Select[Any], value: str) -> Select[Any]:
    code = value.strip().upper()
    return statement.where(or_(Dealer.code == code, EARLIER_DEALER.code == code))


REPEATS = ListSpec(
    "analytics_repeats", N_("The same causal part again within 180 days"), Permission.ANALYTICS_VIEW, _repeats,
    Claim.id,
    (
        Column("number", N_("Claim no."), "code", link=True),
        Column("vin", N_("VIN"), "code"),
        Column("causal_part", N_("Causal part"), "code"),
        Column("dealer_code", N_("Station"), "code", default=False),
        Column("received_at", N_("Received at"), "date"),
        Column("odometer_km", N_("Odometer"), "num", default=False),
        Column("earlier", N_("Earlier claim"), "code"),
        Column("earlier_dealer", N_("Earlier station"), "code", default=False),
        Column("earlier_at", N_("Received then"), "date"),
        Column("earlier_km", N_("Odometer then"), "num", default=False),
        Column("days", N_("Days between"), "num"),
        Column("km", N_("Kilometres between"), "num"),
        Column("applied", N_("Applied for"), "money", default=False),
    ),
    {"number": Claim.id}, "-number", "analytics.repeats", "claims.claim",
    (
        Filter("since", N_("Received from"), _received_since, "date"),
        Filter("until", N_("Received until"), _received_until, "date"),
        Filter("dealer", N_("Station code"), _of_both),
        Filter("part", N_("Causal part"), lambda found, value: found.where(Claim.causal_part == value.upper())),
        Filter("vin", N_("VIN"), lambda found, value: found.where(Claim.vin == value.strip().upper())),
    ),
    N_("No part was claimed twice on a car within 180 days."),
)  # fmt: skip
