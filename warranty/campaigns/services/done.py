"""Record that a car was done, once, with its proof: called by the counter when a visit is completed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.ports import CampaignChoice, CampaignWork
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.campaigns.queries.cars import choices, stop_sales

NOT_MEANT = N_("Campaign %(campaign)s does not mean this car.")
NOT_OPEN = N_("Campaign %(campaign)s is not open.")
EXEMPT = N_("This car is exempt from campaign %(campaign)s. Please ask headquarters.")
DONE_BEFORE = N_("Campaign %(campaign)s was done on this car before, on %(day)s. It is done once.")
PARTS_LENGTH = 255


class CarCampaigns:
    """The campaigns as the counter asks them (`dealers.service.ports.Campaigns`)."""

    def choices(self, session: Session, vehicle_id: int, order_id: int | None) -> list[CampaignChoice]:
        """Return the campaigns that a job of an order may name."""
        return choices(session, vehicle_id, order_id)

    def completed(self, session: Session, work: CampaignWork, actor: Actor, now: datetime) -> None:
        """Record what a visit did; what it did before and no longer names is due again."""
        cars = _cars(session, work)
        faults = [
            fault for number, (job_id, _parts) in work.jobs.items()
            if (fault := _fault(number, job_id, cars.get(number), work.order_id)) is not None
        ]  # fmt: skip
        if faults:
            raise DomainError(*faults)
        for number, (campaign, car) in cars.items():
            if number in work.jobs:
                _prove(session, campaign, car, work, actor, now)
            elif car.order_id == work.order_id:
                _undo(session, car, actor, now)

    def given_up(self, session: Session, order_id: int, actor: Actor, now: datetime) -> None:
        """Let the cars that a cancelled order did be due again."""
        for key in session.scalars(
            select(CampaignCar.id).where(CampaignCar.order_id == order_id, CampaignCar.state == "done")
        ).all():
            _undo(session, locked(session, CampaignCar, key), actor, now)


class StopSales:
    """What stops the sale of a car (`dealers.vehicles.ports.SaleBans`)."""

    def bans(self, session: Session, vehicle_id: int) -> list[str]:
        """Return the open campaigns with a stop-sale mark that the car is due for."""
        return stop_sales(session, vehicle_id)


def _cars(session: Session, work: CampaignWork) -> dict[str, tuple[Campaign, CampaignCar]]:
    """Lock the car's rows that the visit names or once named, always in the same order."""
    rows = session.execute(
        select(CampaignCar.id, Campaign)
        .join(Campaign, Campaign.id == CampaignCar.campaign_id)
        .where(
            CampaignCar.vehicle_id == work.vehicle_id,
            Campaign.number.in_(work.jobs) | (CampaignCar.order_id == work.order_id),
        )
        .order_by(CampaignCar.id)
    ).all()
    return {campaign.number: (campaign, locked(session, CampaignCar, key)) for key, campaign in rows}


def _fault(
    number: str, job_id: int, found: tuple[Campaign, CampaignCar] | None, order_id: int
) -> Fault | None:  # fmt: skip
    field, facts = f"job-{job_id}-campaign", {"campaign": number}
    if found is None:
        return Fault(NOT_MEANT, field, facts)
    campaign, car = found
    if car.state == "done":
        same = car.order_id == order_id
        return None if same else Fault(DONE_BEFORE, field, {**facts, "day": str(car.done_on)})
    if car.state == "exempt":
        return Fault(EXEMPT, field, facts)
    return None if campaign.state == "open" else Fault(NOT_OPEN, field, facts)


def _prove(
    session: Session, campaign: Campaign, car: CampaignCar, work: CampaignWork, actor: Actor, now: datetime
) -> None:  # fmt: skip
    _job, parts = work.jobs[campaign.number]
    car.order_id, car.order_number, car.station_id = work.order_id, work.number, work.station_id
    car.done_on, car.odometer_km = local_date(work.completed_at), work.odometer_km
    car.parts = _listed(parts)
    if car.state == "due":
        advance(session, car, "do", actor, now, reason=work.number)
    session.flush()


def _undo(session: Session, car: CampaignCar, actor: Actor, now: datetime) -> None:
    advance(session, car, "undo", actor, now, reason=car.order_number)
    car.order_id = car.order_number = car.station_id = car.done_on = car.odometer_km = car.parts = None
    session.flush()


def _listed(parts: Iterable[str]) -> str | None:
    """Write part numbers, as many as there is room for."""
    return ", ".join(dict.fromkeys(parts))[:PARTS_LENGTH] or None
