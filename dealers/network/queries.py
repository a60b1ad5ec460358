"""Read stations: one whole, and what an hour of their work costs on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer, LabourRate
from dealers.network.rules import UNGRADED, Rate, rate_on
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history


@dataclass(frozen=True)
class DealerPage:
    """A station for its page; what was never told is None."""

    id: int
    row_version: int
    code: str
    name: str
    kind: str
    state: str
    region: str
    province: str
    city: str
    address: str | None
    postcode: str | None
    longitude: str | None
    latitude: str | None
    uscc: str | None
    grade: int | None
    phone: str | None
    bank_name: str | None
    bank_account: str | None
    rate: Rate | None
    history: tuple[StateChange, ...]

    @property
    def missing(self) -> int:
        """How many of the facts that a settlement needs are not registered."""
        needed = (self.address, self.uscc, self.grade, self.phone, self.bank_name, self.bank_account)
        return sum(1 for fact in needed if fact in {None, ""})


@dataclass(frozen=True)
class RateView:
    """A dated rate for the rates page: ``state`` is ``past``, ``in_force`` or ``coming``."""

    grade: int
    valid_from: date
    rate: Decimal
    state: str


def dealer_page(session: Session, code: str, now: datetime) -> DealerPage:
    """Return the station with this code."""
    return _page(session, session.scalars(select(Dealer).where(Dealer.code == code)).first(), now)


def station_page(session: Session, dealer_id: int, now: datetime) -> DealerPage:
    """Return a dealer's own station."""
    return _page(session, session.get(Dealer, dealer_id), now)


def _page(session: Session, dealer: Dealer | None, now: datetime) -> DealerPage:
    if dealer is None:
        raise NotFoundError(Fault(N_("This station is not known.")))
    return DealerPage(
        id=dealer.id, row_version=dealer.row_version, code=dealer.code, name=dealer.name, kind=dealer.kind,
        state=dealer.state, region=dealer.region, province=dealer.province, city=dealer.city,
        address=dealer.address, postcode=dealer.postcode, longitude=dealer.longitude,
        latitude=dealer.latitude, uscc=dealer.uscc, grade=dealer.grade,
        phone=dealer.phone, bank_name=dealer.bank_name, bank_account=dealer.bank_account,
        rate=rate_on(all_rates(session), dealer.grade, local_date(now)),
        history=tuple(reversed(history(session, dealer))),
    )  # fmt: skip


def all_rates(session: Session) -> list[Rate]:
    """Return every dated rate, by grade, the latest first."""
    rows = session.execute(
        select(LabourRate.grade, LabourRate.valid_from, LabourRate.rate)
        .order_by(LabourRate.grade, LabourRate.valid_from.desc())
    )  # fmt: skip
    return [Rate(row.grade, row.valid_from, row.rate) for row in rows]


def labour_rate(session: Session, dealer_id: int, day: date) -> Decimal | None:
    """Return yuan for one quota hour at a station on a day; None where no rate was set for its grade."""
    grade = session.execute(select(Dealer.grade).where(Dealer.id == dealer_id)).scalar_one()
    return rate_of_grade(session, grade, day)


def rate_of_grade(session: Session, grade: int | None, day: date) -> Decimal | None:
    """Return yuan for one quota hour of a grade on a day: `rate_on` asked of the database."""
    return session.scalar(
        select(LabourRate.rate)
        .where(LabourRate.grade == (grade or UNGRADED), LabourRate.valid_from <= day)
        .order_by(LabourRate.valid_from.desc())
        .limit(1)
    )


def rate_table(session: Session, today: date) -> list[RateView]:
    """Return every dated rate with its place in time, for the rates page."""
    rates = all_rates(session)
    views = []
    for rate in rates:
        state = "in_force" if rate == rate_on(rates, rate.grade, today) else "past"
        if rate.valid_from > today:
            state = "coming"
        views.append(RateView(rate.grade, rate.valid_from, rate.rate, state))
    return views


def listed() -> Select[Any]:
    """Return the statement of the list of stations."""
    grade = func.coalesce(Dealer.grade, UNGRADED).label("grade")
    statement = select(
        Dealer.id, Dealer.code, Dealer.code.label("key"), Dealer.name, Dealer.kind, Dealer.region, Dealer.province,
        Dealer.city, grade, Dealer.state, Dealer.phone, Dealer.uscc, Dealer.address,
    )  # fmt: skip
    return cast("Select[Any]", statement)
