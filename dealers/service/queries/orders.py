"""Repair orders, whole: for the page, the paper and the claim made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from dealers.network.models import Dealer
from dealers.service.models import LabourLine, PartLine, RepairJob, RepairOrder, RepairPhoto, SubletLine
from dealers.service.queries.cars import Car, cars_where
from dealers.service.rules import Job, Labour, PartUse, SubletUse, Totals, days_in_shop, totals
from dealers.service.rules.law import LawFacts
from dealers.vehicles.models import Vehicle
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.lifecycle import StateChange, history


@dataclass(frozen=True)
class LabourView:
    """A labour line."""

    id: int
    code: str
    name: str
    hours: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class PartView:
    """A part line."""

    id: int
    number: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    causal: bool
    supplier: str | None


@dataclass(frozen=True)
class SubletView:
    """A line of sublet work."""

    id: int
    name: str
    vendor: str
    invoice_no: str
    amount: Decimal


@dataclass(frozen=True)
class JobView:
    """A job with its three C and its lines."""

    id: int
    position: int
    concern: str
    cause: str
    correction: str
    component: str
    failure_mode: str | None
    payer: str
    technician: str | None
    campaign: str | None
    law: LawFacts
    labour: tuple[LabourView, ...]
    parts: tuple[PartView, ...]
    sublets: tuple[SubletView, ...] = ()


@dataclass(frozen=True)
class PhotoView:
    """A photo of the visit."""

    id: int
    caption: str
    width: int
    height: int
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class OrderView:
    """An order, whole. ``order`` is the stored row itself: only its columns are read here."""

    order: RepairOrder
    dealer_code: str
    dealer_name: str
    car: Car
    jobs: tuple[JobView, ...]
    photos: tuple[PhotoView, ...]
    totals: Totals
    steps: tuple[StateChange, ...]

    def days(self, now: datetime) -> int:
        """Days in the shop so far, as the law counts them."""
        return days_in_shop(self.order.received_at, self.order.completed_at or now)


def order_id(session: Session, number: str) -> int:
    """Return the id of an order by its number, in the reader's scope; `NotFoundError` otherwise."""
    found = session.scalar(select(RepairOrder.id).where(RepairOrder.number == number))
    if found is None:
        raise NotFoundError(Fault("This does not exist."))
    return found


def order_view(session: Session, number: str) -> OrderView:
    """Return an order with all that its page and its paper show, in the reader's scope."""
    order = session.scalars(
        select(RepairOrder)
        .where(RepairOrder.number == number)
        .options(
            selectinload(RepairOrder.jobs).selectinload(RepairJob.labour),
            selectinload(RepairOrder.jobs).selectinload(RepairJob.parts),
            selectinload(RepairOrder.jobs).selectinload(RepairJob.sublets),
        )
    ).first()
    if order is None:
        raise NotFoundError(Fault("This does not exist."))
    dealer = session.get_one(Dealer, order.dealer_id)
    car = cars_where(session, Vehicle.id == order.vehicle_id, 1)[0]
    return OrderView(
        order, dealer.code, dealer.name, car, tuple(map(job_view, order.jobs)), photos_of(session, order.id),
        totals(map(as_rule, order.jobs)), tuple(history(session, order)),
    )  # fmt: skip


def job_view(job: RepairJob) -> JobView:
    """Copy a job for reading."""
    return JobView(
        job.id, job.position, job.concern, job.cause, job.correction, job.component, job.failure_mode, job.payer,
        job.technician,
        job.campaign,
        LawFacts(
            job.quality_problem, job.serious_safety, job.effect, job.exemption, job.action, job.main_part, job.same_as,
            job.resolved,
        ),
        tuple(map(_labour_view, job.labour)), tuple(map(_part_view, job.parts)), tuple(map(_sublet_view, job.sublets)),
    )  # fmt: skip


def _labour_view(line: LabourLine) -> LabourView:
    return LabourView(line.id, line.operation_code, line.name, line.hours, line.rate, line.amount)


def _part_view(line: PartLine) -> PartView:
    return PartView(
        line.id, line.part_number, line.name, line.unit, line.quantity, line.unit_price, line.amount, line.causal,
        line.supplier,
    )  # fmt: skip


def _sublet_view(line: SubletLine) -> SubletView:
    return SubletView(line.id, line.name, line.vendor, line.invoice_no, line.amount)


def as_rule(job: RepairJob) -> Job:
    """Return a stored job as the rules see it; its fields are keyed by its id."""
    return Job(
        str(job.id), job.concern, job.cause, job.correction, job.payer, job.campaign,
        tuple(Labour(str(line.id), line.hours, line.rate) for line in job.labour),
        tuple(PartUse(str(line.id), line.quantity, line.unit_price, line.causal) for line in job.parts),
        tuple(
            SubletUse(str(line.id), line.name, line.vendor, line.invoice_no, line.amount) for line in job.sublets
        ),
    )  # fmt: skip


def photos_of(session: Session, order: int) -> tuple[PhotoView, ...]:
    """List an order's photos in the order they were taken in."""
    rows = session.scalars(select(RepairPhoto).where(RepairPhoto.order_id == order).order_by(RepairPhoto.id))
    return tuple(PhotoView(p.id, p.caption, p.width, p.height, p.added_by, p.added_at) for p in rows)


def photo_key(session: Session, number: str, photo: int) -> str:
    """Return where a photo of an order is kept; `NotFoundError` outside the reader's scope."""
    found = session.scalar(
        select(RepairPhoto.storage_key)
        .join(RepairOrder, RepairOrder.id == RepairPhoto.order_id)
        .where(RepairOrder.number == number, RepairPhoto.id == photo)
    )
    if found is None:
        raise NotFoundError(Fault("This does not exist."))
    return found


def count_open(session: Session, *, promised_before: datetime | None = None) -> int:
    """Count the open orders in the reader's scope, or those whose promise has passed."""
    query = select(func.count()).select_from(RepairOrder).where(RepairOrder.state == "open")
    if promised_before is not None:
        query = query.where(RepairOrder.promised_at < promised_before, RepairOrder.completed_at.is_(None))
    return session.scalar(query) or 0
