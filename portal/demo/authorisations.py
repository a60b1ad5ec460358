"""A few pre-authorisations of the demo network, made through the services as stations and headquarters make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from portal.demo import range as makers
from portal.demo.claims import AUDITORS
from portal.kernel.access import Actor, Permission
from portal.kernel.money import round_fen, share
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.rules import Grant
from warranty.authorisations.services import (
    Asked,
    Decision,
    ask_for_car,
    ask_for_order,
    decide_authorisation,
    submit_authorisation,
)  # fmt: skip
from warranty.authorisations.services.ask import request_of
from warranty.claims.models import Claim
from warranty.claims.services import Edit, edit_claim
from warranty.guarantee.models import CarWatch

#: What becomes of them, in turn: an outcome, its reason, and the share of the amount that is passed.
FATES: tuple[tuple[str | None, str, Decimal], ...] = (
    ("pass", "", Decimal(1)), (None, "", Decimal(1)), ("return", "请写明检测过程，并补充照片", Decimal(1)),
    ("pass", "工时按定额核定", Decimal("0.80")), ("refuse", "属正常磨损，不在保修范围内", Decimal(1)), (None, "", Decimal(1)),
)  # fmt: skip
COUNT = 8


def make_authorisations(session: Session, now: datetime) -> int:
    """Let stations ask for jobs that are not claimed yet and for cars near a line of the law; return how many."""
    orders = session.execute(
        select(RepairOrder.dealer_id, RepairOrder.number, RepairJob.id)
        .join(RepairJob, RepairJob.order_id == RepairOrder.id)
        .outerjoin(Claim, Claim.job_id == RepairJob.id)
        .where(RepairJob.payer == "warranty", Claim.id.is_(None) | (Claim.state == "draft"))
        .order_by(RepairOrder.dealer_id, Claim.id.is_(None), RepairOrder.id).limit(COUNT)
    ).all()  # fmt: skip
    cars = session.execute(
        select(CarWatch.last_dealer_id, Vehicle.vin).join(Vehicle, Vehicle.id == CarWatch.vehicle_id)
        .where(CarWatch.level.in_(("orange", "red", "entitled")))
        .order_by(CarWatch.rank.desc(), CarWatch.id).limit(COUNT)
    ).all()  # fmt: skip
    asked_at = now - timedelta(days=2)
    made = [ask_for_order(session, number, job, _clerk(dealer), asked_at) for dealer, number, job in orders]
    made += [ask_for_car(session, vin, _clerk(dealer), asked_at) for dealer, vin in cars]
    for place, found in enumerate(made):
        _go_on(session, found, place, asked_at)
    session.flush()
    return len(made)


def _clerk(dealer_id: int) -> Actor:
    return Actor(None, "索赔员", dealer_id, frozenset({Permission.CLAIM_WRITE}))


def _go_on(session: Session, found: PreAuthorisation, place: int, at: datetime) -> None:
    """Submit a request, decide it, and enter it on the draft of its claim, where there is one."""
    outcome, reason, part = FATES[place % len(FATES)]
    submit_authorisation(session, found.number, _filled(found, place), _clerk(found.dealer_id), at)
    if outcome is None:
        return
    auditor = Actor.system(AUDITORS[place % len(AUDITORS)])
    grant = Grant(share(found.asked, part), reason=reason)
    decide_authorisation(session, found.number, Decision(outcome, grant), auditor, at + timedelta(hours=3))
    draft = session.scalar(
        select(Claim.number).where(
            Claim.job_id == found.job_id, Claim.state == "draft", Claim.applied <= (found.granted or 0)
        )
    )
    if draft is not None and outcome == "pass":
        edit_claim(session, draft, Edit({"pre_authorisation": found.number}), Actor.system("demo"))


def _filled(found: PreAuthorisation, place: int) -> Asked:
    """Return the request with what the station would write where the visit says nothing yet."""
    asked = request_of(found)
    if found.job_id is not None and asked.asked:
        return asked
    failure = makers.FAILURES[place % len(makers.FAILURES)]
    return replace(
        asked, component=failure.component, causal_part=failure.part, concern=failure.concern, cause=failure.cause,
        correction=failure.correction, asked=round_fen(Decimal(1_800 + 350 * place)),
    )  # fmt: skip
