"""Reads everything the checks want to know of one claim, in three statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session, aliased

from dealers.network.models import Dealer
from dealers.service.models import LabourOperation, RepairOrder, RepairPhoto
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from parts.catalogue.models import Part
from portal.kernel.clock import local_date
from portal.kernel.scoping import DealerScope, lawful_view
from warranty.claims.models import Claim, ClaimLine
from warranty.claims.rules.facts import Car, ClaimFacts, LineFacts, OtherClaim, Reading, Station, Visit
from warranty.claims.rules.limits import limits_on
from warranty.claims.rules.money import LABOUR, PART

#: States in which another claim does not count: it was never asked for.
UNASKED = ("draft", "withdrawn")


@dataclass(frozen=True)
class Dossier:
    """A claim's row with its order, car and station; its lines; and the facts made of all that."""

    head: Row[Any]
    lines: list[Row[Any]]
    facts: ClaimFacts


def dossier(session: Session, number: str, now: datetime, *, for_update: bool = False) -> Dossier | None:
    """Read a claim in the session's scope, for a check at the moment ``now``; None: there is none."""
    head = session.execute(_head(for_update), {"claim_number": number}).first()
    if head is None:
        return None
    lines = list(session.execute(_lines(), {"claim": head.id, "model": head.model_id}))
    own_only = isinstance(session.info.get("scope"), DealerScope)
    with lawful_view(session, "earlier claims and odometer readings of the car, for the checks of a claim"):
        past = session.execute(_past(own_only=own_only), {
            "claim": head.id, "vehicle": head.vehicle_id, "order": head.order_id, "dealer": head.dealer_id,
            "order_number": head.order_number, "received": head.received_at,
        }).all()  # fmt: skip
    return Dossier(head, lines, _facts(head, lines, past, local_date(now)))


@cache
def _head(for_update: bool) -> Select[Any]:  # noqa: FBT001  (the cache's key)
    statement = (
        select(
            *(getattr(Claim, field.key).label(field.key) for field in Claim.__mapper__.column_attrs),
            RepairOrder.number.label("order_number"), RepairOrder.type.label("order_type"),
            RepairOrder.state.label("order_state"), RepairOrder.meter_replaced,
            Vehicle.invoiced_on, Vehicle.delivered_on, Vehicle.model_id,
            VehicleModel.code.label("model_code"), VehicleModel.repair_months, VehicleModel.repair_km,
            Dealer.code.label("dealer_code"), Dealer.state.label("dealer_state"), Dealer.grade.label("dealer_grade"),
        )
        .select_from(Claim)
        .join(RepairOrder, RepairOrder.id == Claim.order_id)
        .join(Vehicle, Vehicle.id == Claim.vehicle_id)
        .outerjoin(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .where(Claim.number == bindparam("claim_number"))
    )  # fmt: skip
    return statement.with_for_update(of=Claim) if for_update else statement


@cache
def _lines() -> Select[Any]:
    known = select(LabourOperation.id).where(LabourOperation.code == ClaimLine.code)
    fits = known.where(or_(LabourOperation.model_id.is_(None), LabourOperation.model_id == bindparam("model")))
    return (
        select(
            *(getattr(ClaimLine, field.key).label(field.key) for field in ClaimLine.__mapper__.column_attrs),
            Part.id.label("part_id"), Part.per_vehicle,
            and_(ClaimLine.kind == LABOUR, known.exists()).label("known"),
            and_(ClaimLine.kind == LABOUR, fits.exists()).label("fits"),
        )
        .select_from(ClaimLine)
        .outerjoin(Part, and_(ClaimLine.kind == PART, Part.number == ClaimLine.code))
        .where(ClaimLine.claim_id == bindparam("claim"))
        .order_by(ClaimLine.position)
    )  # fmt: skip


@cache
def _past(*, own_only: bool) -> CompoundSelect[Any]:
    """Claims and readings of the car at every station; photos only as far as the reader may see."""
    nothing = cast(null(), String)
    claims = select(
        literal("claim").label("kind"), Claim.received_at.label("at"), Claim.causal_part.label("part"),
        Claim.component.label("component"), Claim.order_id.label("figure"), Claim.dealer_id.label("owner"),
        Claim.number.label("reference"),
    ).where(
        Claim.vehicle_id == bindparam("vehicle"), Claim.id != bindparam("claim"), Claim.state.not_in(UNASKED)
    )  # fmt: skip
    readings = select(
        literal("reading"), OdometerReading.read_at, nothing, nothing, OdometerReading.km,
        cast(OdometerReading.meter_replaced, Integer), OdometerReading.reference,
    ).where(
        OdometerReading.vehicle_id == bindparam("vehicle"), OdometerReading.read_at <= bindparam("received"),
        OdometerReading.doubt.is_(None),
        or_(OdometerReading.reference.is_(None), OdometerReading.reference != bindparam("order_number")),
    )  # fmt: skip
    mine = aliased(RepairPhoto)
    photos = (
        select(
            literal("photo"), RepairOrder.received_at, nothing, nothing, RepairOrder.id, RepairPhoto.dealer_id,
            RepairOrder.number,
        )
        .join(mine, mine.sha256 == RepairPhoto.sha256)
        .join(RepairOrder, RepairOrder.id == RepairPhoto.order_id)
        .where(mine.order_id == bindparam("order"), RepairPhoto.order_id != bindparam("order"))
    )  # fmt: skip
    if own_only:
        photos = photos.where(RepairPhoto.dealer_id == bindparam("dealer"))
    return union_all(claims, readings, photos)


def _facts(head: Row[Any], lines: list[Row[Any]], past: Iterable[Row[Any]], today: date) -> ClaimFacts:
    received = local_date(head.received_at)
    rows = list(past)
    return ClaimFacts(
        today=today, type=head.type, concern=head.concern, cause=head.cause, correction=head.correction,
        component=head.component, causal_part=head.causal_part, car=_car(head),
        station=Station(head.dealer_state, head.dealer_grade),
        visit=Visit(
            head.order_type, head.order_state, received,
            local_date(head.completed_at) if head.completed_at else None, head.odometer_km, head.meter_replaced,
        ),
        lines=tuple(line_facts(line) for line in lines), limits=limits_on(received),
        readings=tuple(
            Reading(local_date(row.at), row.figure, bool(row.owner)) for row in rows if row.kind == "reading"
        ),
        others=tuple(
            OtherClaim(
                local_date(row.at), row.part, row.component, row.figure == head.order_id,
                row.reference if row.owner == head.dealer_id else None,
            )
            for row in rows if row.kind == "claim"
        ),
        photos_used_before=tuple(dict.fromkeys(row.reference for row in rows if row.kind == "photo")),
    )  # fmt: skip


def _car(head: Row[Any]) -> Car:
    begins = head.delivered_on or head.invoiced_on  # by law from the invoice, or the handing over if that differs
    if head.model_code is None:
        return Car(head.vin, begins=begins)
    return Car(head.vin, True, head.model_code, begins, head.repair_months, head.repair_km)


def line_facts(line: Row[Any]) -> LineFacts:
    """Return what the checks read of a line."""
    is_part, is_labour = line.kind == PART, line.kind == LABOUR
    return LineFacts(
        line.position, line.kind, line.code, Decimal(line.quantity), line.applied, bool(line.causal),
        known=bool(line.part_id) if is_part else bool(line.known) if is_labour else True,
        fits=bool(line.fits) if is_labour else True,
        priced=line.unit_price > 0 if is_part else True,
        per_vehicle=line.per_vehicle,
    )  # fmt: skip
