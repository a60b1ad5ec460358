"""Cars as the law sees them: sale, certificate and the visits to all stations, as a `Case`.

Three-guarantees duties follow the car, so visits are read across dealers; what comes out of here
says what and when, never prices or people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.ports import LawChoices
from portal.kernel.clock import local
from portal.kernel.scoping import lawful_view
from warranty.guarantee.queries.law import Certificates, ModelTerms, certificates, orders_on
from warranty.guarantee.rules.counting import Periods, periods
from warranty.guarantee.rules.facts import Case, Certificate, Job, Sale, Term, Visit
from warranty.guarantee.rules.problems import Complaint, problem_keys, problem_names
from warranty.guarantee.rules.regimes import Regime, regime_on, ruling_date
from warranty.guarantee.rules.texts import part_name

LAWFUL = "SAMR Order 43, Art. 21 and 24: days and repairs are counted over all stations"
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Stay:
    """A visit as its page shows it: where, what was complained of. ``number`` where the reader may open it."""

    id: str
    order_id: int
    dealer_id: int
    station: str
    number: str
    received_at: datetime
    completed_at: datetime | None
    is_open: bool
    complaints: tuple[tuple[int, str], ...]  # position, the customer's words

    @property
    def concerns(self) -> list[str]:
        """The customer's words."""
        return [concern for _position, concern in self.complaints]


@dataclass(frozen=True)
class Car:
    """A car ready for the rules.

    ``case`` is None where nothing can be reckoned: its sale is not recorded, or
    it was taken back and its guarantee is what its buyers agreed on (Order 43 Art. 33).
    """

    vehicle_id: int
    vin: str
    case: Case | None
    stays: tuple[Stay, ...]
    odometer_km: int
    taken_back: bool = False

    @property
    def last(self) -> Stay:
        """The latest visit."""
        return self.stays[-1]


def car_of(session: Session, vehicle_id: int, now: datetime, orders: Sequence[Regime] | None = None) -> Car:
    """Return one car as the rules see it at a moment."""
    return cars_of(session, [vehicle_id], now, orders)[vehicle_id]


def cars_of(
    session: Session, vehicles: Iterable[int], now: datetime, orders: Sequence[Regime] | None = None
) -> dict[int, Car]:
    """Return cars by their ids, in a handful of statements however many they are."""
    keys = list(vehicles)
    orders = orders_on(session, local(now).date()) if orders is None else orders
    with lawful_view(session, LAWFUL):
        rows = session.execute(_VEHICLES.where(Vehicle.id.in_(keys))).all()
        visits = session.execute(
            _VISITS.where(RepairOrder.vehicle_id.in_(keys), RepairOrder.state != "cancelled")
        ).all()  # fmt: skip
        jobs = session.execute(_JOBS.where(RepairJob.order_id.in_([visit.id for visit in visits]))).all()
    kept = certificates(session, {row.model_id for row in rows})
    by_car, by_order = _grouped(visits, "vehicle_id"), _grouped(jobs, "order_id")
    return {row.id: _car(row, by_car.get(row.id, []), by_order, kept, orders, now) for row in rows}


_VEHICLES = select(
    Vehicle.id, Vehicle.vin, Vehicle.use, Vehicle.invoiced_on, Vehicle.delivered_on, Vehicle.price,
    Vehicle.replaced_on, Vehicle.taken_back, Vehicle.model_id, VehicleModel.category, VehicleModel.powertrain,
    VehicleModel.guarantee_months, VehicleModel.guarantee_km, VehicleModel.repair_months, VehicleModel.repair_km,
).join(VehicleModel, VehicleModel.id == Vehicle.model_id)  # fmt: skip
_VISITS = (
    select(
        RepairOrder.id, RepairOrder.vehicle_id, RepairOrder.dealer_id, Dealer.name.label("station"),
        RepairOrder.number, RepairOrder.received_at, RepairOrder.completed_at, RepairOrder.state,
        RepairOrder.odometer_km, RepairOrder.special_transport_hours, RepairOrder.battery_transport_hours,
        RepairOrder.rescue_hours,
    )
    .join(Dealer, Dealer.id == RepairOrder.dealer_id)
    .order_by(RepairOrder.vehicle_id, RepairOrder.received_at, RepairOrder.id)
)  # fmt: skip
_JOBS = select(
    RepairJob.order_id, RepairJob.position, RepairJob.concern, RepairJob.component, RepairJob.failure_mode,
    RepairJob.quality_problem, RepairJob.serious_safety, RepairJob.effect, RepairJob.exemption, RepairJob.action,
    RepairJob.main_part, RepairJob.same_as, RepairJob.resolved,
).order_by(RepairJob.order_id, RepairJob.position)  # fmt: skip


def _grouped(rows: Iterable[AnyRow], name: str) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _car(
    row: AnyRow,
    visits: list[AnyRow],
    jobs: dict[int, list[AnyRow]],
    kept: Certificates,
    orders: Sequence[Regime],
    now: datetime,
) -> Car:
    ids = _visit_ids(visits)
    stays = tuple(
        Stay(
            ids[visit.id], visit.id, visit.dealer_id, visit.station, visit.number, visit.received_at,
            visit.completed_at, visit.state == "open" and visit.completed_at is None,
            tuple((job.position, job.concern) for job in jobs.get(visit.id, ())),
        )
        for visit in visits
    )  # fmt: skip
    km = max((visit.odometer_km for visit in visits), default=0)
    if row.invoiced_on is None or row.price is None or row.taken_back is not None:
        return Car(row.id, row.vin, None, stays, km, row.taken_back is not None)
    sale, certificate = _sold(row, kept, orders)
    complaints = [
        Complaint(f"{ids[visit.id]}/{job.position}", job.component, job.failure_mode, job.same_as, job.concern)
        for visit in visits
        for job in jobs.get(visit.id, ())
    ]
    problems = problem_keys(complaints)
    seen = tuple(_visits(visits, ids, jobs, problems))
    labels = problem_names(complaints, problems)
    case = Case(now, row.vin, row.category, row.use, sale, certificate, seen, labels=labels)
    return Car(row.id, row.vin, case, stays, km)


def _sold(row: AnyRow, kept: Certificates, orders: Sequence[Regime]) -> tuple[Sale, Certificate]:
    sale = Sale(row.invoiced_on, row.delivered_on, row.price, row.replaced_on)
    terms = ModelTerms(
        row.model_id, row.powertrain, Term(row.guarantee_months, row.guarantee_km),
        Term(row.repair_months, row.repair_km),
    )  # fmt: skip
    regime = regime_on(orders, ruling_date(sale)) or orders[0]
    return sale, kept.for_sale(terms, ruling_date(sale), regime.coefficient_max)


def law_periods(session: Session, vehicle_id: int, now: datetime) -> Periods | None:
    """Return the periods of one car without its visits; None while it is not sold, or no order protects it."""
    row = session.execute(_VEHICLES.where(Vehicle.id == vehicle_id)).one()
    if row.invoiced_on is None or row.price is None:
        return None
    orders = orders_on(session, local(now).date())
    sale, certificate = _sold(row, certificates(session, [row.model_id]), orders)
    regime = regime_on(orders, ruling_date(sale))
    if regime is None or not regime.covers(row.category, row.use):
        return None
    return periods(regime, sale, certificate)


def _visit_ids(visits: list[AnyRow]) -> dict[int, str]:
    """Name visits by their day: readable for everybody, and no station's order number."""
    ids: dict[int, str] = {}
    days: dict[str, int] = {}
    for visit in visits:
        day = local(visit.received_at).date().isoformat()
        days[day] = days.get(day, 0) + 1
        ids[visit.id] = day if days[day] == 1 else f"{day} ({days[day]})"
    return ids


def _visits(
    visits: list[AnyRow], ids: dict[int, str], jobs: dict[int, list[AnyRow]], problems: dict[str, str]
) -> Iterable[Visit]:
    for visit in visits:
        name = ids[visit.id]
        yield Visit(
            name, visit.received_at, visit.completed_at, visit.odometer_km,
            tuple(
                Job(
                    problems[f"{name}/{job.position}"], job.component, job.main_part, job.action,
                    job.quality_problem, job.serious_safety, job.effect, job.exemption, job.resolved,
                )
                for job in jobs.get(visit.id, ())
            ),
            tuple(
                (kind, hours)
                for kind, hours in (
                    ("special_part_transport", visit.special_transport_hours),
                    ("traction_battery_transport", visit.battery_transport_hours),
                    ("rescue_travel", visit.rescue_hours),
                )
                if hours
            ),
        )  # fmt: skip


def law_choices(session: Session, vehicle_id: int, number: str, now: datetime) -> LawChoices:
    """Return what the jobs of an order may name: declared main parts, and complaints of earlier visits."""
    car = car_of(session, vehicle_id, now)
    parts = car.case.certificate.main_parts if car.case else {}
    mine = next((stay.order_id for stay in car.stays if stay.number == number), None)
    earlier: dict[str, str] = {}
    for stay in car.stays:
        if stay.order_id == mine:
            break
        earlier |= {f"{stay.id}/{place}": concern for place, concern in stay.complaints}
    named = {
        component: {part: (part_name(component, part).zh, part_name(component, part).en) for part in sorted(names)}
        for component, names in parts.items()
    }
    return LawChoices(named, earlier)
