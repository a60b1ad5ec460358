"""The car's page: where it stands with the law, why, and what another visit would change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.guarantee.queries.cars import Car, Stay, car_of
from warranty.guarantee.queries.law import orders_on, working_calendar
from warranty.guarantee.rules.assess import Assessment, Entitlement, WatchRow, assess
from warranty.guarantee.rules.counting import Counted
from warranty.guarantee.rules.facts import Case, Job, Text, Visit
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.rules.watching import RANK, worst_first


@dataclass(frozen=True)
class Standing:
    """A car before the law. ``found`` is None while its sale is not recorded."""

    car: Car
    found: Assessment | None
    now: datetime

    @property
    def rows(self) -> list[WatchRow]:
        """The counters, worst first."""
        return [] if self.found is None else worst_first(self.found.watch)

    @property
    def level(self) -> str:
        """The car's level: a right that is given without a counter counts as one."""
        if self.found is None or not self.found.covered:
            return ""
        if self.found.entitlements:
            return "entitled"
        return max((row.level for row in self.found.watch), key=RANK.__getitem__, default="green")

    @property
    def days_left(self) -> int:
        """Days of the guarantee that are left, nought when it is over."""
        if self.found is None or self.found.periods is None:
            return 0
        return max(0, (self.found.periods.guarantee.end - local_date(self.now)).days)

    @property
    def km_left(self) -> int:
        """Kilometres of the guarantee that are left, nought when it is over."""
        if self.found is None or self.found.periods is None or not self.days_left:
            return 0
        return max(0, self.found.periods.guarantee.km - self.car.odometer_km)

    def stay(self, visit_id: str) -> Stay | None:
        """Return the stay behind a visit of the assessment."""
        return next((stay for stay in self.car.stays if stay.id == visit_id), None)

    def counted(self, visit_id: str) -> Counted | None:
        """Return how the law counted a visit."""
        visits = () if self.found is None else self.found.visits
        return next((row for row in visits if row.visit.id == visit_id), None)


def vehicle_id(session: Session, vin: str) -> int:
    """Return the id of the car with a VIN; else `NotFoundError`."""
    found = session.scalar(select(Vehicle.id).where(Vehicle.vin == clean_vin(vin)))
    if found is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    return found


def known_car(session: Session, vin: str) -> int | None:
    """Return the id of the car that a counter's field names by VIN or plate, if it is known."""
    typed = clean_vin(vin)
    return session.scalar(select(Vehicle.id).where(or_(Vehicle.vin == typed, Vehicle.plate == typed)).limit(1))


def standing(session: Session, vehicle: int, now: datetime) -> Standing:
    """Assess a car as it is now."""
    orders = orders_on(session, local_date(now))
    car = car_of(session, vehicle, now, orders)
    return Standing(car, None if car.case is None else assess(car.case, orders, working_calendar(session)), now)


@dataclass(frozen=True)
class Question:
    """What if: the next visit, as the page asks it. ``days`` is how long it takes."""

    days: int
    component: str
    action: str
    part: str | None
    problem: str  # the key of an earlier problem, or "" for a new one
    serious_safety: bool
    resolved: bool


#: What the imagined visit is for, where it is nothing that was there before.
NEW_PROBLEM = Text("新的质量问题", "a new problem")


@dataclass(frozen=True)
class Answer:
    """What the imagined visit changes: rights and counters that were not there before."""

    visit_day: date
    level: str
    level_before: str
    gained: tuple[Entitlement, ...]
    rows: tuple[tuple[WatchRow, int], ...]  # each with its value before


def imagine(session: Session, here: Standing, question: Question, name: str) -> Answer | None:
    """Assess the car with one visit more, called ``name``, by the same function; None where no order covers it."""
    case = here.car.case
    if case is None or here.found is None or not here.found.covered:
        return None
    orders = orders_on(session, local_date(here.now))
    there = Standing(here.car, assess(_with_visit(case, question, name), orders, working_calendar(session)), here.now)
    assert there.found is not None  # noqa: S101  (just assessed)
    codes = {one.code for one in here.found.entitlements}
    before = {(row.counter, row.key): row.value for row in here.found.watch}
    changed = tuple(
        (row, before.get((row.counter, row.key), 0))
        for row in there.rows
        if row.value != before.get((row.counter, row.key), 0)
    )
    gained = tuple(one for one in there.found.entitlements if one.code not in codes)
    return Answer(local_date(case.as_of), there.level, here.level, gained, changed)


def _with_visit(case: Case, question: Question, name: str) -> Case:
    """Return the case with a visit that begins now and is over when the question says so."""
    labels = case.labels if question.problem else {**case.labels, name: NEW_PROBLEM}
    job = Job(
        question.problem or name, question.component, question.part, question.action,
        quality_problem=True, serious_safety=question.serious_safety, resolved=question.resolved,
    )  # fmt: skip
    km = max((visit.odometer_km for visit in case.repairs), default=0)
    done = case.as_of + timedelta(days=question.days)
    visit = Visit(name, case.as_of, done, km, (job,))
    return replace(case, as_of=done, repairs=(*case.repairs, visit), labels=labels)


def order_of(orders: tuple[Regime, ...], code: str) -> Regime | None:
    """Return an order by its code."""
    return next((order for order in orders if order.code == code), None)
