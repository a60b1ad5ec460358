"""Read cars: find one at the counter, show one whole, list many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.network.models import Dealer
from dealers.vehicles import rules
from dealers.vehicles.models import OdometerReading, Ownership, Vehicle, VehicleModel
from dealers.vehicles.ports import LawPeriod, Visits, Watch
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, locale_key, named

#: What a search box shows at most; who needs more types one character more.
MOST_HITS = 20
#: The source of a reading that was taken when a repair order was opened.
ORDER = "repair_order"
#: Readings whose reference is the number of one dealer's paper.
NUMBERED = (ORDER, "demand")


@dataclass(frozen=True)
class Hit:
    """One car that a search found; the owner is masked for everybody."""

    vin: str
    plate: str | None
    model: str
    owner: str


@dataclass(frozen=True)
class OwnerView:
    """An owner as the reader may see it: in full or masked."""

    name: str
    phone: str
    kind: str
    address: str | None
    since: date | None
    until: date | None = None


@dataclass(frozen=True)
class SaleView:
    """The sale of a car; price and invoice are None for whom they are no business."""

    invoiced_on: date | None
    delivered_on: date | None
    dealer_code: str | None
    dealer_name: str | None
    invoice_no: str | None
    price: Decimal | None


@dataclass(frozen=True)
class ReadingView:
    """One odometer reading and why it is implausible, if it is."""

    at: datetime
    km: int
    source: str
    reference: str | None
    meter_replaced: bool
    doubt: str | None


@dataclass(frozen=True)
class TakenBack:
    """A car taken back under the three guarantees (三包换退车): how, when, why."""

    how: str
    on: date | None
    reason: str


@dataclass(frozen=True)
class VehiclePage:
    """All of a car that this room knows, shaped for its page. ``full``: nothing is masked."""

    id: int
    vin: str
    plate: str | None
    plate_kind: str | None
    model: str
    model_code: str
    series: str
    category: str
    powertrain: str
    configuration: str | None
    colour: str | None
    engine_no: str | None
    produced_on: date | None
    use: str
    sale: SaleView
    owner: OwnerView | None
    earlier: tuple[OwnerView, ...]
    coverage: tuple[rules.Period, ...]
    readings: tuple[ReadingView, ...]  # the latest first
    distance_km: int
    full: bool
    replaced_on: date | None = None
    taken_back: TakenBack | None = None

    @property
    def head(self) -> str:
        """The VIN without what the counter reads out."""
        return self.vin[:-8]

    @property
    def tail(self) -> str:
        """The last eight characters, by which people know a car."""
        return self.vin[-8:]

    @property
    def sold(self) -> bool:
        """Tell whether the sale was recorded."""
        return self.sale.invoiced_on is not None or self.sale.delivered_on is not None

    @property
    def lawful(self) -> bool:
        """Tell whether the three-guarantees law speaks of such a car at all (household use)."""
        return self.use == "household" and self.category in {"passenger_car", "pickup"}


def matching(text: str) -> ColumnElement[bool]:
    """Return the condition that a car is meant by a typed VIN, its last 6 characters or more, or its plate."""
    vin, plate = rules.clean_vin(text), rules.clean_plate(text)
    meant: ColumnElement[bool] = Vehicle.plate == plate
    if len(vin) == rules.VIN_LENGTH:
        return meant | (Vehicle.vin == vin)
    if rules.TAIL <= len(vin) < rules.VIN_LENGTH and vin.isascii():
        rest = func.substr(Vehicle.vin, rules.VIN_LENGTH + 1 - len(vin))
        return meant | ((Vehicle.vin_tail == vin[-rules.TAIL :]) & (rest == vin))
    return meant


def find(session: Session, text: str, limit: int = MOST_HITS) -> list[Hit]:
    """Find cars by the whole VIN, by its last 6 characters or more, or by the plate."""
    if not rules.clean_plate(text):
        return []
    rows = session.execute(
        select(Vehicle.vin, Vehicle.plate, VehicleModel.name_zh, VehicleModel.name_en, Customer.name.label("owner"))
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
        .where(matching(text))
        .order_by(Vehicle.vin)
        .limit(limit)
    )
    return [Hit(row.vin, row.plate, named(row), rules.mask_name(row.owner or "")) for row in rows]


def vehicle_id_of(session: Session, vin: str) -> int:
    """Return the key of a car; `NotFoundError` where the VIN is unknown."""
    found = session.scalar(select(Vehicle.id).where(Vehicle.vin == rules.clean_vin(vin)))
    if found is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    return found


def vehicle_page(session: Session, vin: str, actor: Actor, now: datetime, visits: Visits, watch: Watch) -> VehiclePage:
    """Return a car for its page. People stand in full for headquarters, the seller and who served it."""
    row = session.execute(
        select(Vehicle, VehicleModel, Dealer.code, Dealer.name, Customer)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .outerjoin(Customer, Customer.id == Vehicle.owner_id)
        .where(Vehicle.vin == rules.clean_vin(vin))
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    car, model, dealer_code, dealer_name = row[:4]
    owner: Customer | None = row[4]
    full = _sees_people(session, car, actor, visits)
    readings, distance = _readings(session, car.id, visits)
    return VehiclePage(
        id=car.id, vin=car.vin, plate=car.plate, plate_kind=rules.plate_kind(car.plate) if car.plate else None,
        model=named(model), model_code=model.code, series=model.series, category=model.category,
        powertrain=model.powertrain, configuration=car.configuration, colour=car.colour, engine_no=car.engine_no,
        produced_on=car.produced_on, use=car.use,
        sale=SaleView(
            car.invoiced_on, car.delivered_on, dealer_code, dealer_name,
            car.invoice_no if full else None, car.price if full else None,
        ),
        owner=_owner(owner, car.owner_since, None, full=full) if owner is not None else None,
        earlier=_earlier(session, car.id, full=full),
        coverage=coverage_of(car, model, watch.periods(session, car.id, now), local_date(now), distance),
        readings=readings, distance_km=distance, full=full, replaced_on=car.replaced_on,
        taken_back=_taken_back(car),
    )  # fmt: skip


def _taken_back(car: Vehicle) -> TakenBack | None:
    return TakenBack(car.taken_back, car.taken_back_on, car.taken_back_reason or "") if car.taken_back else None


def coverage_of(
    car: Vehicle, model: VehicleModel, lawful: tuple[LawPeriod, LawPeriod] | None, today: date, km: int
) -> tuple[rules.Period, ...]:
    """Return guarantee and repair period; empty for an unsold car.

    By its certificate where the law protects the car, else by the model's terms from the delivery (else
    invoice) day. Empty for a car taken back too: what holds for that one its buyers agree on (Art. 33).
    """
    if car.taken_back:
        return ()
    if lawful is not None:
        kinds = zip(("guarantee", "repair"), lawful, strict=True)
        return tuple(rules.standing_of(kind, one.start, one.end, one.km, today, km) for kind, one in kinds)
    start = car.replaced_on or car.delivered_on or car.invoiced_on
    if start is None:
        return ()
    return (
        rules.coverage_period("guarantee", start, model.guarantee_months, model.guarantee_km, today, km),
        rules.coverage_period("repair", start, model.repair_months, model.repair_km, today, km),
    )


def _sees_people(session: Session, car: Vehicle, actor: Actor, visits: Visits) -> bool:
    if actor.dealer_id is None or actor.dealer_id == car.selling_dealer_id:
        return True
    return visits.served_by(session, car.id, actor.dealer_id)


def _owner(customer: Customer, since: date | None, until: date | None, *, full: bool) -> OwnerView:
    if full:
        return OwnerView(customer.name, customer.phone, customer.kind, customer.address, since, until)
    name, phone = rules.mask_name(customer.name), rules.mask_phone(customer.phone)
    return OwnerView(name, phone, customer.kind, None, since, until)


def _earlier(session: Session, vehicle_id: int, *, full: bool) -> tuple[OwnerView, ...]:
    rows = session.execute(
        select(Customer, Ownership.since, Ownership.until)
        .join(Ownership, Ownership.customer_id == Customer.id)
        .where(Ownership.vehicle_id == vehicle_id)
        .order_by(Ownership.until.desc(), Ownership.id.desc())
    )
    return tuple(_owner(customer, since, until, full=full) for customer, since, until in rows)


def _readings(session: Session, vehicle_id: int, visits: Visits) -> tuple[tuple[ReadingView, ...], int]:
    """Return the readings, the latest first, and how far the car has gone by the plausible ones.

    The number of another station's order is not told: it names the station and counts its orders.
    """
    rows = session.scalars(
        select(OdometerReading)
        .where(OdometerReading.vehicle_id == vehicle_id)
        .order_by(OdometerReading.read_at, OdometerReading.id)
    ).all()
    judged = rules.judge_readings([rules.Reading(row.read_at, row.km, row.meter_replaced) for row in rows])
    shown = visits.open_to(session, [row.reference for row in rows if row.reference and row.source == ORDER])
    views = [
        ReadingView(
            row.read_at,
            row.km,
            row.source,
            row.reference if row.source not in NUMBERED or row.reference in shown else None,
            row.meter_replaced,
            item.doubt,
        )
        for row, item in zip(rows, judged, strict=True)
    ]
    return tuple(reversed(views)), judged[-1].distance_km if judged else 0


def listed() -> Select[Any]:
    """Return the statement of the vehicle list: no people in it."""
    model = VehicleModel.name_en if locale_key() == "en" else VehicleModel.name_zh
    statement = (
        select(
            Vehicle.id, Vehicle.vin, Vehicle.vin.label("key"), Vehicle.plate, model.label("model"),
            Vehicle.configuration, Vehicle.colour, Vehicle.use, Vehicle.produced_on, Vehicle.invoiced_on,
            Vehicle.delivered_on, Dealer.code.label("dealer"), Dealer.name.label("dealer_name"),
        )
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
    )  # fmt: skip
    return cast("Select[Any]", statement)


def sold_here(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Confine the vehicle list to the cars a dealer sold; headquarters sees all."""
    if actor.dealer_id is None:
        return statement
    return statement.where(Vehicle.selling_dealer_id == literal(actor.dealer_id))
