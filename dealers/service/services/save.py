"""Saving the page of an order: everything typed on it at once, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlalchemy.orm import Session

from dealers.service import rules, words
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.queries import as_rule, last_reading
from dealers.service.rules import Extras, Problem
from dealers.service.rules.law import law_problems
from dealers.service.services.orders import editing, read_meter
from dealers.service.services.sublet import SubletEdit, drop_sublet, new_sublet, write_sublet
from dealers.service.services.work import (
    JobText,
    drop_job,
    drop_line,
    job_of,
    mark_causal,
    new_job,
    new_labour,
    new_part,
    write_extras,
    write_job,
    write_labour,
    write_part,
)
from dealers.vehicles.ports import watch
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault

Step = Callable[[], object]


@dataclass(frozen=True)
class Head:
    """The head of an order as its page shows it for correction."""

    type: str
    received_at: datetime | None
    promised_at: datetime | None
    odometer_km: int | None
    presenter_name: str
    presenter_phone: str
    owner_name: str
    owner_phone: str
    plate: str = ""
    note: str = ""
    meter_replaced: bool = False
    odometer_acknowledged: bool = False


@dataclass(frozen=True)
class JobEdit:
    """A job on the page: its text, its causal part line, and what shall be added to it."""

    id: int
    text: JobText
    causal: int | None = None
    add_labour: str = ""
    add_part: str = ""
    add_sublet: str = ""


@dataclass(frozen=True)
class LabourEdit:
    """A labour line on the page."""

    id: int
    hours: Decimal


@dataclass(frozen=True)
class PartEdit:
    """A part line on the page; ``unit_price`` None leaves the price."""

    id: int
    quantity: Decimal
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Work:
    """All that the page of an order says. ``remove``: (``job`` | ``labour`` | ``part`` | ``sublet``, id)."""

    head: Head | None = None
    extras: Extras | None = None
    jobs: tuple[JobEdit, ...] = ()
    labour: tuple[LabourEdit, ...] = ()
    parts: tuple[PartEdit, ...] = ()
    sublets: tuple[SubletEdit, ...] = ()
    remove: tuple[str, int] | None = None
    new_concern: str = ""


def save_work(
    session: Session, order_id: int, work: Work, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairOrder:
    """Save the page of an open order: changes first, then what is removed, then what is added.

    Every fault is told, not only the first; with one fault nothing is kept (the caller rolls back).
    """
    with editing(session, order_id, version, actor, now) as order:
        with session.no_autoflush:  # nothing reaches the database before the rules have seen it
            _collect(_changes(session, order, work, now))
        if work.remove is not None:
            kind, key = work.remove
            if kind == "job":
                drop_job(session, order, key)
            elif kind == "sublet":
                drop_sublet(session, order, key)
            else:
                drop_line(session, order, kind, key)
        _collect(_additions(session, order, work))
    return order


def save_head(session: Session, order: RepairOrder, head: Head, now: datetime) -> None:
    """Correct the head of a loaded, open order; a corrected odometer corrects the car's history."""
    last = last_reading(session, order.vehicle_id, but=order.number)
    problems = list(_head_problems(order, head, last, now))
    words.refuse(problems)
    assert head.received_at is not None  # noqa: S101  (required, checked above)
    assert head.odometer_km is not None  # noqa: S101
    read = (head.odometer_km, head.meter_replaced, head.received_at)
    changed = read != (order.odometer_km, order.meter_replaced, order.received_at)
    order.type, order.promised_at = head.type, head.promised_at
    order.odometer_km, order.meter_replaced, order.received_at = read
    order.presenter_name, order.presenter_phone = head.presenter_name.strip(), head.presenter_phone.strip()
    order.owner_name = head.owner_name.strip() or order.presenter_name
    order.owner_phone = head.owner_phone.strip()
    order.plate, order.note = head.plate.strip().upper() or None, head.note.strip() or None
    if changed:
        read_meter(session, order)


def _head_problems(
    order: RepairOrder, head: Head, last: rules.Reading | None, now: datetime
) -> list[Problem]:  # fmt: skip
    opening = rules.Opening(
        order.vin, head.type, head.odometer_km, head.received_at, head.promised_at, head.presenter_name,
        head.presenter_phone, "-", head.owner_name, head.owner_phone, head.plate, head.note, head.meter_replaced,
        head.odometer_acknowledged,
    )  # fmt: skip
    day = local_date(head.received_at or now)
    problems = rules.opening_problems(opening, last, day, now)
    unchanged = head.odometer_km == order.odometer_km
    return [p for p in problems if not (unchanged and p.code in {"odometer_low", "odometer_jump"})]


def _changes(session: Session, order: RepairOrder, work: Work, now: datetime) -> list[Step]:
    steps: list[Step] = []
    if work.head is not None:
        steps.append(partial(save_head, session, order, work.head, now))
    steps += [partial(_save_job, session, order, edit) for edit in work.jobs]
    if any(edit.text.law for edit in work.jobs):
        steps.append(partial(_check_law, session, order, work, now))
    steps += [partial(write_labour, session, order, edit.id, edit.hours) for edit in work.labour]
    steps += [partial(write_part, session, order, edit.id, edit.quantity, edit.unit_price) for edit in work.parts]
    steps += [partial(write_sublet, order, edit) for edit in work.sublets]
    steps += [partial(_check_job, job) for job in order.jobs]
    if work.extras is not None:
        steps.append(partial(write_extras, order, work.extras))
    return steps


def _save_job(session: Session, order: RepairOrder, edit: JobEdit) -> None:
    job = job_of(order, edit.id)
    write_job(session, order, job, edit.text)
    mark_causal(job, edit.causal)


def _check_law(session: Session, order: RepairOrder, work: Work, now: datetime) -> None:
    choices = watch().choices(session, order.vehicle_id, order.number, now)
    words.refuse(
        problem
        for edit in work.jobs
        if edit.text.law is not None
        for problem in law_problems(
            f"job-{edit.id}", job_of(order, edit.id).component, edit.text.law, choices.main_parts, choices.earlier
        )
    )


def _check_job(job: RepairJob) -> None:
    words.refuse(rules.job_problems(as_rule(job)))


def _additions(session: Session, order: RepairOrder, work: Work) -> list[Step]:
    jobs = {job.id: job for job in order.jobs}
    steps: list[Step] = []
    for edit in work.jobs:
        job = jobs.get(edit.id)
        if job is not None and edit.add_labour.strip():
            steps.append(partial(new_labour, session, order, job, edit.add_labour))
        if job is not None and edit.add_part.strip():
            steps.append(partial(new_part, session, order, job, edit.add_part))
        if job is not None and edit.add_sublet.strip():
            steps.append(partial(new_sublet, job, edit.add_sublet))
    if work.new_concern.strip():
        steps.append(
            partial(_add_job, session, order, JobText(work.new_concern, payer=rules.default_payer(order.type)))
        )
    return steps


def _add_job(session: Session, order: RepairOrder, text: JobText) -> None:
    _check_job(new_job(session, order, text))


def _collect(steps: list[Step]) -> None:
    """Take all steps; raise every fault they found together, each once."""
    found: list[Fault] = []
    for step in steps:
        try:
            step()
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            found += [fault for fault in error.faults if fault not in found]
    if found:
        raise DomainError(*found)
