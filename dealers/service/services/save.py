"""Saving the page of an order: everything typed on it at once, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.service import rules, words
from dealers.service.models import RepairOrder
from dealers.service.queries import as_rule, last_reading
from dealers.service.rules import Extras, Odometer, Problem
from dealers.service.services.orders import editable, read_meter, touch
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
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault


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
    """All that the page of an order says. ``remove``: (``job`` | ``labour`` | ``part``, id)."""

    head: Head | None = None
    extras: Extras | None = None
    jobs: tuple[JobEdit, ...] = ()
    labour: tuple[LabourEdit, ...] = ()
    parts: tuple[PartEdit, ...] = ()
    remove: tuple[str, int] | None = None
    new_concern: str = ""


def save_work(
    session: Session, order_id: int, work: Work, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairOrder:
    """Save the page of an open order: changes first, then what is removed, then what is added.

    Every fault is told, not only the first; with one fault nothing is kept (the caller rolls back).
    """
    order = editable(session, order_id, version, actor)
    with session.no_autoflush:  # nothing reaches the database before the rules have seen it
        _collect(_changes(session, order, work, now))
    if work.remove is not None:
        kind, key = work.remove
        if kind == "job":
            drop_job(order, key)
        else:
            drop_line(session, order, kind, key)
    _collect(_additions(session, order, work))
    touch(session, order, actor, now)
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


def _changes(session: Session, order: RepairOrder, work: Work, now: datetime) -> list[Callable[[], object]]:
    steps: list[Callable[[], object]] = []
    if work.head is not None:
        head = work.head
        steps.append(lambda: save_head(session, order, head, now))
    for edit in work.jobs:
        steps.append(lambda edit=edit: write_job(session, order, job_of(order, edit.id), edit.text))  # type: ignore[misc]
    for labour in work.labour:
        steps.append(lambda labour=labour: write_labour(session, order, labour.id, labour.hours))  # type: ignore[misc]
    for part in work.parts:
        steps.append(lambda part=part: write_part(session, order, part.id, part.quantity, part.unit_price))  # type: ignore[misc]
    for edit in work.jobs:
        steps.append(lambda edit=edit: mark_causal(job_of(order, edit.id), edit.causal))  # type: ignore[misc]
    steps += [lambda job=job: words.refuse(rules.job_problems(as_rule(job))) for job in order.jobs]  # type: ignore[misc]
    if work.extras is not None:
        extras = work.extras
        steps.append(lambda: write_extras(order, extras))
    return steps


def _additions(session: Session, order: RepairOrder, work: Work) -> list[Callable[[], object]]:
    present = {job.id for job in order.jobs}
    steps: list[Callable[[], object]] = []
    for edit in work.jobs:
        if edit.id not in present:
            continue
        if edit.add_labour.strip():
            steps.append(lambda edit=edit: new_labour(session, order, job_of(order, edit.id), edit.add_labour))  # type: ignore[misc]
        if edit.add_part.strip():
            steps.append(lambda edit=edit: new_part(session, order, job_of(order, edit.id), edit.add_part))  # type: ignore[misc]
    if work.new_concern.strip():
        text = JobText(work.new_concern, payer=rules.default_payer(order.type))
        steps.append(lambda: words.refuse(rules.job_problems(as_rule(new_job(order, text)))))
    return steps


def _collect(steps: list[Callable[[], object]]) -> None:
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
