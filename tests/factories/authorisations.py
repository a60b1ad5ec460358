"""Pre-authorisations in any state, made through the services as people make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor, Permission
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.rules import Grant
from warranty.authorisations.services import (
    Asked,
    Decision,
    ask_for_car,
    decide_authorisation,
    revoke_authorisation,
    submit_authorisation,
)  # fmt: skip

AMOUNT = Decimal("1000.00")
ASKED = Asked("other", 8_000, "engine", "W-PUMP", "发动机漏水", "水泵密封失效", "更换水泵总成", AMOUNT)
HEAD_OFFICE = Actor.system("审核员")


def asked(**changes: Any) -> Asked:
    """Return a request with all that headquarters wants to know, with some changes."""
    return replace(ASKED, **changes)


def make_authorisation(
    session: Session, now: datetime, state: str = "passed", *, dealer: Dealer, vehicle: Vehicle,
    amount: Decimal = AMOUNT, grant: Grant | None = None,
) -> PreAuthorisation:  # fmt: skip
    """Ask for a car and take the request into a state: draft, submitted, passed, returned, refused, withdrawn."""
    clerk = Actor(None, "索赔员", dealer.id, frozenset({Permission.CLAIM_WRITE}))
    found = ask_for_car(session, vehicle.vin, clerk, now)
    if state == "draft":
        return found
    submit_authorisation(session, found.number, asked(asked=amount), clerk, now)
    outcome = {"passed": "pass", "withdrawn": "pass", "returned": "return", "refused": "refuse"}.get(state)
    if outcome:
        decide_authorisation(
            session, found.number, Decision(outcome, grant or Grant(reason="测试原因")), HEAD_OFFICE, now
        )
    if state == "withdrawn":
        revoke_authorisation(session, found.number, "测试原因", HEAD_OFFICE, now)
    return found
