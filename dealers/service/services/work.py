"""What is done on an open repair order: jobs, labour, parts, out-call and substitute car."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.orm import Session

from dealers.service import rules, words
from dealers.service.models import LabourLine, PartLine, RepairJob, RepairOrder
from dealers.service.ports import PartOffer, campaigns, catalogue, claims
from dealers.service.queries import Operation, as_rule, find_operations, labour_rate, operation
from dealers.service.rules import Extras, Labour, PartUse, Problem
from dealers.service.rules.law import LawFacts
from dealers.service.services.orders import editing
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, named
from portal.kernel.money import line_amount

UNKNOWN_LABOUR = N_(
    "No labour operation fits “%(typed)s” for this model. Try its code, a piece of its name or initials."
)
UNKNOWN_PART = N_("No part fits “%(typed)s”. Try its number, a piece of its name or initials.")
SEVERAL = N_("Several fit “%(typed)s”: %(found)s. Please write the code of one.")
CLAIMED_JOB = N_("Claim %(claim)s was made of this job, so the job stays on the order.")
CLAIMED_PAYER = N_("Claim %(claim)s asks the maker to pay this job. Withdraw it before the customer pays.")
NO_RATE = N_("No labour rate is set for this station's grade. Please ask headquarters.")

Line = TypeVar("Line", LabourLine, PartLine)
Offer = TypeVar("Offer", Operation, PartOffer)


@dataclass(frozen=True)
class JobText:
    """What a job says: its three C and how it is classed."""

    concern: str
    cause: str = ""
    correction: str = ""
    component: str = "other"
    failure_mode: str | None = None
    payer: str = rules.WARRANTY
    technician: str | None = None
    campaign: str | None = None  # its number; "" is none, None leaves it as it is
    law: LawFacts | None = None  # None: the answers to the law stay as they are


def add_job(
    session: Session, order_id: int, text: JobText, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairJob:
    """Add a job to an open order."""
    with editing(session, order_id, version, actor, now) as order:
        job = new_job(session, order, text)
        words.refuse(rules.job_problems(as_rule(job)))
    return job


def save_job(
    session: Session, order_id: int, job_id: int, text: JobText, actor: Actor, now: datetime,
    *, version: int | None = None,
) -> RepairJob:  # fmt: skip
    """Change what a job says; another payer brings that payer's part prices."""
    with editing(session, order_id, version, actor, now) as order:
        job = job_of(order, job_id)
        write_job(session, order, job, text)
        words.refuse(rules.job_problems(as_rule(job)))
    return job


def remove_job(
    session: Session, order_id: int, job_id: int, actor: Actor, now: datetime, *, version: int | None = None
) -> None:
    """Remove a job with its lines; the last one stays, an order is about something."""
    with editing(session, order_id, version, actor, now) as order:
        drop_job(session, order, job_id)


def add_labour(
    session: Session, order_id: int, job_id: int, typed: str, actor: Actor, now: datetime,
    *, version: int | None = None, hours: Decimal | None = None,
) -> LabourLine:  # fmt: skip
    """Add the operation that was typed (code, name, initials) at the station's rate of the day."""
    with editing(session, order_id, version, actor, now) as order:
        return new_labour(session, order, job_of(order, job_id), typed, hours)


def change_labour(
    session: Session, order_id: int, line_id: int, hours: Decimal, actor: Actor, now: datetime,
    *, version: int | None = None,
) -> LabourLine:  # fmt: skip
    """Change the hours of a labour line, within the quota where the maker pays."""
    with editing(session, order_id, version, actor, now) as order:
        return write_labour(session, order, line_id, hours)


def add_part(  # noqa: PLR0913  (what a line says, each by its name)
    session: Session, order_id: int, job_id: int, typed: str, actor: Actor, now: datetime,
    *, version: int | None = None, quantity: Decimal = Decimal(1), causal: bool = False,
) -> PartLine:  # fmt: skip
    """Add the part that was typed (number, name, initials) at the payer's price of the day."""
    with editing(session, order_id, version, actor, now) as order:
        line = new_part(session, order, job_of(order, job_id), typed, quantity)
        session.flush()  # the line gets its id here
        if causal:
            mark_causal(line_job(order, line), line.id)
    return line


def change_part(  # noqa: PLR0913  (what a line says, each by its name)
    session: Session, order_id: int, line_id: int, quantity: Decimal, actor: Actor, now: datetime,
    *, version: int | None = None, unit_price: Decimal | None = None, causal: bool | None = None,
) -> PartLine:  # fmt: skip
    """Change quantity, price (only where the customer pays) or the causal mark of a part line."""
    with editing(session, order_id, version, actor, now) as order:
        line = write_part(session, order, line_id, quantity, unit_price)
        job = line_job(order, line)
        if causal is not None:
            mark_causal(job, line.id if causal else None)
    return line


def remove_line(
    session: Session, order_id: int, kind: str, line_id: int, actor: Actor, now: datetime,
    *, version: int | None = None,
) -> None:  # fmt: skip
    """Remove a ``labour`` or ``part`` line."""
    with editing(session, order_id, version, actor, now) as order:
        drop_line(session, order, kind, line_id)


def set_service(
    session: Session, order_id: int, extras: Extras, actor: Actor, now: datetime, *, version: int | None = None
) -> RepairOrder:
    """Record out-call, towing, and the substitute car or compensation of an order."""
    with editing(session, order_id, version, actor, now) as order:
        write_extras(order, extras)
    return order


# --- steps on a loaded order, shared with `save_work` ------------------------------------------


def new_job(session: Session, order: RepairOrder, text: JobText) -> RepairJob:
    """Append a job to a loaded order."""
    position = max((job.position for job in order.jobs), default=0) + 1
    job = RepairJob(
        dealer_id=order.dealer_id, position=position, concern="", cause="", correction="",
        quality_problem=rules.failed(order.type, text.payer),
    )  # fmt: skip
    _write_text(job, text)
    name_campaign(session, order, job, text.campaign)
    order.jobs.append(job)
    return job


def write_job(session: Session, order: RepairOrder, job: RepairJob, text: JobText) -> None:
    """Write a job's text; another payer brings that payer's prices of the day."""
    before = job.payer
    _write_text(job, text)
    name_campaign(session, order, job, text.campaign)
    if job.payer != before:
        _check_payer(session, order, job)
        for line in job.parts:
            offer = catalogue().part_offer(session, line.part_number, local_date(order.received_at))
            if offer is not None:
                line.unit_price = price_for(offer, job.payer)
                line.amount = line_amount(line.quantity, line.unit_price)


def name_campaign(session: Session, order: RepairOrder, job: RepairJob, number: str | None) -> None:
    """Write which campaign a job does: one that the car is due for. Only campaign orders do campaigns."""
    if order.type != rules.CAMPAIGN:
        job.campaign = None
    elif number is not None and (number or None) != job.campaign:
        if number and number not in {one.number for one in campaigns().choices(session, order.vehicle_id, order.id)}:
            words.refuse([Problem("campaign_unknown", f"job-{job.id}-campaign", {"campaign": number})])
        job.campaign = number or None


def _check_payer(session: Session, order: RepairOrder, job: RepairJob) -> None:
    """What the maker was asked to pay, nobody else pays too."""
    for claim in claims().of_order(session, order.id):
        if claim.job_id == job.id and claim.held:
            raise DomainError.at(f"job-{job.id}-payer", CLAIMED_PAYER, claim=claim.number)


def _write_text(job: RepairJob, text: JobText) -> None:
    job.concern, job.cause, job.correction = text.concern.strip(), text.cause.strip(), text.correction.strip()
    job.component = text.component if text.component in words.COMPONENTS else "other"
    job.failure_mode = text.failure_mode if text.failure_mode in words.FAILURE_MODES else None
    job.payer = text.payer if text.payer in words.PAYERS else rules.WARRANTY
    job.technician = (text.technician or "").strip()[:120] or None
    for name, value in () if text.law is None else asdict(text.law).items():
        setattr(job, name, value)


def drop_job(session: Session, order: RepairOrder, job_id: int) -> None:
    """Take a job off a loaded order; one that was ever claimed stays, the claim speaks of it."""
    job = job_of(order, job_id)
    for claim in claims().of_order(session, order.id):
        if claim.job_id == job.id:
            raise DomainError.at(None, CLAIMED_JOB, claim=claim.number)
    if len(order.jobs) == 1:
        raise DomainError.at(None, N_("The last job cannot be removed. Change its text, or cancel the order."))
    order.jobs.remove(job)


def new_labour(
    session: Session, order: RepairOrder, job: RepairJob, typed: str, hours: Decimal | None = None
) -> LabourLine:
    """Append a labour line for what was typed."""
    field = f"job-{job.id}-add_labour"
    model_id = session.get_one(Vehicle, order.vehicle_id).model_id
    found = operation(session, typed, model_id)
    offer = _one([found] if found else find_operations(session, typed, model_id), typed, field, UNKNOWN_LABOUR)
    rate = labour_rate(session, order.dealer_id, local_date(order.received_at))
    if rate is None:
        raise DomainError.at(field, NO_RATE)
    spent = offer.hours if hours is None else hours
    line = LabourLine(
        dealer_id=order.dealer_id, position=_next(job.labour), operation_code=offer.code, name=named(offer),
        hours=spent, rate=rate, amount=line_amount(spent, rate),
    )  # fmt: skip
    words.refuse(rules.labour_problems(Labour("new", spent, rate, offer.hours), job.payer))
    job.labour.append(line)
    if job.component == "other":
        job.component = offer.component
    return line


def write_labour(session: Session, order: RepairOrder, line_id: int, hours: Decimal) -> LabourLine:
    """Write the hours of a labour line, checked against the quota."""
    job, line = _find(order, lambda job: job.labour, line_id)
    if hours == line.hours:
        return line
    offer = operation(session, line.operation_code, session.get_one(Vehicle, order.vehicle_id).model_id)
    words.refuse(
        rules.labour_problems(Labour(str(line.id), hours, line.rate, offer.hours if offer else None), job.payer)
    )
    line.hours, line.amount = hours, line_amount(hours, line.rate)
    return line


def new_part(
    session: Session, order: RepairOrder, job: RepairJob, typed: str, quantity: Decimal = Decimal(1)
) -> PartLine:
    """Append a part line for what was typed."""
    day, field = local_date(order.received_at), f"job-{job.id}-add_part"
    found = catalogue().part_offer(session, typed.strip().upper(), day)
    offers = [found] if found else catalogue().find_parts(session, typed.strip(), day)
    offer = _one(offers, typed, field, UNKNOWN_PART)
    price = price_for(offer, job.payer)
    words.refuse(rules.part_problems(PartUse("new", quantity, price)))
    line = PartLine(
        dealer_id=order.dealer_id, position=_next(job.parts), part_number=offer.number, name=named(offer),
        unit=offer.unit, quantity=quantity, unit_price=price, amount=line_amount(quantity, price),
        supplier=offer.supplier,
    )  # fmt: skip
    job.parts.append(line)
    if job.component == "other":
        job.component = offer.component
    return line


def write_part(
    session: Session, order: RepairOrder, line_id: int, quantity: Decimal, unit_price: Decimal | None
) -> PartLine:
    """Write quantity and price of a part line; what the maker pays has the catalogue's price."""
    del session
    job, line = _find(order, lambda job: job.parts, line_id)
    price = line.unit_price if unit_price is None or job.payer == rules.WARRANTY else unit_price
    words.refuse(rules.part_problems(PartUse(str(line.id), quantity, price)))
    line.quantity, line.unit_price, line.amount = quantity, price, line_amount(quantity, price)
    return line


def drop_line(session: Session, order: RepairOrder, kind: str, line_id: int) -> None:
    """Take a line off a loaded order."""
    if kind == "labour":
        job, labour = _find(order, lambda job: job.labour, line_id)
        job.labour.remove(labour)
    else:
        job, part = _find(order, lambda job: job.parts, line_id)
        job.parts.remove(part)
    session.flush()


def mark_causal(job: RepairJob, line_id: int | None) -> None:
    """Mark the one part of a job that failed first; None marks none."""
    for line in job.parts:
        line.causal = line.id == line_id


def write_extras(order: RepairOrder, extras: Extras) -> None:
    """Write out-call, towing and substitute car; what does not belong to the choice is cleared."""
    words.refuse(rules.extras_problems(extras))
    car, transport = extras.substitute == "car", extras.substitute == "transport"
    order.out_call_km, order.out_call_expenses = extras.out_call_km, extras.out_call_expenses
    order.towing_fee, order.substitute = extras.towing_fee, extras.substitute
    order.substitute_from = extras.substitute_from if car else None
    order.substitute_until = extras.substitute_until if car else None
    order.substitute_amount = extras.substitute_amount if transport else Decimal("0.00")
    for name in rules.EXCLUDED_HOURS:
        setattr(order, name, getattr(extras, name))


def job_of(order: RepairOrder, job_id: int) -> RepairJob:
    """Return a job of a loaded order."""
    for job in order.jobs:
        if job.id == job_id:
            return job
    raise NotFoundError(Fault("This does not exist."))


def line_job(order: RepairOrder, line: PartLine) -> RepairJob:
    """Return the job that a part line stands on."""
    return next(job for job in order.jobs if line in job.parts)


def price_for(offer: PartOffer, payer: str) -> Decimal:
    """Return the price that a payer pays: the maker the warranty price, the customer the retail price."""
    return offer.warranty if payer == rules.WARRANTY else offer.retail


def _find(order: RepairOrder, lines: Callable[[RepairJob], list[Line]], line_id: int) -> tuple[RepairJob, Line]:
    for job in order.jobs:
        for line in lines(job):
            if line.id == line_id:
                return job, line
    raise NotFoundError(Fault("This does not exist."))


def _next(lines: list[Line]) -> int:
    return max((line.position for line in lines), default=0) + 1


def _one(offers: list[Offer], typed: str, field: str, unknown: str) -> Offer:
    """Return the one thing that fits what was typed, or say what does."""
    if len(offers) == 1:
        return offers[0]
    if not offers:
        raise DomainError.at(field, unknown, typed=typed.strip()[:60])
    found = "; ".join(f"{getattr(o, 'code', None) or getattr(o, 'number', '')} {named(o)}" for o in offers)
    raise DomainError.at(field, SEVERAL, typed=typed.strip()[:60], found=found)
