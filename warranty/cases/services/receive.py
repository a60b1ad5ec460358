"""Take in a demand for another car or the money back, with the engine's finding of that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.services import Person, person_faults
from dealers.network.models import Dealer
from dealers.vehicles.models import OdometerReading
from dealers.vehicles.services import locked_car, record_reading
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import at, known_day, local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.numbers import next_number
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import DemandedCar, demanded_car
from warranty.cases.queries.finding import finding_of
from warranty.cases.rules.finding import CaseFinding
from warranty.guarantee.rules.facts import CHOICES, Demand

#: The series of cases, owned by the dealer.
SERIES = "RC"
WORDS_LENGTH, MOST_KM = 2_000, 2_000_000
#: Kilometres above the last reading that have to be read again.
MOST_JUMP = 50_000


@dataclass(frozen=True)
class DemandNote:
    """A demand as it was received: day, what is asked for, kilometres, who asks, what was handed in."""

    received_on: date
    choice: str
    odometer_km: int
    consumer: str
    phone: str
    statement: str
    invoice_shown: bool = False
    certificate_shown: bool = False
    papers: str = ""
    km_sure: bool = False  # read again, and right, though far above the last reading


def receive_demand(session: Session, vin: str, note: DemandNote, actor: Actor, now: datetime) -> GuaranteeCase:
    """Record a demand made to the seller; headquarters records it for the seller."""
    require(actor, Permission.CASE_RECEIVE)
    locked_car(session, demanded_car(session, vin, actor).vehicle.id)
    car = demanded_car(session, vin, actor)  # once more behind the lock: two people, one case
    if car.fault is not None:
        raise DomainError(car.fault)
    faults = _faults(session, car, note, local_date(now))
    if faults:
        raise DomainError(*faults)
    finding = finding_of(session, car.vehicle.id, demand_of(note), now)
    if finding is None:
        raise DomainError.at(None, N_("The law cannot be asked about this car: its sale is not recorded."))
    seller = session.get_one(Dealer, car.vehicle.selling_dealer_id)
    case = GuaranteeCase(
        number=next_number(session, SERIES, seller.code, now), dealer_id=seller.id, vehicle_id=car.vehicle.id,
        vin=car.vehicle.vin, recorded_at=now, recorded_by=actor.name, received_on=note.received_on,
        consumer=note.consumer.strip(), phone=note.phone.strip(), choice=note.choice, asked_first=note.choice,
        odometer_km=note.odometer_km, invoice_shown=note.invoice_shown,
        certificate_shown=note.certificate_shown, papers=note.papers.strip(), statement=note.statement.strip(),
        **kept(finding),
    )  # fmt: skip
    session.add(case)
    session.flush()
    read_at = min(now, at(note.received_on, 23, 59))
    record_reading(session, case.vehicle_id, case.odometer_km, read_at, "demand", case.number)
    return case


def demand_of(note: DemandNote | GuaranteeCase) -> Demand:
    """Return the demand as the rules read it."""
    return Demand(note.received_on, note.odometer_km, note.choice)


def kept(finding: CaseFinding) -> dict[str, object]:
    """Return the columns that keep a finding."""
    return {
        "finding": finding.plain(), "finding_accepted": finding.accepted, "price": finding.price,
        "reply_by": finding.reply_by, "complete_by": finding.complete_by, "provisional": finding.provisional,
    }  # fmt: skip


def _faults(session: Session, car: DemandedCar, note: DemandNote, today: date) -> list[Fault]:
    places = {"owner_name": "consumer", "owner_phone": "phone"}
    faults = [
        Fault(fault.message, places[fault.field or ""], fault.facts)
        for fault in person_faults(Person(note.consumer, note.phone))
    ]
    sold_on = car.vehicle.replaced_on or car.vehicle.invoiced_on
    if note.received_on > today:
        faults.append(Fault(N_("This day is still to come."), "received_on"))
    elif not known_day(note.received_on) or (sold_on and note.received_on < sold_on):
        message = N_("The car was sold on %(sold)s; the demand cannot be earlier.")
        faults.append(Fault(message, "received_on", {"sold": sold_on.isoformat() if sold_on else "—"}))
    if note.choice not in CHOICES:
        faults.append(Fault(N_("Please choose from the list."), "choice"))
    if not note.statement.strip():
        faults.append(Fault(N_("Please write down what the owner says."), "statement"))
    long = [name for name in ("statement", "papers") if len(getattr(note, name)) > WORDS_LENGTH]
    faults += [Fault(N_("At most %(limit)s characters."), name, {"limit": WORDS_LENGTH}) for name in long]
    return [*faults, *_km_faults(session, car.vehicle.id, note)]


def _km_faults(session: Session, vehicle_id: int, note: DemandNote) -> list[Fault]:
    if not 0 <= note.odometer_km <= MOST_KM:
        message = N_("A whole number from %(least)s to %(most)s.")
        return [Fault(message, "odometer_km", {"least": 0, "most": MOST_KM})]
    rows = session.execute(
        select(OdometerReading.km, OdometerReading.meter_replaced).where(
            OdometerReading.vehicle_id == vehicle_id, OdometerReading.doubt.is_(None),
            OdometerReading.read_at < at(note.received_on),
        )
    ).all()  # fmt: skip
    before = max((row.km for row in rows), default=0)
    if note.odometer_km < before and not any(row.meter_replaced for row in rows):
        message = N_("The car had gone %(km)s km before that day already. Please compare with the meter.")
        return [Fault(message, "odometer_km", {"km": before})]
    if note.odometer_km > before + MOST_JUMP and not note.km_sure:
        message = N_("That is far above the last reading, %(km)s km. Please read the meter again, then confirm below.")
        return [Fault(message, "odometer_km", {"km": before})]
    return []
