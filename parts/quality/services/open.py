"""A report is opened: by a station from a job of a repair order, by headquarters from a cluster of claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder, RepairPhoto
from dealers.vehicles.models import Vehicle
from parts.quality.models import QualityClaim, QualityPhoto, QualityReport
from parts.quality.rules.likeness import week_of
from parts.quality.services.card import LENGTHS, index_terms
from portal.auth.models import User
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked
from portal.kernel.numbers import next_number

SERIES, HEAD_OFFICE = "QR", "HQ"
#: Claims that one report rests on at most; more are a campaign.
MOST_CLAIMS = 2_000


@dataclass(frozen=True)
class LinkedClaim:
    """A claim as it is told to this room, which knows no claims: what it said that day, the amount in yuan."""

    number: str
    station: str
    vin: str
    received_at: datetime
    odometer_km: int
    concern: str
    amount: Decimal


@dataclass(frozen=True)
class Cluster:
    """Claims of the same failure, and what most of them have in common."""

    title: str
    part_number: str | None
    part_name: str
    supplier: str | None
    component: str
    failure_mode: str | None
    model_id: int | None
    produced_week: str | None
    claims: tuple[LinkedClaim, ...]


def open_for_job(session: Session, order_number: str, job_id: int | None, actor: Actor, now: datetime) -> QualityReport:
    """Draft a report of a job, prefilled from the visit, its photos included; pressed again, the first comes back."""
    require(actor, Permission.QUALITY_REPORT)
    key = session.scalar(select(RepairOrder.id).where(RepairOrder.number == order_number))
    if key is None or actor.dealer_id is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    order = locked(session, RepairOrder, key)  # of two presses at once the second sees the first
    job = next((job for job in order.jobs if job_id in {None, job.id}), None)
    if order.state == "cancelled" or job is None:
        raise DomainError(Fault(N_("This repair order has no such job to report.")))
    known = session.scalars(
        select(QualityReport).where(QualityReport.job_id == job.id, QualityReport.state != "withdrawn")
    ).first()
    if known is not None:
        return known
    found = _of_job(session, order, job, actor, now)
    session.add(found)
    session.flush()
    _take_photos(session, order.id, found)
    index_terms(session, found)
    return found


def open_from_claims(session: Session, cluster: Cluster, actor: Actor, now: datetime) -> QualityReport:
    """Draft a report of headquarters that rests on claims; they are kept with what they said.

    Pressed again, it leads to the person's own draft of the same claims.
    """
    require(actor, Permission.QUALITY_HANDLE)
    if not cluster.claims:
        raise DomainError(Fault(N_("There is no claim to open a report of.")))
    if len(cluster.claims) > MOST_CLAIMS:
        message = N_("At most %(limit)s claims make a report. Please narrow the filters.")
        raise DomainError(Fault(message, facts={"limit": f"{MOST_CLAIMS:,}"}))
    known = _own_draft(session, cluster, actor)
    if known is not None:
        return known
    found = QualityReport(
        number=next_number(session, SERIES, HEAD_OFFICE, now), dealer_id=None, title=_cut(cluster.title, "title"),
        model_id=cluster.model_id, produced_week=cluster.produced_week, part_number=cluster.part_number,
        part_name=cluster.part_name, supplier=cluster.supplier, component=cluster.component,
        failure_mode=cluster.failure_mode, concern=_usual([claim.concern for claim in cluster.claims]), cause="",
        handling="", created_at=now, changed_at=now, created_by=actor.name,
    )  # fmt: skip
    session.add(found)
    session.flush()
    session.add_all(
        QualityClaim(
            dealer_id=None, report_id=found.id, number=claim.number, station=claim.station, vin=claim.vin,
            received_at=claim.received_at, odometer_km=claim.odometer_km, concern=claim.concern, amount=claim.amount,
        )
        for claim in cluster.claims
    )  # fmt: skip
    session.flush()
    index_terms(session, found)
    return found


def _own_draft(session: Session, cluster: Cluster, actor: Actor) -> QualityReport | None:
    """Return the actor's draft of the same claims; of two presses at once the second sees the first's.

    What it says of part and failure may have been mended since: the claims tell what it is of.
    """
    if actor.user_id is not None:
        session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    wanted = {claim.number for claim in cluster.claims}
    rows = session.execute(
        select(QualityReport, QualityClaim.number)
        .join(QualityClaim, QualityClaim.report_id == QualityReport.id)
        .where(
            QualityReport.dealer_id.is_(None), QualityReport.state == "draft", QualityReport.created_by == actor.name,
            QualityReport.id.in_(select(QualityClaim.report_id).where(QualityClaim.number == min(wanted))),
        )
        .order_by(QualityReport.id)
    )  # fmt: skip
    drafts: dict[QualityReport, set[str]] = {}
    for report, number in rows:
        drafts.setdefault(report, set()).add(number)
    return next((report for report, numbers in drafts.items() if numbers == wanted), None)


def _of_job(session: Session, order: RepairOrder, job: RepairJob, actor: Actor, now: datetime) -> QualityReport:
    code = session.scalars(select(Dealer.code).where(Dealer.id == order.dealer_id)).one()
    car = session.execute(
        select(Vehicle.model_id, Vehicle.produced_on).where(Vehicle.id == order.vehicle_id)
    ).one()  # fmt: skip
    part = _failed_part(job)
    return QualityReport(
        number=next_number(session, SERIES, code, now), dealer_id=order.dealer_id, title=_cut(job.concern, "title"),
        order_id=order.id, job_id=job.id, vehicle_id=order.vehicle_id, vin=order.vin, model_id=car.model_id,
        produced_week=week_of(car.produced_on) if car.produced_on else None, odometer_km=order.odometer_km,
        part_number=part.part_number if part else None, part_name=part.name if part else "",
        supplier=part.supplier if part else None, component=job.component, failure_mode=job.failure_mode,
        concern=_cut(job.concern, "concern"), cause=_cut(job.cause, "cause"), handling=_cut(job.correction, "handling"),
        safety=job.serious_safety, created_at=now, changed_at=now, created_by=actor.name,
    )  # fmt: skip


def _failed_part(job: RepairJob) -> PartLine | None:
    return next(iter(sorted(job.parts, key=lambda part: not part.causal)), None)


def _take_photos(session: Session, order_id: int, found: QualityReport) -> None:
    """Take over the photos of the visit: the file is kept once, under its hash."""
    photos = session.scalars(select(RepairPhoto).where(RepairPhoto.order_id == order_id).order_by(RepairPhoto.id))
    kept = {photo.sha256: photo for photo in photos}
    session.add_all(
        QualityPhoto(
            dealer_id=found.dealer_id, report_id=found.id, storage_key=photo.storage_key, sha256=photo.sha256,
            width=photo.width, height=photo.height, caption=photo.caption, added_by=photo.added_by,
            added_at=photo.added_at,
        )
        for photo in kept.values()
    )  # fmt: skip
    session.flush()


def _cut(text: str, name: str) -> str:
    return text.strip()[: LENGTHS[name]]


def _usual(texts: list[str]) -> str:
    """Return what is said most often; of several, what was said first."""
    return max(dict.fromkeys(texts), key=texts.count)[: LENGTHS["concern"]]
