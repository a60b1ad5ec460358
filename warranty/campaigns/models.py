"""Campaigns and recalls: the definition, one row for each car that is meant, and the reports made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.db import Base, Document, Identified, short
from portal.kernel.lifecycle import Stateful
from warranty.campaigns.states import CAMPAIGN, CAMPAIGN_CAR


class Campaign(Identified, Stateful, Base):
    """A service campaign or a recall of headquarters. Days left empty are not known yet."""

    __tablename__ = "campaign"
    __machine__ = CAMPAIGN
    __table_args__ = (CheckConstraint(CAMPAIGN.sql_check(), name="state"),)

    number: Mapped[str] = mapped_column(short(40), unique=True)
    kind: Mapped[str] = mapped_column(short(12), default="service")  # service | recall
    title: Mapped[str] = mapped_column(short(120))
    maker: Mapped[str | None] = mapped_column(short(120))
    maker_number: Mapped[str | None] = mapped_column(short(40))  # the maker's own, where another's is the number
    component: Mapped[str | None] = mapped_column(short(80))
    defect: Mapped[str] = mapped_column(default="")
    hazard: Mapped[str] = mapped_column(default="")
    precaution: Mapped[str] = mapped_column(default="")  # what the owner does until then (Art. 18)
    measure: Mapped[str] = mapped_column(default="")
    part_number: Mapped[str | None] = mapped_column(short(32))
    operation_code: Mapped[str | None] = mapped_column(short(24))
    announced: Mapped[int | None]  # cars, as the plan or the source says
    stop_sale: Mapped[bool] = mapped_column(default=False)  # unsold cars are not sold until they are done (Art. 17)
    filing_no: Mapped[str | None] = mapped_column(short(40))  # 备案编号
    built_from: Mapped[date | None]
    built_until: Mapped[date | None]
    notice_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    published_on: Mapped[date | None]
    owners_told_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    note: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(short(120))
    created_at: Mapped[datetime]

    scopes: Mapped[list[CampaignScope]] = relationship(
        order_by="CampaignScope.position", cascade="all, delete-orphan"
    )  # fmt: skip


class CampaignScope(Identified, Base):
    """One row of a definition; `rules.scopes.Scope` says what its columns mean."""

    __tablename__ = "campaign_scope"
    __table_args__ = (UniqueConstraint("campaign_id", "position"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(short(16))
    first: Mapped[str] = mapped_column(short(40), default="")
    last: Mapped[str] = mapped_column(short(40), default="")
    model_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle_model.id"))
    label: Mapped[str] = mapped_column(short(80), default="")
    since: Mapped[date | None]
    until: Mapped[date | None]


class CampaignVin(Identified, Base):
    """A VIN of a campaign's list, as it was given; a car that is not registered yet is filed when it is."""

    __tablename__ = "campaign_vin"
    __table_args__ = (UniqueConstraint("campaign_id", "vin"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    vin: Mapped[str] = mapped_column(short(17))


class CampaignCar(Identified, Stateful, Base):
    """A car that is meant: due, done once with its proof, or exempt.

    No dealer owns it, every station has to know; pages of another station show what and when only.
    """

    __tablename__ = "campaign_car"
    __machine__ = CAMPAIGN_CAR
    __table_args__ = (
        CheckConstraint(CAMPAIGN_CAR.sql_check(), name="state"),
        CheckConstraint("state <> 'done' or (done_on is not null and station_id is not null)", name="proof"),
        UniqueConstraint("campaign_id", "vehicle_id"),
        Index("ix_campaign_car_state", "campaign_id", "state", "id"),
        Index("ix_campaign_car_vehicle", "vehicle_id"),
        Index("ix_campaign_car_order", "order_id"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    filed_at: Mapped[datetime]
    exemption: Mapped[str | None] = mapped_column(short(12))  # exported | scrapped | stolen | other
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    order_number: Mapped[str | None] = mapped_column(short(40))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"))
    done_on: Mapped[date | None]
    odometer_km: Mapped[int | None]
    parts: Mapped[str | None] = mapped_column(short(255))  # part numbers that were put in


class CampaignReport(Identified, Base):
    """A phase report or the final report of a recall, with its figures as they were (Art. 20)."""

    __tablename__ = "campaign_report"
    __table_args__ = (UniqueConstraint("campaign_id", "kind", "number"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[str] = mapped_column(short(8))  # phase | final
    number: Mapped[int]
    until: Mapped[date]
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]
