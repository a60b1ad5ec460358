"""What the engine finds of a demand, with headquarters' orders and the calendar as they are known today."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.clock import local_date
from warranty.cases.rules.finding import CaseFinding, find
from warranty.guarantee.queries.cars import car_of
from warranty.guarantee.queries.law import orders_on, working_calendar
from warranty.guarantee.rules.facts import Demand


def finding_of(session: Session, vehicle_id: int, demand: Demand, now: datetime) -> CaseFinding | None:
    """Return the finding; None where nothing can be reckoned: no sale on record, or taken back before."""
    orders = orders_on(session, local_date(now))
    car = car_of(session, vehicle_id, now, orders)
    return None if car.case is None else find(car.case, demand, orders, working_calendar(session))
