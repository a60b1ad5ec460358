"""The life of a repair order: opened, completed, reopened, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from dealers.network.models import Dealer
from dealers.service import rules, words
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.ports import CampaignWork, campaigns, claims
from dealers.service.queries import Car, as_rule, car_by_vin
from dealers.service.rules import Extras, Opening, Problem
from dealers.service.services.claimed import CLAIMED_FACT, at_headquarters, keep_in_step, seen
from dealers.vehicles.ports import watch
from dealers.vehicles.services import record_reading
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.drafts import once
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.numbers import next_number

SERIES = "RO"
CLAIMED_ORDER = N_("Claim %(claim)s was made of this order. Withdraw it first; then the order can be cancelled.")


def open_order(session: Session, opening: Opening, actor: Actor, now: datetime, *, key: str | None = None) -> str:
    """Open an order at the actor's station and return its number.

    ``key`` is the form's: the same form sent twice opens one order and gets the same number.
    Without an owner, the register's is taken, else the presenter.
    """
    require(actor, Permission.SERVICE_WRITE)
    if key is None or actor.user_id is None:
        return _open(session, opening, actor, now)
    return once(session, actor.user_id, key, now, lambda: _open(session, opening, actor, now))


def _open(session: Session, opening: Opening, actor: Actor, now: datetime) -> str:
    dealer = _station(session, actor)
    car = car_by_vin(session, opening.vin) if opening.vin.strip() else None
    problems = rules.opening_problems(opening, car.last if car else None, local_date(opening.received_at or now), now)
    if car is None and opening.vin.strip():
        problems.insert(0, Problem("vin_unknown", "vin"))
    problems += _campaign_problems(session, opening, car)
    words.refuse(problems)
    assert car is not None  # noqa: S101  (an unknown VIN was refused above)
    order = _new_order(opening, car, actor, now)
    order.dealer_id = dealer.id
    order.number = next_number(session, SERIES, dealer.code, now)
    order.jobs.append(
        RepairJob(
            dealer_id=dealer.id,
            position=1,
            concern=opening.concern.strip(),
            payer=(payer := rules.default_payer(opening.type)),
            campaign=opening.campaign.strip() or None,
            quality_problem=rules.failed(opening.type, payer),
        )
    )
    session.add(order)
    session.flush()
    read_meter(session, order)
    watch().car_changed(session, order.vehicle_id, now)
    return order.number


def _campaign_problems(session: Session, opening: Opening, car: Car | None) -> Iterator[Problem]:
    """The campaign that was chosen must be one that the car is due for."""
    number = opening.campaign.strip()
    if number and car is not None and number not in {one.number for one in campaigns().choices(session, car.id, None)}:
        yield Problem("campaign_unknown", "campaign", {"campaign": number})


def _station(session: Session, actor: Actor) -> Dealer:
    if actor.dealer_id is None:
        raise DomainError.at(None, N_("Only a station opens repair orders."))
    dealer = session.get_one(Dealer, actor.dealer_id)
    if dealer.state != "open":
        raise DomainError.at(
            None, N_("This station is suspended or closed: it opens no repair orders. Please ask headquarters.")
        )
    return dealer


def _new_order(opening: Opening, car: Car, actor: Actor, now: datetime) -> RepairOrder:
    presenter, phone = opening.presenter_name.strip(), opening.presenter_phone.strip()
    owner, owner_phone = opening.owner_name.strip(), opening.owner_phone.strip()
    if not owner:
        owner, owner_phone = (car.owner_name, car.owner_phone) if car.owner_name else (presenter, phone)
    return RepairOrder(
        vehicle_id=car.id, vin=car.vin, plate=opening.plate.strip().upper() or car.plate, type=opening.type,
        received_at=opening.received_at, promised_at=opening.promised_at, odometer_km=opening.odometer_km,
        meter_replaced=opening.meter_replaced, advisor_id=actor.user_id, advisor_name=actor.name,
        owner_name=owner, owner_phone=owner_phone, presenter_name=presenter, presenter_phone=phone,
        note=opening.note.strip() or None, created_at=now,
    )  # fmt: skip


def read_meter(session: Session, order: RepairOrder) -> None:
    """Hand the order's odometer reading on to the car's history."""
    record_reading(
        session, order.vehicle_id, order.odometer_km, order.received_at, "repair_order",
        reference=order.number, meter_replaced=order.meter_replaced,
    )  # fmt: skip


def editable(session: Session, order_id: int, version: int | None, actor: Actor) -> RepairOrder:
    """Load an order for change: locked, in scope, open, and as the person saw it.

    `ConflictError` says who changed it since, or that it is no longer open.
    """
    require(actor, Permission.SERVICE_WRITE)
    order = locked(session, RepairOrder, order_id)
    if version is not None and order.row_version != version:
        raise ConflictError(
            Fault(
                N_("%(who)s changed this order in the meantime. What you typed is still here; save again to keep it."),
                None, {"who": order.changed_by or order.advisor_name},
            )
        )  # fmt: skip
    if order.state != "open":
        raise ConflictError(Fault(N_("This order is not open. Reopen it first; that needs a reason.")))
    return order


@contextmanager
def editing(session: Session, order_id: int, version: int | None, actor: Actor, now: datetime) -> Iterator[RepairOrder]:
    """Load an order for change; afterwards sum it up, and keep it in step with the claims made of it."""
    order = editable(session, order_id, version, actor)
    before = seen(order)
    yield order
    keep_in_step(session, order, before)
    touch(session, order, actor, now)


def touch(session: Session, order: RepairOrder, actor: Actor, now: datetime) -> None:
    """Sum the order up anew and note who changed it: its version tells older pages."""
    session.flush()
    sums = rules.totals(map(as_rule, order.jobs))
    order.labour_total, order.parts_total, order.sublet_total = sums.labour, sums.parts, sums.sublet
    order.changed_at, order.changed_by = now, actor.name
    flag_modified(order, "changed_at")  # the version goes up even when only a job or line was changed
    session.flush()
    watch().car_changed(session, order.vehicle_id, now)


def complete_order(
    session: Session,
    order_id: int,
    actor: Actor,
    now: datetime,
    *,
    version: int | None = None,
    completed_at: datetime | None = None,
) -> RepairOrder:
    """Complete an order: its record must be whole. ``completed_at`` is when the car went back, else now."""
    order = editable(session, order_id, version, actor)
    completed = _completion(session, order, completed_at) or now
    words.refuse(
        rules.completion_problems(
            order.type, [as_rule(job) for job in order.jobs], extras_of(order), order.received_at, completed, now
        )
    )
    order.completed_at = completed
    touch(session, order, actor, now)
    advance(session, order, "complete", actor, now)
    campaigns().completed(session, _campaign_work(order, completed), actor, now)
    watch().car_changed(session, order.vehicle_id, now)
    claims().take_over(session, order.id, {}, visit=True)
    return order


def _campaign_work(order: RepairOrder, completed: datetime) -> CampaignWork:
    """Return what the visit proves of campaigns."""
    jobs = {
        job.campaign: (job.id, tuple(line.part_number for line in job.parts)) for job in order.jobs if job.campaign
    }  # fmt: skip
    return CampaignWork(
        order.id, order.number, order.vehicle_id, order.dealer_id, completed, order.odometer_km, jobs
    )  # fmt: skip


def _completion(session: Session, order: RepairOrder, wanted: datetime | None) -> datetime | None:
    """Return when the car went back: as a claim at headquarters says, if there is one."""
    claim = at_headquarters(session, order.id)
    if claim is None or claim.completed_at is None:
        return wanted or order.completed_at
    if wanted not in {None, claim.completed_at}:
        raise DomainError.at("completed_at", CLAIMED_FACT, claim=claim.number)
    return claim.completed_at


def reopen_order(
    session: Session, order_id: int, reason: str, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairOrder:
    """Open a completed order again, with a reason that stays in its history.

    The car stays handed back: its record is mended, no day in repair comes to it. Who repairs on
    says so by the moment of the new completion.
    """
    order = locked(session, RepairOrder, order_id, version)
    advance(session, order, "reopen", actor, now, reason=reason)
    order.changed_at, order.changed_by = now, actor.name
    watch().car_changed(session, order.vehicle_id, now)
    return order


def cancel_order(
    session: Session, order_id: int, reason: str, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairOrder:
    """Cancel an open order, with a reason; its number stays taken. An order that is claimed is not cancelled."""
    order = locked(session, RepairOrder, order_id, version)
    for claim in claims().of_order(session, order.id):
        if claim.live:
            raise DomainError.at(None, CLAIMED_ORDER, claim=claim.number)
    advance(session, order, "cancel", actor, now, reason=reason)
    campaigns().given_up(session, order.id, actor, now)
    order.changed_at, order.changed_by = now, actor.name
    watch().car_changed(session, order.vehicle_id, now)
    return order


def extras_of(order: RepairOrder) -> Extras:
    """Return out-call, towing and substitute car of an order as the rules see them."""
    return Extras(
        order.out_call_km, order.out_call_expenses, order.towing_fee, order.substitute, order.substitute_from,
        order.substitute_until, order.substitute_amount, order.special_transport_hours,
        order.battery_transport_hours, order.rescue_hours,
    )  # fmt: skip
