"""Reads for the pages of authorisations and for the panels that other pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.rules import clean_vin
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history
from portal.kernel.money import ZERO, total
from warranty.authorisations.models import PreAuthorisation, PreAuthorisationVersion
from warranty.authorisations.queries.uses import NOTHING, left_amount, usable_amount, uses
from warranty.authorisations.rules import left
from warranty.authorisations.words import FIELDS
from warranty.claims.models import Claim

AnyRow = Row[*tuple[Any, ...]]
UNKNOWN = N_("This pre-authorisation is not known.")


@dataclass(frozen=True)
class Event:
    """A step with the version that it submitted and the fields that had changed since the one before."""

    step: StateChange
    version: PreAuthorisationVersion | None = None
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """An authorisation with what stands around it; ``order`` where it is about a visit."""

    authorisation: PreAuthorisation
    dealer: Dealer
    vehicle: Vehicle
    model: VehicleModel
    order: AnyRow | None
    uses: list[AnyRow]
    events: list[Event]

    @property
    def used(self) -> Decimal:
        """What live claims use of it."""
        return total(row.amount for row in self.uses)

    @property
    def left(self) -> Decimal:
        """What claims may still use of it: nothing, unless it is passed."""
        return left(self.authorisation.granted, self.used) if self.authorisation.state == "passed" else ZERO


def find_authorisation(session: Session, number: str) -> PreAuthorisation:
    """Return an authorisation by its number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(PreAuthorisation).where(PreAuthorisation.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(UNKNOWN))
    return found


def sheet(session: Session, number: str) -> Sheet:
    """Return one authorisation whole."""
    found = find_authorisation(session, number)
    vehicle, model, dealer = session.execute(
        select(Vehicle, VehicleModel, Dealer)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Dealer, Dealer.id == found.dealer_id)
        .where(Vehicle.id == found.vehicle_id)
    ).one()
    order = session.execute(
        select(RepairOrder.number, RepairOrder.state, RepairOrder.received_at, RepairOrder.completed_at)
        .where(RepairOrder.id == found.order_id)
    ).first()  # fmt: skip
    return Sheet(found, dealer, vehicle, model, order, uses(session, found), _events(session, found))


def _events(session: Session, found: PreAuthorisation) -> list[Event]:
    rows = session.scalars(
        select(PreAuthorisationVersion).where(PreAuthorisationVersion.authorisation_id == found.id)
        .order_by(PreAuthorisationVersion.version)
    ).all()  # fmt: skip
    versions = iter(zip([None, *rows], rows, strict=False))
    return [
        _event(step, *next(versions)) if step.action == "submit" else Event(step) for step in history(session, found)
    ]


def _event(step: StateChange, before: PreAuthorisationVersion | None, now: PreAuthorisationVersion) -> Event:
    old, new = before.content if before else now.content, now.content
    changed = ((name, old.get(name), new.get(name)) for name in FIELDS if old.get(name) != new.get(name))
    return Event(step, now, tuple((name, str(was or "—"), str(value or "—")) for name, was, value in changed))


def _brief() -> Any:
    return select(
        PreAuthorisation.number, PreAuthorisation.state, PreAuthorisation.type, PreAuthorisation.asked,
        PreAuthorisation.granted, PreAuthorisation.valid_until, usable_amount().label("left"),
        PreAuthorisation.job_id, PreAuthorisation.concern,
    ).order_by(PreAuthorisation.id.desc())  # fmt: skip


def of_order(session: Session, order_number: str) -> tuple[AnyRow, list[AnyRow], list[AnyRow]]:
    """Return an order, its authorisations, and its warranty jobs that none is about, in the session's scope."""
    order = session.execute(
        select(RepairOrder.id, RepairOrder.number, RepairOrder.state).where(RepairOrder.number == order_number)
    ).first()
    if order is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    found = list(session.execute(_brief().where(PreAuthorisation.order_id == order.id)))
    live = {row.job_id for row in found if row.state not in {"refused", "withdrawn"}}
    jobs = session.execute(
        select(RepairJob.id, RepairJob.concern)
        .where(RepairJob.order_id == order.id, RepairJob.payer == "warranty").order_by(RepairJob.position)
    )  # fmt: skip
    return order, found, [job for job in jobs if job.id not in live]


def of_car(session: Session, vin: str) -> list[AnyRow]:
    """Return a car's authorisations that the session may see, the newest first."""
    return list(session.execute(_brief().where(PreAuthorisation.vin == clean_vin(vin)).limit(20)))


def received_at(session: Session, claim: str) -> datetime | None:
    """Return when the car of a claim was received, in the session's scope."""
    return session.scalar(select(Claim.received_at).where(Claim.number == claim))


def choices(session: Session, vin: str, received_on: date, claim: str | None = None) -> list[AnyRow]:
    """Return the authorisations that a claim of a car may name, with what other claims have left of them."""
    remains = left_amount(claim)
    statement = select(PreAuthorisation.number, PreAuthorisation.valid_until, remains.label("left")).where(
        PreAuthorisation.vin == clean_vin(vin), PreAuthorisation.state == "passed",
        PreAuthorisation.valid_until >= received_on, remains > NOTHING,
    )  # fmt: skip
    return list(session.execute(statement.order_by(PreAuthorisation.id)))
