"""The lists: campaigns over the network or with a station's own due cars, and the cars in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import TAIL, clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.campaigns.queries import SOLD, ours
from warranty.campaigns.words import CAR_STATES, EXEMPTIONS, KINDS, STATES
from warranty.campaigns.words import SOLD as SOLD_WORDS

VIEW = Permission.CAMPAIGN_VIEW
_YES_NO = {"yes": N_("Yes"), "no": N_("No")}


def _cars(*conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(CampaignCar).where(CampaignCar.campaign_id == Campaign.id, *conditions)


def _campaigns() -> Select[*tuple[Any, ...]]:
    return select(
        Campaign.id, Campaign.number, Campaign.kind, Campaign.title, Campaign.state, Campaign.filing_no,
        Campaign.maker, Campaign.maker_number, Campaign.component, Campaign.announced, Campaign.stop_sale,
        Campaign.opened_on, Campaign.ends_on, Campaign.created_at,
    )  # fmt: skip


def _all_campaigns() -> Select[*tuple[Any, ...]]:
    return _campaigns().add_columns(
        _cars().scalar_subquery().label("affected"),
        _cars(CampaignCar.state == "due").scalar_subquery().label("due"),
        _cars(CampaignCar.state == "done").scalar_subquery().label("done"),
    )


def _own_campaigns(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Show a station what is not a draft, with the number of its own cars."""
    mine = _cars(ours(actor)).join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
    return statement.add_columns(
        mine.scalar_subquery().label("affected"),
        mine.where(CampaignCar.state == "due").scalar_subquery().label("due"),
        mine.where(CampaignCar.state == "done").scalar_subquery().label("done"),
    ).where(Campaign.state != "draft")


def _waiting(statement: Select[Any], chosen: str) -> Select[*tuple[Any, ...]]:
    """Campaigns in progress that have cars to do, or have none."""
    due = _cars(CampaignCar.state == "due").exists()
    running = Campaign.state == "open"
    return statement.where(running & due if chosen == "yes" else ~(running & due))


_FILTERS = (
    Filter("number", N_("Campaign no."), lambda found, value: found.where(
        Campaign.number.startswith(value.upper(), autoescape=True))),
    Filter("kind", N_("Kind"), lambda found, value: found.where(Campaign.kind == value), "choice", KINDS),
    Filter("state", N_("State"), lambda found, value: found.where(Campaign.state == value), "choice", STATES),
    Filter("title", N_("Title"), lambda found, value: found.where(Campaign.title.contains(value, autoescape=True))),
    Filter("waiting", N_("Cars to be done"), _waiting, "choice", _YES_NO),
)  # fmt: skip
_COLUMNS = (
    Column("number", N_("Campaign no."), "code", link=True),
    Column("kind", N_("Kind"), words=KINDS),
    Column("title", N_("Title")),
    Column("state", N_("State"), "state", words=STATES),
    Column("affected", N_("Cars"), "num"),
    Column("due", N_("To be done"), "num"),
    Column("done", N_("Done"), "num"),
    Column("opened_on", N_("Opened on"), "date"),
    Column("ends_on", N_("Ends"), "date"),
    Column("stop_sale", N_("Stop sale"), "flag", default=False),
    Column("component", N_("Component concerned"), default=False),
)
_SORTS = {"number": Campaign.number, "title": Campaign.title, "created_at": Campaign.created_at}

CAMPAIGNS = ListSpec(
    key="campaigns",
    title=N_("Campaigns and recalls"),
    permission=VIEW,
    statement=_all_campaigns,
    identity=Campaign.id,
    columns=(
        *_COLUMNS,
        Column("filing_no", N_("Filing no. of the recall plan"), "code", default=False),
        Column("maker", N_("Maker"), default=False),
        Column("maker_number", N_("Maker's own number"), "code", default=False),
        Column("announced", N_("Cars announced"), "num", default=False),
        Column("created_at", N_("Made on"), "moment", default=False),
    ),
    sorts=_SORTS,
    default_sort="-created_at",
    endpoint="campaigns.campaigns",
    row_endpoint="campaigns.campaign",
    filters=_FILTERS,
    narrow=lambda statement, actor: statement if actor.dealer_id is None else statement.where(false()),
    empty=N_("No campaign yet. Make one, or import a list of them."),
)  # fmt: skip

STATION_CAMPAIGNS = ListSpec(
    key="station_campaigns",
    title=N_("Campaigns and recalls"),
    permission=VIEW,
    statement=_campaigns,
    narrow=_own_campaigns,
    identity=Campaign.id,
    columns=_COLUMNS,
    sorts=_SORTS,
    default_sort="-created_at",
    endpoint="campaigns.campaigns",
    row_endpoint="campaigns.campaign",
    filters=_FILTERS,
    empty=N_("No campaign is open. Headquarters opens them; the cars of your station appear here then."),
)


def _campaign_cars() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CampaignCar.id, (Campaign.number + ":" + Vehicle.vin).label("key"), Vehicle.vin,
            Campaign.number.label("campaign"), Campaign.title, Campaign.kind, CampaignCar.state, Vehicle.plate,
            CampaignCar.done_on, CampaignCar.odometer_km, CampaignCar.parts, CampaignCar.exemption,
            SOLD.label("sold"), Dealer.code.label("dealer"), Dealer.name.label("dealer_name"), Dealer.region,
            Customer.name.label("owner"), Customer.phone,
        )
        .select_from(CampaignCar)
        .join(Campaign, Campaign.id == CampaignCar.campaign_id)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
    )  # fmt: skip


def _own_cars(statement: Select[Any], actor: Actor) -> Select[*tuple[Any, ...]]:
    """A station sees the cars it sold, served or did, whose owners it knows; of campaigns that are no draft."""
    return statement if actor.dealer_id is None else statement.where(ours(actor), Campaign.state != "draft")


def _car(statement: Select[Any], text: str) -> Select[*tuple[Any, ...]]:
    typed = clean_vin(text)
    return statement.where(
        or_(Vehicle.vin.startswith(typed, autoescape=True), Vehicle.vin_tail == typed[-TAIL:], Vehicle.plate == typed)
    )


def _sold(statement: Select[Any], chosen: str) -> Select[*tuple[Any, ...]]:
    return statement.where(SOLD if chosen == "yes" else ~SOLD)


def _done_since(statement: Select[Any], day: date) -> Select[*tuple[Any, ...]]:
    return statement.where(CampaignCar.done_on >= day)


CARS = ListSpec(
    key="campaign_cars",
    title=N_("Cars of campaigns"),
    permission=VIEW,
    statement=_campaign_cars,
    narrow=_own_cars,
    identity=CampaignCar.id,
    columns=(
        Column("vin", N_("VIN"), "code", link=True),
        Column("campaign", N_("Campaign no."), "code"),
        Column("title", N_("Title"), default=False),
        Column("kind", N_("Kind"), default=False, words=KINDS),
        Column("state", N_("State"), "state", words=CAR_STATES),
        Column("plate", N_("Plate"), "code"),
        Column("sold", N_("Sold"), "flag"),
        Column("dealer", N_("Sold by"), "code"),
        Column("dealer_name", N_("Dealer"), default=False),
        Column("region", N_("Region"), default=False),
        Column("owner", N_("Owner")),
        Column("phone", N_("Phone"), "code"),
        Column("done_on", N_("Done on"), "date"),
        Column("odometer_km", N_("Odometer (km)"), "num", default=False),
        Column("parts", N_("Parts put in"), default=False),
        Column("exemption", N_("Exempt because"), default=False, words=EXEMPTIONS),
    ),
    sorts={"vin": Vehicle.vin, "campaign": Campaign.number, "state": CampaignCar.state},
    default_sort="vin",
    endpoint="campaigns.cars",
    row_endpoint="campaigns.car",
    filters=(
        Filter("campaign", N_("Campaign no."), lambda found, value: found.where(Campaign.number == value.upper())),
        Filter("state", N_("State"), lambda found, value: found.where(CampaignCar.state == value), "choice",
               CAR_STATES),
        Filter("car", N_("VIN, last 6 or plate"), _car),
        Filter("running", N_("Campaign in progress"), lambda found, value: found.where(
            (Campaign.state == "open") if value == "yes" else (Campaign.state != "open")), "choice", _YES_NO),
        Filter("sold", N_("Sold or unsold"), _sold, "choice", SOLD_WORDS),
        Filter("dealer", N_("Sold by (dealer code)"), lambda found, value: found.where(Dealer.code == value.upper())),
        Filter("region", N_("Region"), lambda found, value: found.where(Dealer.region == value)),
        Filter("done_since", N_("Done since"), _done_since, "date"),
    ),
    empty=N_("No car of yours is in a campaign."),
)  # fmt: skip
