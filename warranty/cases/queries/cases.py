"""Read cases: the car a demand is about, one case whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.importing.store import Store
from portal.kernel.scoping import lawful_view
from warranty.cases.models import CaseCost, CaseEscalation, GuaranteeCase
from warranty.cases.rules.articles import Articles, articles_of
from warranty.cases.rules.clocks import COMPLETION, REPLY, Clock, clock
from warranty.cases.rules.compensation import Sums, sums
from warranty.cases.rules.decision import ACCEPT
from warranty.cases.rules.finding import CaseFinding, finding_from
from warranty.cases.states import COMPLETING, OPEN
from warranty.guarantee.queries.law import working_calendar
from warranty.guarantee.rules.working_days import Calendar

#: Why a dealer is told that a car has a case with another, or stands in a shop.
LAWFUL = "SAMR Order 43, Art. 22 to 30: the duties of a case follow the car"


@dataclass(frozen=True)
class DemandedCar:
    """The car that a demand is about, and why none can be recorded, if so."""

    vehicle: Vehicle
    model: VehicleModel
    seller: Dealer | None
    owner: Customer | None
    odometer_km: int
    fault: Fault | None


def demanded_car(session: Session, vin: str, actor: Actor) -> DemandedCar:
    """Return a car for recording a demand; `NotFoundError` where the VIN is unknown."""
    row = session.execute(
        select(Vehicle, VehicleModel, Dealer, Customer)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
        .where(Vehicle.vin == clean_vin(vin))
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    vehicle, model, seller, owner = row
    latest = select(OdometerReading.km).where(
        OdometerReading.vehicle_id == vehicle.id, OdometerReading.doubt.is_(None)
    ).order_by(OdometerReading.read_at.desc()).limit(1)  # fmt: skip
    fault = _demand_fault(session, vehicle, seller, actor)
    return DemandedCar(vehicle, model, seller, owner, session.scalar(latest) or 0, fault)


def _demand_fault(session: Session, vehicle: Vehicle, seller: Dealer | None, actor: Actor) -> Fault | None:
    if vehicle.taken_back is not None:
        return Fault(N_("This car was taken back already."))
    if vehicle.invoiced_on is None or vehicle.price is None:
        return Fault(N_("The sale of this car is not recorded. Please record it first: invoice day and price decide."))
    if seller is None:
        return Fault(N_("Nobody knows which dealer sold this car. Headquarters has to record it first."))
    if actor.dealer_id not in {None, seller.id}:
        message = N_("This car was sold by %(seller)s: the demand goes to its seller. Please lead the owner there.")
        return Fault(message, facts={"seller": seller.name})
    return open_case_fault(session, vehicle.id, actor)


def open_case_fault(session: Session, vehicle_id: int, actor: Actor) -> Fault | None:
    """Tell of a car's open case, whoever keeps it: its number only to those who may open it."""
    with lawful_view(session, LAWFUL):
        found = session.execute(
            select(GuaranteeCase.number, GuaranteeCase.dealer_id).where(
                GuaranteeCase.vehicle_id == vehicle_id, GuaranteeCase.state.in_(OPEN)
            )
        ).first()
    if found is None:
        return None
    if actor.dealer_id in {None, found.dealer_id}:
        return Fault(N_("Case %(number)s about this car is still open."), facts={"number": found.number})
    return Fault(N_("A replacement or return case about this car is still open with the dealer that sold it."))


class CarCases:
    """What the cars' room asks of cases (`dealers.vehicles.ports.OpenCases`)."""

    def open_case(self, session: Session, vehicle_id: int) -> bool:
        """Tell whether a case about the car is open with any dealer."""
        with lawful_view(session, LAWFUL):
            found = select(GuaranteeCase.id).where(
                GuaranteeCase.vehicle_id == vehicle_id, GuaranteeCase.state.in_(OPEN)
            )
            return session.scalar(found) is not None

    def open_cars(self, store: Store) -> frozenset[int]:
        """Return the cars of the network's open cases, for an import at headquarters."""
        wanted = f"select vehicle_id from guarantee_case where {store.among('state')}"  # noqa: S608  (own names only)
        return frozenset(row[0] for row in store.rows(wanted, store.several(OPEN)))


def in_a_shop(session: Session, vehicle_id: int) -> bool:
    """Tell whether a repair order of the car is open at any station, and no more of it."""
    with lawful_view(session, LAWFUL):
        here = (RepairOrder.state == "open") & RepairOrder.completed_at.is_(None)  # one reopened to mend is not
        order = select(RepairOrder.id).where(RepairOrder.vehicle_id == vehicle_id, here)
        return session.scalar(order.limit(1)) is not None


def find_case(session: Session, number: str) -> GuaranteeCase:
    """Return a case by its number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(GuaranteeCase).where(GuaranteeCase.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This case is not known.")))
    return found


def cases_of_car(session: Session, vin: str) -> list[GuaranteeCase]:
    """Return the cases about a car that the session may see, the latest first."""
    return list(
        session.scalars(
            select(GuaranteeCase).where(GuaranteeCase.vin == clean_vin(vin)).order_by(GuaranteeCase.id.desc())
        )
    )


@dataclass(frozen=True)
class CaseSheet:
    """A case with all that its page and papers show."""

    case: GuaranteeCase
    vehicle: Vehicle
    model: VehicleModel
    dealer: Dealer
    new_vehicle: Vehicle | None
    new_model: VehicleModel | None
    finding: CaseFinding
    articles: Articles
    costs: tuple[CaseCost, ...]
    clocks: tuple[Clock, ...]
    sums: Sums
    told: tuple[CaseEscalation, ...]

    @property
    def decided(self) -> bool:
        """Tell whether headquarters has decided."""
        return self.case.outcome is not None and self.case.state not in {"received", "proposed"}


def case_sheet(session: Session, number: str, now: datetime) -> CaseSheet:
    """Return one case whole."""
    case = find_case(session, number)
    row = session.execute(
        select(Vehicle, VehicleModel, Dealer)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Dealer, Dealer.id == case.dealer_id)
        .where(Vehicle.id == case.vehicle_id)
    ).one()
    new = session.get(Vehicle, case.new_vehicle_id) if case.new_vehicle_id else None
    new_model = session.get_one(VehicleModel, new.model_id) if new else None
    finding = finding_from(case.finding)
    costs = tuple(costs_of(session, case.id))
    told = session.scalars(
        select(CaseEscalation).where(CaseEscalation.case_id == case.id).order_by(CaseEscalation.id)
    ).all()  # fmt: skip
    return CaseSheet(
        case, row[0], row[1], row[2], new, new_model, finding, articles_of(finding.order, finding.order_name), costs,
        clocks_of(case, working_calendar(session), local_date(now)),
        sums(case.choice, case.price, [cost.amount for cost in costs], case.usage_fee), tuple(told),
    )  # fmt: skip


def costs_of(session: Session, case_id: int) -> list[CaseCost]:
    """Return the losses of a case in the order they were written."""
    return list(session.scalars(select(CaseCost).where(CaseCost.case_id == case_id).order_by(CaseCost.id)))


def clocks_of(case: GuaranteeCase, calendar: Calendar, today: date) -> tuple[Clock, ...]:
    """Return the clocks of a case: the reply's, and the completion's where the car is to be taken back.

    A case that is over has none running.
    """
    found = [clock(calendar, REPLY, case.received_on, case.reply_by, today, case.replied_on)]
    if case.state in (*COMPLETING, "completed") and (case.finding_accepted or case.outcome == ACCEPT):
        found.append(clock(calendar, COMPLETION, case.received_on, case.complete_by, today, case.completed_on))
    return () if case.state == "withdrawn" else tuple(found)
