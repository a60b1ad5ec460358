"""Claims made of repair orders, prefilled; and filled again when the order was corrected."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.kept import plain
from portal.kernel.lifecycle import locked
from portal.kernel.numbers import next_number
from warranty.claims.models import Claim, ClaimLine
from warranty.claims.queries.books import book_on
from warranty.claims.queries.prices import dealer_prices, overlaps, quotas, rate_of
from warranty.claims.rules.checks.standing import CLAIM_TYPES
from warranty.claims.rules.money import (
    OUT_CALL,
    SUBSTITUTE,
    TOWING,
    Extras,
    Labour,
    Priced,
    Sublet,
    UsedPart,
    Work,
    price,
    with_overlaps,
)
from warranty.claims.services.load import add_up, locked_claim
from warranty.claims.states import CLAIM

SERIES = "CL"
WARRANTY = "warranty"
#: What a claim takes over from its job and its visit.
FROM_JOB = ("concern", "cause", "correction", "component", "failure_mode", "campaign")
FROM_ORDER = ("received_at", "completed_at", "odometer_km", "vehicle_id", "vin")


def make_claims_from_order(session: Session, order_number: str, actor: Actor, now: datetime) -> list[str]:
    """Make a draft for every warranty job without a live claim; return the numbers of all live claims.

    Pressed twice, the second press makes nothing and returns the same numbers. An order without
    work under warranty is a `DomainError`.
    """
    require(actor, Permission.CLAIM_WRITE)
    key = session.scalar(select(RepairOrder.id).where(RepairOrder.number == order_number))
    if key is None:
        raise NotFoundError(Fault("This does not exist."))
    order = locked(session, RepairOrder, key)
    jobs = [job for job in order.jobs if job.payer == WARRANTY]
    if order.state == "cancelled" or not jobs:
        raise DomainError(Fault(N_("Nothing on this repair order is under warranty, so there is nothing to claim.")))
    live = {
        claim.job_id: claim.number
        for claim in session.scalars(select(Claim).where(Claim.order_id == key, Claim.state != "withdrawn"))
    }
    dealer = session.get_one(Dealer, order.dealer_id)
    for job in jobs:
        if job.id not in live:
            number = next_number(session, SERIES, dealer.code, now)
            session.add(_claim(session, number, order, job, dealer, now))
            live[job.id] = number
    session.flush()
    return [live[job.id] for job in jobs]


def refill_claim(session: Session, number: str, actor: Actor, expected_version: int | None = None) -> Claim:
    """Take the repair order's words, lines and prices over again, in place of what was edited."""
    require(actor, Permission.CLAIM_WRITE)
    order_id = session.scalar(select(Claim.order_id).where(Claim.number == number))
    if order_id is None:
        raise NotFoundError(Fault("This does not exist."))
    order = locked(session, RepairOrder, order_id)  # before its claim, as the counter does: no deadlock
    claim = locked_claim(session, number, expected_version)
    if not CLAIM.can(claim.state, "submit"):
        raise ConflictError(Fault(N_("This claim is with headquarters and cannot be changed now.")))
    job = next((job for job in order.jobs if job.id == claim.job_id), None)
    if job is None:
        raise DomainError(Fault(N_("The job of this claim is no longer on the repair order. Withdraw the claim.")))
    dealer = session.get_one(Dealer, claim.dealer_id)
    claim.lines.clear()
    session.flush()  # the old positions must be gone before new lines take them
    _fill(session, claim, order, job, dealer)
    session.flush()
    return claim


def _claim(
    session: Session, number: str, order: RepairOrder, job: RepairJob, dealer: Dealer, now: datetime
) -> Claim:  # fmt: skip
    claim = Claim(
        number=number, dealer_id=order.dealer_id, order_id=order.id, job_id=job.id, version=0, created_at=now,
        type=CLAIM_TYPES.get(order.type, ("repair",))[0],
    )  # fmt: skip
    _fill(session, claim, order, job, dealer)
    return claim


def _fill(session: Session, claim: Claim, order: RepairOrder, job: RepairJob, dealer: Dealer) -> None:
    for name in FROM_JOB:
        setattr(claim, name, getattr(job, name))
    for name in FROM_ORDER:
        setattr(claim, name, getattr(order, name))
    fill_causal(claim, job)
    fill_lines(claim, price_job(session, claim, order, job, dealer))
    add_up(claim)


def fill_causal(claim: Claim, job: RepairJob) -> None:
    """Write which part failed first, who made it, and whether it must come back."""
    causal = [part for part in job.parts if part.causal]
    claim.causal_part = causal[0].part_number if len(causal) == 1 else None
    claim.causal_supplier = causal[0].supplier if len(causal) == 1 else None
    claim.old_part_due = bool(causal)


def fill_lines(claim: Claim, priced: tuple[Priced, ...]) -> None:
    """Append the lines of a claim as they were priced."""
    for position, line in enumerate(priced, start=1):
        claim.lines.append(
            ClaimLine(
                dealer_id=claim.dealer_id, position=position, kind=line.kind, code=line.code, name=line.name,
                quantity=line.quantity, unit_price=line.unit_price, causal=line.causal, applied=line.applied,
                reckoning=plain(line.reckoning),
            )
        )  # fmt: skip


def price_job(session: Session, claim: Claim, order: RepairOrder, job: RepairJob, dealer: Dealer) -> tuple[Priced, ...]:
    """Price a job of a visit for its claim, at the quotas, the rate and the prices of the day."""
    return _price(session, order, job, dealer, _extras(session, claim, order, job))


def estimate(session: Session, order: RepairOrder, job: RepairJob) -> tuple[Priced, ...]:
    """Price a job as its claim would be, before there is one; what the visit costs beside is left out."""
    return _price(session, order, job, session.get_one(Dealer, order.dealer_id), Extras())


def _price(session: Session, order: RepairOrder, job: RepairJob, dealer: Dealer, extras: Extras) -> tuple[Priced, ...]:
    day = local_date(order.completed_at or order.received_at)
    work = Work(
        _labour(session, order, job, dealer, day), _parts(session, job, day),
        [Sublet(line.name, line.vendor, line.invoice_no, line.amount) for line in job.sublets], extras,
    )  # fmt: skip
    return price(work, book_on(session, day).rates)


def _labour(session: Session, order: RepairOrder, job: RepairJob, dealer: Dealer, day: date) -> tuple[Labour, ...]:
    """Return the work of a job at quota and rate, less what other work of the visit contains."""
    codes = [line.operation_code for line in job.labour]
    done = [line.operation_code for one in order.jobs if one.payer == WARRANTY for line in one.labour]
    hours, rate = quotas(session, codes, order.vehicle_id), rate_of(session, dealer.grade, day)
    work = [
        Labour(
            line.operation_code, line.name, line.hours, hours.get(line.operation_code),
            line.rate if rate is None else rate.amount, None, dealer.grade, None if rate is None else rate.since,
        )
        for line in job.labour
    ]  # fmt: skip
    return with_overlaps(work, overlaps(session, done, codes) if len(done) > 1 else ())


def _parts(session: Session, job: RepairJob, day: date) -> list[UsedPart]:
    prices = dealer_prices(session, [line.part_number for line in job.parts], day)
    return [
        UsedPart(line.part_number, line.name, line.quantity, price, line.causal, since)
        for line in job.parts
        for price, since in (prices.get(line.part_number) or (None, None),)
    ]


def _extras(session: Session, claim: Claim, order: RepairOrder, job: RepairJob) -> Extras:
    """What the visit cost beside goes with one claim: its first warranty job's, unless another has it already."""
    first = next((one for one in order.jobs if one.payer == WARRANTY), None)
    if job is not first or _asked_elsewhere(session, claim, order):
        return Extras()
    return Extras(
        order.out_call_km, order.out_call_expenses, order.towing_fee, order.substitute_amount, order.substitute_from,
        order.substitute_until or (order.completed_at if order.substitute_from else None),
    )  # fmt: skip


def _asked_elsewhere(session: Session, claim: Claim, order: RepairOrder) -> bool:
    """Tell whether another claim of the visit that was not withdrawn asks for what it cost beside."""
    others = (
        select(ClaimLine.id)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.order_id == order.id, Claim.number != claim.number, Claim.state != "withdrawn",
            ClaimLine.kind.in_((OUT_CALL, TOWING, SUBSTITUTE)),
        )
    )  # fmt: skip
    with session.no_autoflush:
        return session.scalar(others.limit(1)) is not None
