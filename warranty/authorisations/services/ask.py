"""A dealer asks: a request prefilled from the visit or the car, mended, and handed to headquarters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.words import COMPONENTS
from dealers.vehicles.models import OdometerReading, Vehicle
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor, Permission, require
from portal.kernel.audit import plain
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.money import LIMIT, ZERO, total
from portal.kernel.numbers import next_number
from warranty.authorisations.models import PreAuthorisation, PreAuthorisationVersion
from warranty.authorisations.queries.pages import find_authorisation
from warranty.authorisations.services.load import locked_for
from warranty.authorisations.states import OPEN
from warranty.authorisations.words import FAULTS, TYPES
from warranty.claims.queries.books import book_on
from warranty.claims.rules.checks.standing import WATCHED_LEVELS
from warranty.claims.services.make import WARRANTY, estimate
from warranty.guarantee.models import CarWatch

SERIES = "PA"
WORDS_LENGTH, PART_LENGTH, MOST_KM = 2_000, 32, 2_000_000


@dataclass(frozen=True)
class Asked:
    """What a dealer asks: why, what failed and what is to be done, and the amount in yuan before tax."""

    type: str
    odometer_km: int
    component: str
    causal_part: str | None
    concern: str
    cause: str
    correction: str
    asked: Decimal


def ask_for_order(
    session: Session, order_number: str, job_id: int | None, actor: Actor, now: datetime
) -> PreAuthorisation:  # fmt: skip
    """Draft a request for a warranty job of a visit; pressed again, the one that is open comes back."""
    require(actor, Permission.CLAIM_WRITE)
    key = session.scalar(select(RepairOrder.id).where(RepairOrder.number == order_number))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    order = locked(session, RepairOrder, key)  # of two presses at once the second sees the first
    jobs = [job for job in order.jobs if job.payer == WARRANTY and job_id in {None, job.id}]
    if order.state == "cancelled" or not jobs:
        raise DomainError(Fault(N_("Nothing on this repair order is under warranty, so there is nothing to ask for.")))
    job = jobs[0]
    found = _open(session, order.vehicle_id, order.dealer_id, job.id)
    return found or _draft(session, order.vehicle_id, order.dealer_id, _of_job(session, order, job, now), actor, now,
                           order_id=order.id, job_id=job.id)  # fmt: skip


def ask_for_car(session: Session, vin: str, actor: Actor, now: datetime) -> PreAuthorisation:
    """Draft a request for a car before its visit; pressed again, the one that is open comes back."""
    require(actor, Permission.CLAIM_WRITE)
    car = session.scalars(select(Vehicle).where(Vehicle.vin == clean_vin(vin)).with_for_update(key_share=True)).first()
    if car is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    if actor.dealer_id is None:
        raise DomainError(Fault(N_("A pre-authorisation is asked for by a station.")))
    found = _open(session, car.id, actor.dealer_id, None)
    if found is not None:
        return found
    km = session.scalar(
        select(OdometerReading.km).where(OdometerReading.vehicle_id == car.id, OdometerReading.doubt.is_(None))
        .order_by(OdometerReading.read_at.desc()).limit(1)
    )  # fmt: skip
    asked = Asked(_type(session, car.id, ZERO, now), km or 0, "other", None, "", "", "", ZERO)
    return _draft(session, car.id, actor.dealer_id, asked, actor, now)


def edit_authorisation(
    session: Session, number: str, asked: Asked, actor: Actor, expected_version: int | None = None
) -> PreAuthorisation:
    """Store what the dealer typed, while the request is with the dealer."""
    require(actor, Permission.CLAIM_WRITE)
    found = locked_for(session, number, "submit", expected_version)
    faults = _shape_faults(asked)
    if faults:
        raise DomainError(*faults)
    for name in _names():
        value = getattr(asked, name)
        setattr(found, name, value.strip() if isinstance(value, str) else value)
    found.causal_part = (found.causal_part or "").upper() or None
    session.flush()
    return found


def submit_authorisation(
    session: Session, number: str, asked: Asked, actor: Actor, now: datetime, expected_version: int | None = None,
    *, seen: int | None = None,
) -> PreAuthorisation:  # fmt: skip
    """Store what was typed and hand it to headquarters as a new version.

    ``seen`` is how often it had been submitted when the button was drawn: pressed twice, once is done.
    """
    require(actor, Permission.CLAIM_WRITE)
    known = find_authorisation(session, number)
    if known.state == "submitted" and seen is not None and seen == known.version - 1:
        return known
    found = edit_authorisation(session, number, asked, actor, expected_version)
    faults = _meaning_faults(found)
    if faults:
        raise DomainError(*faults)
    advance(session, found, "submit", actor, now)
    found.version, found.submitted_at = found.version + 1, now
    found.granted = found.valid_until = found.decided_at = found.decided_by = found.decision_reason = None
    session.add(
        PreAuthorisationVersion(
            dealer_id=found.dealer_id, authorisation_id=found.id, version=found.version, submitted_at=now,
            submitted_by=actor.name, asked=found.asked,
            content={name: plain(getattr(found, name)) for name in _names()},
        )
    )  # fmt: skip
    session.flush()
    return found


def request_of(found: PreAuthorisation) -> Asked:
    """Return what a request asks for."""
    return Asked(**{name: getattr(found, name) for name in _names()})


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Asked))


def _open(session: Session, vehicle_id: int, dealer_id: int, job_id: int | None) -> PreAuthorisation | None:
    """Return the station's undecided request about the same thing."""
    return session.scalars(
        select(PreAuthorisation).where(
            PreAuthorisation.vehicle_id == vehicle_id, PreAuthorisation.dealer_id == dealer_id,
            PreAuthorisation.job_id.is_(None) if job_id is None else PreAuthorisation.job_id == job_id,
            PreAuthorisation.state.in_(OPEN),
        )
    ).first()  # fmt: skip


def _of_job(session: Session, order: RepairOrder, job: RepairJob, now: datetime) -> Asked:
    causal = [part.part_number for part in job.parts if part.causal]
    amount = total(line.applied for line in estimate(session, order, job))
    return Asked(
        _type(session, order.vehicle_id, amount, now), order.odometer_km, job.component, causal[0] if causal else None,
        job.concern, job.cause, job.correction, amount,
    )  # fmt: skip


def _type(session: Session, vehicle_id: int, amount: Decimal, now: datetime) -> str:
    """Tell why headquarters wants to be asked, as far as the portal knows."""
    level = session.scalar(select(CarWatch.level).where(CarWatch.vehicle_id == vehicle_id))
    if level in WATCHED_LEVELS:
        return "watch"
    return "high_amount" if amount > book_on(session, local_date(now)).limits.authorisation_above else "other"


def _draft(
    session: Session, vehicle_id: int, dealer_id: int, asked: Asked, actor: Actor, now: datetime, *,
    order_id: int | None = None, job_id: int | None = None,
) -> PreAuthorisation:  # fmt: skip
    code = session.scalars(select(Dealer.code).where(Dealer.id == dealer_id)).one()
    vin = session.scalars(select(Vehicle.vin).where(Vehicle.id == vehicle_id)).one()
    found = PreAuthorisation(
        number=next_number(session, SERIES, code, now), dealer_id=dealer_id, vehicle_id=vehicle_id, vin=vin,
        order_id=order_id, job_id=job_id, version=0, created_at=now, created_by=actor.name,
        **{name: getattr(asked, name) for name in _names()},
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def _shape_faults(asked: Asked) -> list[Fault]:
    """Say what could not be kept at all."""
    choose = N_("Please choose from the list.")
    faults = [
        Fault(choose, name)
        for name, known in (("type", TYPES), ("component", COMPONENTS))
        if getattr(asked, name) not in known
    ]
    faults += [
        Fault(N_("At most %(limit)s characters."), name, {"limit": limit})
        for name, limit in (*((name, WORDS_LENGTH) for name in ("concern", "cause", "correction")),
                            ("causal_part", PART_LENGTH))
        if len(getattr(asked, name) or "") > limit
    ]  # fmt: skip
    if not 0 <= asked.odometer_km <= MOST_KM:
        message = N_("A whole number from %(least)s to %(most)s.")
        faults.append(Fault(message, "odometer_km", {"least": 0, "most": MOST_KM}))
    if not ZERO <= asked.asked <= LIMIT:
        faults.append(Fault(FAULTS["not_positive"], "asked"))
    return faults


def _meaning_faults(found: PreAuthorisation) -> list[Fault]:
    """Say what headquarters could not decide on."""
    faults = [
        Fault(N_("Please fill this in."), name)
        for name in ("concern", "cause", "correction")
        if not getattr(found, name).strip()
    ]
    return faults if found.asked > ZERO else [*faults, Fault(FAULTS["not_positive"], "asked")]
