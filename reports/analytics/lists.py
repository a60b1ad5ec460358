"""The lists behind the figures: what each number was counted from."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, String, cast, select, type_coerce

from dealers.network.models import Dealer
from portal.kernel.access import Permission
from portal.kernel.clock import day_bounds
from portal.kernel.db import Exact
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from reports.analytics.queries.decisions import STARTED, TENTHS, joined
from reports.analytics.rules import DAY_TENTHS
from reports.analytics.words import LEVELS, OUTCOMES, WITHIN
from warranty.claims.models import Claim, ClaimDecision
from warranty.claims.words import TYPES

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
        Column("number", N_("Claim no."), link=True),
        Column("dealer_code", N_("Station")),
        Column("dealer", N_("Name of the station"), default=False),
        Column("type", N_("Claim type"), words=TYPES),
        Column("version", N_("Version"), "num", default=False),
        Column("started_at", N_("Submitted at"), "moment"),
        Column("decided_at", N_("Decided"), "moment"),
        Column("hours", N_("Hours"), "num"),
        Column("level", N_("Level"), words=LEVELS),
        Column("outcome", N_("Decision"), words=OUTCOMES),
    ),
    {"decided_at": ClaimDecision.decided_at, "hours": HOURS}, "-decided_at", "analytics.decisions", "claims.claim",
    (
        Filter("since", N_("Decided from"), _since, "date"),
        Filter("until", N_("Decided until"), _until, "date"),
        Filter("dealer", N_("Station code"), by_dealer),
        Filter("type", N_("Claim type"), by_type, "choice", TYPES),
        Filter("level", N_("Level"), _level, "choice", LEVELS),
        Filter("outcome", N_("Decision"), _outcome, "choice", OUTCOMES),
        Filter("within", N_("Time to decision"), _within, "choice", WITHIN),
    ),
    N_("Nothing was decided yet. Every decision on a claim stands here with its hours."),
)  # fmt: skip
