"""What headquarters keeps of the law, and what the watch keeps of every car.

Orders, certificates and calendars are versions: a row in force is never edited, a newer one
follows it. The watch is a copy of what the rules say, kept so that lists are fast; the nightly job
proves it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Exact, Identified, short
from portal.kernel.scoping import DealerOwned


class RegimeVersion(Identified, Base):
    """An order (三包规定) as headquarters keeps it from a day on; ``body`` is `rules.plain`'s."""

    __tablename__ = "guarantee_regime"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: Mapped[str] = mapped_column(short(24))
    version: Mapped[int]
    valid_from: Mapped[date]
    body: Mapped[dict[str, Any]]
    note: Mapped[str]
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class ModelCertificate(Identified, Base):
    """A model's three-guarantees terms (三包凭证, Art. 9) for cars sold from a day on."""

    __tablename__ = "guarantee_certificate"
    __table_args__ = (
        UniqueConstraint("model_id", "version"),
        Index("ix_guarantee_certificate_valid", "model_id", "valid_from"),
    )

    model_id: Mapped[int] = mapped_column(ForeignKey("vehicle_model.id"))
    version: Mapped[int]
    valid_from: Mapped[date]  # the day of sale (invoice, or replacement)
    guarantee_months: Mapped[int]
    guarantee_km: Mapped[int]
    repair_months: Mapped[int]
    repair_km: Mapped[int]
    usage_coefficient: Mapped[Decimal] = mapped_column(Exact(6))
    main_parts: Mapped[dict[str, Any]]  # component → list of parts
    special_parts: Mapped[list[Any]]  # names of parts made to the VIN (Art. 24)
    wear_parts: Mapped[list[Any]]  # {"name", "months", "km"}
    battery_limit: Mapped[str] = mapped_column(default="")  # capacity fade of a traction battery
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class CertificateIssue(Identified, Base):
    """A certificate handed to an owner: the first with the car, later ones for lost ones, free (Art. 14)."""

    __tablename__ = "guarantee_certificate_issue"
    __table_args__ = (Index("ix_guarantee_certificate_issue_vehicle", "vehicle_id", "id"),)

    number: Mapped[str] = mapped_column(short(40), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"))  # who handed it out; None: headquarters
    kind: Mapped[str] = mapped_column(short(8))  # first | again
    reason: Mapped[str] = mapped_column(default="")
    body: Mapped[dict[str, Any]]  # what the paper said: it is printed again word for word
    issued_by: Mapped[str] = mapped_column(short(120))
    issued_at: Mapped[datetime]


class Maker(Identified, Base):
    """What a certificate says of the maker (Art. 9): one row, edited by headquarters, traced."""

    __tablename__ = "guarantee_maker"

    brand: Mapped[str] = mapped_column(short(60))
    name: Mapped[str] = mapped_column(short(120))
    address: Mapped[str] = mapped_column(short(255))
    postcode: Mapped[str] = mapped_column(short(6))
    phone: Mapped[str] = mapped_column(short(32))
    repairers_zh: Mapped[str]  # how an owner finds the repairers
    repairers_en: Mapped[str]
    remarks_zh: Mapped[str] = mapped_column(default="")  # what else has to be said
    remarks_en: Mapped[str] = mapped_column(default="")


class CalendarYear(Identified, Base):
    """A year whose holidays are published (国务院办公厅通知)."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(unique=True)
    source: Mapped[str]
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class CalendarDay(Identified, Base):
    """A holiday, or a weekend day that is worked (调休上班): ``works``."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(unique=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"), index=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(short(40), default="")


class CarWatch(Identified, Base):
    """What the rules say of a car that was repaired (三包预警): its worst counter, and all of them.

    A copy of `rules.assess`; cars without a counting visit have no row. ``rows`` are the counters,
    worst first.
    """

    __tablename__ = "guarantee_watch"
    __audited__ = False  # reckoned, not decided; the repair order that changed it is in the trail
    __table_args__ = (
        Index("ix_guarantee_watch_rank", "rank", "id"),
        Index("ix_guarantee_watch_ends", "guarantee_ends_on", "id"),
    )

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), unique=True)
    regime: Mapped[str] = mapped_column(short(24))
    level: Mapped[str] = mapped_column(short(12))
    rank: Mapped[int]  # the level's place in `rules.regimes.LEVELS`: lists sort by it
    counter: Mapped[str] = mapped_column(short(32))  # the worst one
    key: Mapped[str] = mapped_column(short(120), default="")
    value: Mapped[int]
    limit: Mapped[int]
    repair_days: Mapped[int]
    rows: Mapped[list[Any]]
    entitlements: Mapped[list[Any]]  # codes
    guarantee_ends_on: Mapped[date]
    guarantee_km: Mapped[int]
    odometer_km: Mapped[int]
    in_force: Mapped[bool]
    open_visit: Mapped[bool]  # somebody has the car in the shop: days run on
    last_dealer_id: Mapped[int] = mapped_column(ForeignKey("dealer.id"))
    last_visit_at: Mapped[datetime]
    reckoned_at: Mapped[datetime]


class WatchNotice(Identified, DealerOwned, Base):
    """A car came to orange or worse: told once to the station, the region and the customer centre."""

    __tablename__ = "guarantee_notice"
    __table_args__ = (
        UniqueConstraint("vehicle_id", "level"),
        Index("ix_guarantee_notice_dealer", "dealer_id", "id"),
    )

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    level: Mapped[str] = mapped_column(short(12))
    counter: Mapped[str] = mapped_column(short(32))
    key: Mapped[str] = mapped_column(short(120), default="")
    value: Mapped[int]
    limit: Mapped[int]
    at: Mapped[datetime]
    dealer_seen_by: Mapped[str | None] = mapped_column(short(120))
    dealer_seen_at: Mapped[datetime | None]
    region_seen_by: Mapped[str | None] = mapped_column(short(120))
    region_seen_at: Mapped[datetime | None]
    centre_seen_by: Mapped[str | None] = mapped_column(short(120))
    centre_seen_at: Mapped[datetime | None]


class WatchAlarm(Identified, Base):
    """The nightly job reckoned something else than the watch had kept: somebody must look why."""

    __tablename__ = "guarantee_alarm"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    at: Mapped[datetime]
    kept: Mapped[dict[str, Any]]
    reckoned: Mapped[dict[str, Any]]
    closed_by: Mapped[str | None] = mapped_column(short(120))
    closed_at: Mapped[datetime | None]
    explanation: Mapped[str | None]
