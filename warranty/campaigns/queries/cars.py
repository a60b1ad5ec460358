"""What campaigns want of one car: at the counter, on its page, and for its sale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.service.ports import CampaignChoice
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor
from portal.kernel.errors import Fault, NotFoundError
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.campaigns.queries import SOLD, UNKNOWN, ours


@dataclass(frozen=True)
class CarCampaign:
    """A car in a campaign. ``order_number`` only where the reader may open the order."""

    id: int
    number: str
    kind: str
    title: str
    measure: str
    part_number: str | None
    operation_code: str | None
    stop_sale: bool
    campaign_state: str
    state: str
    done_on: date | None
    odometer_km: int | None
    parts: str | None
    station: str | None
    order_number: str | None
    exemption: str | None
    sold: bool

    @property
    def open(self) -> bool:
        """Tell whether the car can be done now."""
        return self.campaign_state == "open" and self.state == "due"

    @property
    def no_sale(self) -> bool:
        """Tell whether the car may not be sold now."""
        return self.state == "due" and self.stop_sale and not self.sold


def known_vehicle(session: Session, vin: str) -> int | None:
    """Return the key of a car by its VIN, None where there is none."""
    return session.scalar(select(Vehicle.id).where(Vehicle.vin == clean_vin(vin)))


def of_car(session: Session, vehicle_id: int, reader: int | None, *, only_open: bool = False) -> list[CarCampaign]:
    """List the campaigns of a car, recalls and open ones first; drafts and withdrawn ones are nobody's business."""
    statement = (
        select(
            CampaignCar.id, Campaign.number, Campaign.kind, Campaign.title, Campaign.measure, Campaign.part_number,
            Campaign.operation_code, Campaign.stop_sale, Campaign.state.label("campaign_state"), CampaignCar.state,
            CampaignCar.done_on, CampaignCar.odometer_km, CampaignCar.parts, Dealer.name.label("station"),
            CampaignCar.order_number, CampaignCar.exemption, CampaignCar.station_id, SOLD.label("sold"),
        )
        .join(Campaign, Campaign.id == CampaignCar.campaign_id)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .outerjoin(Dealer, Dealer.id == CampaignCar.station_id)
        .where(CampaignCar.vehicle_id == vehicle_id, Campaign.state.in_(("open", "closed")))
        .order_by(CampaignCar.state != "due", Campaign.kind, Campaign.number)
    )  # fmt: skip
    if only_open:
        statement = statement.where(Campaign.state == "open", CampaignCar.state == "due")
    return [_view(row, reader) for row in session.execute(statement)]


def _view(row: Any, reader: int | None) -> CarCampaign:
    own = reader is None or reader == row.station_id
    return CarCampaign(
        row.id, row.number, row.kind, row.title, row.measure, row.part_number, row.operation_code, row.stop_sale,
        row.campaign_state, row.state, row.done_on, row.odometer_km, row.parts, row.station,
        row.order_number if own else None, row.exemption, row.sold,
    )  # fmt: skip


def choices(session: Session, vehicle_id: int, order_id: int | None) -> list[CampaignChoice]:
    """Return what a job of an order may name: open campaigns that the car is due for, and those the order did."""
    rows = session.execute(
        select(Campaign.number, Campaign.title, Campaign.kind)
        .join(CampaignCar, CampaignCar.campaign_id == Campaign.id)
        .where(
            CampaignCar.vehicle_id == vehicle_id,
            ((Campaign.state == "open") & (CampaignCar.state == "due"))
            | ((CampaignCar.order_id == order_id) & (CampaignCar.state == "done")),
        )
        .order_by(Campaign.kind, Campaign.number)
    )
    return [CampaignChoice(*row) for row in rows]


def stop_sales(session: Session, vehicle_id: int) -> list[str]:
    """Return the numbers of the campaigns for whose sake a car may not be sold now.

    A campaign that was closed lets no car go that still has the defect (Art. 17).
    """
    found = of_car(session, vehicle_id, 0)
    return [one.number for one in found if one.stop_sale and one.state == "due"]


@dataclass(frozen=True)
class CarPage:
    """A car of a campaign with its owner: for headquarters, and for stations whose business the car is."""

    campaign: Campaign
    car: CampaignCar
    vin: str
    view: CarCampaign
    owner: str | None
    phone: str | None


def car_page(session: Session, number: str, vin: str, actor: Actor) -> CarPage:
    """Return a car of a campaign for its page."""
    row = session.execute(
        select(Campaign, CampaignCar, Vehicle, Customer)
        .join(CampaignCar, CampaignCar.campaign_id == Campaign.id)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
        .where(Campaign.number == number, Vehicle.vin == clean_vin(vin), ours(actor))
    ).first()
    if row is None or (actor.dealer_id is not None and row[0].state == "draft"):
        raise NotFoundError(Fault(UNKNOWN))
    campaign, car, vehicle = row[:3]
    owner: Customer | None = row[3]
    station = session.scalar(select(Dealer.name).where(Dealer.id == car.station_id)) if car.station_id else None
    own = actor.dealer_id is None or actor.dealer_id == car.station_id
    view = CarCampaign(
        car.id, campaign.number, campaign.kind, campaign.title, campaign.measure, campaign.part_number,
        campaign.operation_code, campaign.stop_sale, campaign.state, car.state, car.done_on, car.odometer_km,
        car.parts, station, car.order_number if own else None, car.exemption,
        vehicle.delivered_on is not None or vehicle.invoiced_on is not None,
    )  # fmt: skip
    return CarPage(campaign, car, vehicle.vin, view, owner.name if owner else None, owner.phone if owner else None)
