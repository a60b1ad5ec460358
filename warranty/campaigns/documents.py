"""The printed letters to owners (召回通知书, 服务活动通知) and the reports of a recall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.scoping import actor_of
from warranty.campaigns.models import Campaign, CampaignCar, CampaignReport
from warranty.campaigns.queries import UNKNOWN, find, ours
from warranty.guarantee.models import Maker
from warranty.guarantee.queries.tables import maker

#: Letters in one file: a worker makes them well within its lease.
LETTERS_A_FILE = 200


@dataclass(frozen=True)
class Letter:
    """One owner's car, and where to go with it: the dealer that sold it."""

    vin: str
    plate: str | None
    model: str
    owner: str
    address: str | None
    dealer: str | None
    dealer_address: str | None
    dealer_phone: str | None


@dataclass(frozen=True)
class LettersPaper:
    """Letters of one campaign. ``part`` and ``parts`` number the files of many."""

    number: str
    recall: bool
    title: str
    filing_no: str | None
    component: str | None
    defect: str
    hazard: str
    precaution: str
    measure: str
    starts_on: date | None
    ends_on: date | None
    maker: str
    phone: str | None
    letters: tuple[Letter, ...]
    file: str


def shown_at(_session: Session, key: str) -> tuple[str, dict[str, str]]:
    """Return the campaign's page: what follows its number in a key is a file, or which report."""
    return "campaigns.campaign", {"key": key.partition(":")[0]}


def one_letter(session: Session, key: str) -> LettersPaper:
    """Load the letter of ``NUMBER:VIN``, for headquarters and the stations whose business the car is."""
    number, _colon, vin = key.rpartition(":")
    actor = _reader(session)
    campaign = find(session, number, actor)
    rows = session.execute(_owners(campaign, actor).where(Vehicle.vin == vin)).all()
    if not rows:
        raise NotFoundError(Fault(UNKNOWN))
    return _paper(session, campaign, rows, f"{number}-{vin}")


def letters(session: Session, key: str) -> LettersPaper:
    """Load the letters to the owners of cars still due: ``NUMBER``, or ``NUMBER:2`` for the second file of many."""
    number, colon, part = key.rpartition(":")
    number, place = (number, int(part)) if colon and part.isdigit() else (key, 1)
    actor = _reader(session)
    campaign = find(session, number, actor)
    statement = _owners(campaign, actor).add_columns(CampaignCar.state).order_by(CampaignCar.id)
    found = session.execute(statement.limit(LETTERS_A_FILE).offset(max(place - 1, 0) * LETTERS_A_FILE))
    # Files are parted before done cars fall out: nobody slips from one file into another that is printed already.
    rows = [row[:-1] for row in found if row.state == "due"]
    if not rows:
        raise NotFoundError(Fault(UNKNOWN))
    return _paper(session, campaign, rows, f"{number}-{place}")


def _reader(session: Session) -> Actor:
    return actor_of(session) or Actor(None, "nobody", dealer_id=0)


def _owners(campaign: Campaign, actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select the sold cars of a campaign with their owners."""
    return (
        select(
            Vehicle.vin, Vehicle.plate, VehicleModel.name_zh, Customer.name, Customer.address,
            Dealer.name.label("dealer"), Dealer.address.label("dealer_address"), Dealer.phone.label("dealer_phone"),
        )
        .select_from(CampaignCar)
        .join(Vehicle, Vehicle.id == CampaignCar.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Customer, Customer.id == Vehicle.owner_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .where(CampaignCar.campaign_id == campaign.id, ours(actor))
    )  # fmt: skip


def _paper(session: Session, campaign: Campaign, rows: Any, file: str) -> LettersPaper:
    known: Maker | None = maker(session)
    return LettersPaper(
        campaign.number, campaign.kind == "recall", campaign.title, campaign.filing_no, campaign.component,
        campaign.defect, campaign.hazard, campaign.precaution, campaign.measure, campaign.starts_on, campaign.ends_on,
        campaign.maker or (known.name if known else ""), known.phone if known else None,
        tuple(Letter(*row) for row in rows), file,
    )  # fmt: skip


def letters_name(paper: LettersPaper) -> str:
    """Name the file by campaign and car, or by the number of the file."""
    return paper.file


@dataclass(frozen=True)
class ReportPaper:
    """A report as it was made."""

    number: str
    final: bool
    place: int
    until: date
    made_by: str
    made_at: datetime
    said: dict[str, Any]
    file: str


def report(session: Session, key: str) -> ReportPaper:
    """Load the report ``NUMBER:phase:2`` or ``NUMBER:final:1``; it is headquarters' business alone."""
    number, kind, place = ([*key.rsplit(":", 2), "", ""])[:3]
    row = session.execute(
        select(CampaignReport, Campaign.number)
        .join(Campaign, Campaign.id == CampaignReport.campaign_id)
        .where(
            Campaign.number == number, CampaignReport.kind == kind,
            CampaignReport.number == (int(place) if place.isdigit() else 0),
        )
    ).first()  # fmt: skip
    if row is None or _reader(session).dealer_id is not None:
        raise NotFoundError(Fault(UNKNOWN))
    made: CampaignReport = row[0]
    return ReportPaper(
        number, made.kind == "final", made.number, made.until, made.made_by, made.made_at, made.body,
        f"{number}-{made.kind}-{made.number}",
    )  # fmt: skip


def report_name(paper: ReportPaper) -> str:
    """Name the file by campaign, kind and number."""
    return paper.file
