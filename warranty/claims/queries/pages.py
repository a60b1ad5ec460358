"""Reads for the pages of one claim, its panels on other pages, and the work that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, select, union_all
from sqlalchemy.orm import Session, selectinload

from dealers.network.models import Dealer
from dealers.service.models import LabourLine, PartLine, RepairJob, RepairOrder, RepairPhoto, SubletLine
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.lifecycle import StateChange, history
from portal.kernel.scoping import lawful_view
from warranty.claims.models import Claim, ClaimDecision, ClaimLine, ClaimVersion
from warranty.claims.rules.decision import FOLLOWS_PARTS
from warranty.claims.rules.lowering import Paid, after_audit
from warranty.claims.rules.money import HANDLING, LABOUR, PART, SUBLET, Step
from warranty.claims.rules.places import Coded, anchor, needs_lines, on_order
from warranty.claims.rules.versions import Difference, differences
from warranty.claims.states import WITH_HEADQUARTERS

#: How many rows of a list beside a claim are shown.
SHOWN = 10
AnyRow = Row[*tuple[Any, ...]]
LIVE = Claim.state != "withdrawn"
#: What was never submitted is nobody else's business.
ASKED = Claim.state.not_in(("draft", "withdrawn"))


@dataclass(frozen=True)
class Sheet:
    """A claim with what stands around it: order, station, car, photos."""

    claim: Claim
    order: AnyRow
    dealer: AnyRow
    car: AnyRow
    photos: list[AnyRow]


@dataclass(frozen=True)
class Version:
    """A submission: what was submitted, and what had changed since the one before."""

    number: int
    at: datetime
    by: str
    applied: Decimal
    findings: list[dict[str, Any]]
    changes: tuple[Difference, ...]


@dataclass(frozen=True)
class Event:
    """A step of a claim's life with the version or decision that belongs to it."""

    step: StateChange
    version: Version | None = None
    decision: ClaimDecision | None = None


@dataclass(frozen=True)
class CarClaim:
    """A claim as the car's page shows it. Another station's has neither number nor amount."""

    day: date
    type: str
    component: str
    causal_part: str | None
    state: str
    odometer_km: int
    number: str | None = None
    applied: Decimal | None = None


def sheet(session: Session, number: str) -> Sheet:
    """Read a claim for its page, in the session's scope; else `NotFoundError`."""
    claim = session.scalars(
        select(Claim).where(Claim.number == number).options(selectinload(Claim.lines))
        .execution_options(populate_existing=True)
    ).first()  # fmt: skip
    if claim is None:
        raise NotFoundError(Fault("This does not exist."))
    order = session.execute(
        select(RepairOrder.id, RepairOrder.number, RepairOrder.type, RepairOrder.state, RepairOrder.advisor_name)
        .where(RepairOrder.id == claim.order_id)
    ).one()  # fmt: skip
    dealer = session.execute(
        select(Dealer.code, Dealer.name, Dealer.grade, Dealer.city).where(Dealer.id == claim.dealer_id)
    ).one()
    car = session.execute(
        select(
            Vehicle.vin, Vehicle.plate, Vehicle.engine_no, Vehicle.use, Vehicle.produced_on, Vehicle.invoiced_on,
            Vehicle.delivered_on, VehicleModel.code, VehicleModel.name_zh, VehicleModel.name_en,
        )
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(Vehicle.id == claim.vehicle_id)
    ).one()  # fmt: skip
    photos = session.execute(
        select(RepairPhoto.id, RepairPhoto.caption, RepairPhoto.added_at, RepairPhoto.added_by)
        .where(RepairPhoto.order_id == claim.order_id).order_by(RepairPhoto.id)
    ).all()  # fmt: skip
    return Sheet(claim, order, dealer, car, list(photos))


def order_anchors(session: Session, claim: Claim, fields: Sequence[str]) -> dict[str, str]:
    """Return where on its order's page the faults at these fields are mended: anchors by field."""
    meant = [field for field in fields if on_order(field)]
    claimed = [Coded(line.kind, line.code, line.position) for line in claim.lines]
    ordered = _ordered(session, claim.job_id) if needs_lines(meant) else []
    return {field: anchor(field, claim.job_id, claimed, ordered) for field in meant}


def _ordered(session: Session, job_id: int) -> list[Coded]:
    """Return the lines of a job in the order in which its claim has them."""
    kinds = (
        (LABOUR, LabourLine, LabourLine.operation_code), (PART, PartLine, PartLine.part_number),
        (SUBLET, SubletLine, SubletLine.invoice_no),
    )  # fmt: skip
    rows = session.execute(
        union_all(
            *(
                select(literal(kind).label("kind"), code.label("code"), model.id.label("key"), model.position)
                .where(model.job_id == job_id)
                for kind, model, code in kinds
            )
        ).order_by("position")
    )  # fmt: skip
    return [Coded(row.kind, row.code, row.key) for row in rows]


def audit_steps(claim: Claim) -> Mapping[int, Step]:
    """Return what headquarters lowered on the lines of a claim, as steps of their reckoning by position."""
    return after_audit(
        [
            Paid(line.position, line.kind, line.applied, line.audited, line.reason_code == FOLLOWS_PARTS, _fee(line))
            for line in claim.lines
        ]
    )


def _fee(line: ClaimLine) -> str | None:
    return next((step["figures"]["percent"] for step in line.reckoning or () if step["code"] == HANDLING), None)


def same_part(session: Session, claim: Claim) -> list[AnyRow]:
    """Return other claims of the same causal part as far as the reader may see, the newest first."""
    if claim.causal_part is None:
        return []
    return _others(session, claim, Claim.causal_part == claim.causal_part)


def life(session: Session, claim: Claim) -> list[Event]:
    """Return every step with its version or decision, oldest first."""
    rows = session.scalars(
        select(ClaimVersion).where(ClaimVersion.claim_id == claim.id).order_by(ClaimVersion.version)
    ).all()
    versions = iter(
        [
            Version(row.version, row.submitted_at, row.submitted_by, row.applied, row.content["findings"],
                    differences(before.content, row.content) if before else ())
            for before, row in zip([None, *rows], rows, strict=False)
        ]
    )  # fmt: skip
    decisions = iter(
        session.scalars(
            select(ClaimDecision).where(ClaimDecision.claim_id == claim.id).order_by(ClaimDecision.id)
        ).all()
    )
    events = []
    for step in history(session, claim):
        if step.action == "submit":
            events.append(Event(step, version=next(versions, None)))
        elif step.action in {"approve", "return", "refuse", "refer", "propose", "reject"}:
            events.append(Event(step, decision=next(decisions, None)))
        else:
            events.append(Event(step))
    return events


@dataclass(frozen=True)
class Judge:
    """Who decides a claim that waits, by its state, and why it is with them: what the portal's rules said, or a person.

    ``route`` is the rules' own reason for the second level, ``findings`` what a person has to look at.
    """

    state: str
    route: str | None = None
    reason: str | None = None
    findings: tuple[str, ...] = ()


def who_decides(claim: Claim, events: Sequence[Event]) -> Judge | None:
    """Tell who decides a claim that waits, and why; None for one that does not."""
    if claim.state not in WITH_HEADQUARTERS:
        return None
    last = events[-1] if events else None
    if last is not None and last.version is None:
        by_rules = last.decision is not None and last.decision.book is not None
        reason = last.step.reason
        return Judge(claim.state, reason if by_rules else None, None if by_rules else reason)
    found = last.version.findings if last is not None and last.version is not None else []
    return Judge(claim.state, findings=tuple(one["check"] for one in found if one["outcome"] == "person"))


def last_findings(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what the checks found when the claim was last submitted."""
    return next((event.version.findings for event in reversed(events) if event.version is not None), [])


def of_dealer(session: Session, claim: Claim) -> list[AnyRow]:
    """Return the station's other claims, the newest first."""
    return _others(session, claim, Claim.dealer_id == claim.dealer_id)


def _others(session: Session, claim: Claim, alike: ColumnElement[bool]) -> list[AnyRow]:
    return list(
        session.execute(
            select(Claim.number, Claim.vin, Claim.state, Claim.odometer_km, Claim.received_at, Claim.applied,
                   Claim.audited, Claim.causal_part, Dealer.code.label("station"))
            .join(Dealer, Dealer.id == Claim.dealer_id)
            .where(alike, Claim.id != claim.id, ASKED)
            .order_by(Claim.id.desc()).limit(SHOWN)
        )
    )  # fmt: skip


def order_claims(session: Session, order_number: str) -> tuple[AnyRow, list[AnyRow], int]:
    """Return an order, its claims, and how many of its warranty jobs have none; in the scope."""
    order = session.execute(
        select(RepairOrder.id, RepairOrder.number, RepairOrder.state).where(RepairOrder.number == order_number)
    ).first()
    if order is None:
        raise NotFoundError(Fault("This does not exist."))
    claims = session.execute(
        select(Claim.number, Claim.state, Claim.type, Claim.applied, Claim.audited, Claim.concern)
        .where(Claim.order_id == order.id).order_by(Claim.id)
    ).all()  # fmt: skip
    open_jobs = session.scalar(
        select(func.count()).select_from(RepairJob).where(
            RepairJob.order_id == order.id, RepairJob.payer == "warranty",
            ~exists().where(and_(Claim.job_id == RepairJob.id, LIVE)),
        )
    )  # fmt: skip
    return order, list(claims), open_jobs or 0


def car_claims(session: Session, vin: str, actor: Actor) -> list[CarClaim]:
    """Return the claims of every station on a car: others' say what and when, never prices or people."""
    with lawful_view(session, "claims of all stations on the car, for its page"):
        rows = session.execute(
            select(
                Claim.received_at, Claim.type, Claim.component, Claim.causal_part, Claim.state, Claim.odometer_km,
                Claim.number, Claim.applied, Claim.dealer_id,
            )
            .join(Vehicle, Vehicle.id == Claim.vehicle_id)
            .where(Vehicle.vin == vin, ASKED)
            .order_by(Claim.received_at.desc(), Claim.id.desc()).limit(100)
        ).all()  # fmt: skip
    return [_car_claim(row, shown=actor.dealer_id in {None, row.dealer_id}) for row in rows]


def _car_claim(row: AnyRow, *, shown: bool) -> CarClaim:
    return CarClaim(
        local_date(row.received_at), row.type, row.component, row.causal_part, row.state, row.odometer_km,
        row.number if shown else None, row.applied if shown else None,
    )  # fmt: skip


def waiting_in(state: str) -> Any:
    """Return the count of claims in a state, for the work list."""

    def count(session: Session, _actor: Actor, _now: datetime) -> int:
        return session.scalar(select(func.count()).select_from(Claim).where(Claim.state == state)) or 0

    return count


def samples(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the claims that the rules decided and a person should look at."""
    return session.scalar(select(func.count()).select_from(Claim).where(Claim.sampled.is_(True))) or 0


def orders_without_claim(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count completed orders with a warranty job that nobody claimed yet."""
    unclaimed = select(RepairJob.order_id).where(
        RepairJob.payer == "warranty", ~exists().where(and_(Claim.job_id == RepairJob.id, LIVE))
    )
    return session.scalar(
        select(func.count()).select_from(RepairOrder)
        .where(RepairOrder.state == "completed", RepairOrder.id.in_(unclaimed))
    ) or 0  # fmt: skip
