"""Policies, part warranties, contracts and goodwill, as tests need them, made through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from warranty.coverage.models import CoveragePolicy, Goodwill, PartWarranty, ServiceContract
from warranty.coverage.services.agreements import (
    ContractFacts,
    GrantFacts,
    Span,
    add_contract,
    grant_goodwill,
)
from warranty.coverage.services.versions import PolicyScope, Terms, add_part_warranty, add_policy

SYSTEM = Actor.system("factory")
SINCE = date(2022, 1, 1)


def make_policy(
    session: Session, now: datetime, months: int = 36, km: int | None = 100_000, since: date = SINCE, **scope: str
) -> CoveragePolicy:
    """Keep a policy: the whole car, three years or 100,000 km."""
    return add_policy(session, PolicyScope(**scope), Terms(since, months, km), SYSTEM, now)


def make_part_warranty(
    session: Session, now: datetime, months: int = 12, km: int | None = 20_000, since: date = SINCE, **about: str
) -> PartWarranty:
    """Keep a part warranty: every part, a year or 20,000 km."""
    number, wear_class = about.get("number", ""), about.get("wear_class", "")
    return add_part_warranty(session, number, wear_class, Terms(since, months, km), SYSTEM, now)


def make_contract(session: Session, now: datetime, vehicle: Vehicle, **values: Any) -> ServiceContract:
    """Keep a contract of a car: the whole car, two years from today."""
    today = now.date()
    given: dict[str, Any] = {
        "number": f"YB-{vehicle.id:06d}", "vin": vehicle.vin, "product": "整车延保",
        "span": Span(today, today + timedelta(days=730), 150_000),
    }  # fmt: skip
    return add_contract(session, ContractFacts(**{**given, **values}), SYSTEM, now)


def make_grant(session: Session, now: datetime, vehicle: Vehicle, **values: Any) -> Goodwill:
    """Grant goodwill for a car: headquarters bears 80 percent, the owner the rest, for a month."""
    today = now.date()
    given: dict[str, Any] = {
        "vin": vehicle.vin, "span": Span(today - timedelta(days=30), today + timedelta(days=30), None),
        "headquarters_share": 80, "dealer_share": 0, "customer_share": 20, "reason": "老客户",
    }  # fmt: skip
    return grant_goodwill(session, GrantFacts(**{**given, **values}), SYSTEM, now)
