"""Write cars: sale, owners, plate, odometer. The kernel's listener leaves the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.services import Person, find_or_add, person_faults
from dealers.network.models import Dealer
from dealers.vehicles import rules
from dealers.vehicles.models import OdometerReading, Ownership, Vehicle
from dealers.vehicles.ports import open_cases, sale_bans, watch
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO

PLATE_LENGTH, INVOICE_LENGTH = 16, 32


@dataclass(frozen=True)
class Sale:
    """A sale as it is recorded; ``dealer_code`` is read for headquarters only, a dealer sells itself."""

    invoice_no: str
    invoiced_on: date
    delivered_on: date | None
    price: Decimal
    owner: Person
    use: str = "household"
    plate: str = ""
    dealer_code: str | None = None


def record_sale(session: Session, vehicle_id: int, sale: Sale, actor: Actor, now: datetime) -> Vehicle:
    """Record the first sale of a car; the guarantee runs from its delivery."""
    car = locked_car(session, vehicle_id)
    if car.invoiced_on or car.delivered_on or car.owner_id:
        raise DomainError.at(None, N_("The sale of this car is recorded already."))
    dealer_id, faults = _seller(session, sale, actor)
    faults += _sale_faults(car, sale, local_date(now)) + person_faults(sale.owner) + _ban_faults(session, car)
    if faults:
        raise DomainError(*faults)
    owner = find_or_add(session, sale.owner)  # stored first, so that the car's change is one entry of the trail
    car.selling_dealer_id = dealer_id
    car.invoice_no, car.invoiced_on, car.delivered_on = sale.invoice_no.strip(), sale.invoiced_on, sale.delivered_on
    car.price, car.use = sale.price, sale.use
    car.owner_id, car.owner_since = owner.id, sale.delivered_on or sale.invoiced_on
    if sale.plate.strip():
        _set_plate(car, sale.plate)
    session.flush()
    watch().car_changed(session, car.id, now)
    return car


def transfer_ownership(
    session: Session, vehicle_id: int, owner: Person, on: date, actor: Actor, now: datetime, *, told: bool = False
) -> Vehicle:
    """Give a car a new owner from a day on; the three-guarantees duties go with the car (三包责任随车转移).

    A car that was taken back is sold by its dealer only when it was inspected and its buyer was ``told``
    in writing why it came back (Order 43 Art. 33); later owners hand it on without. While a replacement
    or return case is open the owner stays.
    """
    del actor  # the audit trail knows the session's actor
    car = locked_car(session, vehicle_id)
    if car.owner_id is None and car.taken_back is None:
        raise DomainError.at(None, N_("This car has no owner yet. Please record its sale first."))
    faults = person_faults(owner)
    if open_cases().open_case(session, car.id):
        raise DomainError.at(
            None, N_("A replacement or return case about this car is open. Its owner stays until it is over.")
        )
    if car.taken_back is not None and car.owner_id is None and not told:
        message = N_("This car was taken back. Inspect it, tell its buyer in writing why, then confirm it here.")
        faults.append(Fault(message, "told"))
    if on > local_date(now):
        faults.append(Fault(N_("This day is still to come."), "on"))
    if car.taken_back_on and on < car.taken_back_on:
        message = N_("The car was taken back on %(day)s; the transfer cannot be earlier.")
        faults.append(Fault(message, "on", {"day": car.taken_back_on.isoformat()}))
    if car.owner_since and on < car.owner_since:
        message = N_("The present owner has had the car since %(since)s; the transfer cannot be earlier.")
        faults.append(Fault(message, "on", {"since": car.owner_since.isoformat()}))
    if faults:
        raise DomainError(*faults)
    customer = find_or_add(session, owner)
    if customer.id == car.owner_id:
        raise DomainError.at("owner_name", N_("This is the present owner already."))
    _end_ownership(session, car, on)
    car.owner_id, car.owner_since = customer.id, on
    session.flush()
    return car


def take_back(session: Session, vehicle_id: int, how: str, reason: str, on: date, now: datetime) -> Vehicle:
    """Mark a car as taken back under the three guarantees (三包换退车, Order 43 Art. 33) and end its ownership.

    ``how`` is ``replaced`` or ``returned``; the mark stays for ever, and whoever buys the car later
    is told the reason.
    """
    car = locked_car(session, vehicle_id)
    if car.taken_back is not None:
        raise DomainError.at(None, N_("This car was taken back already."))
    _end_ownership(session, car, on)
    car.owner_id, car.owner_since, car.plate = None, None, None
    car.taken_back, car.taken_back_on, car.taken_back_reason = how, on, reason
    session.flush()
    watch().car_changed(session, car.id, now)
    return car


@dataclass(frozen=True)
class Replacement:
    """A car that stands in for one taken back: whose it becomes, and from when."""

    invoice_no: str
    on: date
    price: Decimal
    owner_id: int | None
    use: str
    dealer_id: int


def hand_over_replacement(session: Session, vehicle_id: int, given: Replacement, now: datetime) -> Vehicle:
    """Hand an unsold car over as a replacement: its periods begin that day (Order 43 Art. 29)."""
    car = locked_car(session, vehicle_id)
    if car.invoiced_on or car.delivered_on or car.owner_id or car.taken_back:
        raise DomainError.at("new_vin", N_("This car was sold already; a replacement has to be a new car."))
    if car.selling_dealer_id not in {None, given.dealer_id}:
        raise DomainError.at("new_vin", N_("This car belongs to another dealer's stock."))
    if car.produced_on and given.on < car.produced_on:
        message = N_("The car was built on %(built)s, after this day.")
        raise DomainError.at("completed_on", message, built=car.produced_on.isoformat())
    car.invoice_no, car.invoiced_on, car.delivered_on = given.invoice_no.strip(), given.on, given.on
    car.price, car.use, car.selling_dealer_id = given.price, given.use, given.dealer_id
    car.owner_id, car.owner_since, car.replaced_on = given.owner_id, given.on, given.on
    session.flush()
    watch().car_changed(session, car.id, now)
    return car


def _end_ownership(session: Session, car: Vehicle, on: date) -> None:
    """Keep the present owner as an earlier one."""
    if car.owner_id is not None:
        session.add(Ownership(vehicle_id=car.id, customer_id=car.owner_id, since=car.owner_since, until=on))


def change_plate(session: Session, vehicle_id: int, plate: str, actor: Actor, now: datetime) -> tuple[Fault, ...]:
    """Give a car another plate, or none. What is odd about it comes back as warnings, not as errors."""
    del actor, now
    car = locked_car(session, vehicle_id)
    _set_plate(car, plate)
    session.flush()
    return plate_warnings(session, car)


def plate_warnings(session: Session, car: Vehicle) -> tuple[Fault, ...]:
    """Return what is odd about a car's plate: a form nobody knows, or another car that carries it."""
    if not car.plate:
        return ()
    warnings = []
    if rules.plate_kind(car.plate) is None:
        message = N_("%(plate)s looks like no plate we know. It was kept; please check it.")
        warnings.append(Fault(message, "plate", {"plate": car.plate}))
    others = session.scalars(select(Vehicle.vin).where(Vehicle.plate == car.plate, Vehicle.id != car.id).limit(1))
    for vin in others:
        message = N_("Another car carries the plate %(plate)s too: %(vin)s.")
        warnings.append(Fault(message, "plate", {"plate": car.plate, "vin": vin}))
    return tuple(warnings)


def record_reading(
    session: Session, vehicle_id: int, km: int, at: datetime, source: str, reference: str | None = None,
    *, meter_replaced: bool = False,
) -> OdometerReading:  # fmt: skip
    """Keep an odometer reading and judge the car's readings anew; the reading's ``doubt`` says the outcome.

    A document has one reading: recorded again under the same source and reference it is corrected.
    """
    locked_car(session, vehicle_id)
    rows = list(session.scalars(select(OdometerReading).where(OdometerReading.vehicle_id == vehicle_id)))
    reading = next((row for row in rows if reference and (row.source, row.reference) == (source, reference)), None)
    if reading is None:
        reading = OdometerReading(vehicle_id=vehicle_id, source=source, reference=reference)
        rows.append(reading)
    reading.km, reading.read_at, reading.meter_replaced = km, at, meter_replaced
    session.add(reading)
    _judge(rows)
    session.flush()
    return reading


def _judge(rows: list[OdometerReading]) -> None:
    """Write each reading's doubt; rows of one moment keep the order in which they were stored."""
    rows.sort(key=lambda row: (row.read_at, row.id is None, row.id or 0))
    judged = rules.judge_readings([rules.Reading(row.read_at, row.km, row.meter_replaced) for row in rows])
    for row, item in zip(rows, judged, strict=True):
        if row.doubt != item.doubt:
            row.doubt = item.doubt


def locked_car(session: Session, vehicle_id: int) -> Vehicle:
    """Return a car locked and fresh. Whoever changes two locks the one that is taken back first."""
    car = session.scalars(
        select(Vehicle).where(Vehicle.id == vehicle_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if car is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    return car


def _set_plate(car: Vehicle, typed: str) -> None:
    plate = rules.clean_plate(typed)
    if len(plate) > PLATE_LENGTH:
        raise DomainError.at("plate", N_("A plate has %(most)s characters at most."), most=PLATE_LENGTH)
    car.plate = plate or None


def _seller(session: Session, sale: Sale, actor: Actor) -> tuple[int | None, list[Fault]]:
    """Return who sold the car: the actor's own dealer, or the one that headquarters names."""
    if actor.dealer_id is not None:
        return actor.dealer_id, []
    code = (sale.dealer_code or "").strip().upper()
    found = session.scalar(select(Dealer.id).where(Dealer.code == code))
    if found is None:
        return None, [Fault(N_("No dealer has the code %(code)s."), "dealer_code", {"code": code or "–"})]
    return found, []


def _ban_faults(session: Session, car: Vehicle) -> list[Fault]:
    """A car that a recall stops is not sold before the work on it is done."""
    numbers = sale_bans().bans(session, car.id)
    message = N_("The sale of this car is stopped by %(campaigns)s. Do the work first, then record the sale.")
    return [Fault(message, "invoice_no", {"campaigns": ", ".join(numbers)})] if numbers else []


def _sale_faults(car: Vehicle, sale: Sale, today: date) -> list[Fault]:
    faults = []
    if not sale.invoice_no.strip() or len(sale.invoice_no.strip()) > INVOICE_LENGTH:
        faults.append(Fault(N_("Please enter the invoice number."), "invoice_no"))
    if sale.price <= ZERO:
        faults.append(Fault(N_("The price must be more than nothing."), "price"))
    if sale.use not in rules.USES:
        faults.append(Fault(N_("Please choose from the list."), "use"))
    for name, day in (("invoiced_on", sale.invoiced_on), ("delivered_on", sale.delivered_on)):
        if day is None:
            continue
        if day > today:
            faults.append(Fault(N_("This day is still to come."), name))
        elif car.produced_on and day < car.produced_on:
            message = N_("The car was built on %(built)s, after this day.")
            faults.append(Fault(message, name, {"built": car.produced_on.isoformat()}))
    return faults
