"""What claims rest on: what the maker was asked to pay does not change behind the claim's back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealers.service.models import RepairJob, RepairOrder
from dealers.service.ports import Claimed, claims
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_

CLAIMED_WORK = N_(
    "Claim %(claim)s rests on this job and is with headquarters: its words, lines, causal part and payer stay as they "
    "are. They can be changed when the claim comes back."
)
CLAIMED_FACT = N_(
    "Claim %(claim)s rests on this and is with headquarters: it can be changed when the claim comes back."
)
CLAIMED_PHOTO = N_("Claim %(claim)s is with headquarters: photos can be added, but not removed.")

#: What a claim takes over from its visit and from its job, by the names of the page's fields.
VISIT = (
    "type", "received_at", "completed_at", "odometer_km", "meter_replaced", "out_call_km", "out_call_expenses",
    "towing_fee", "substitute", "substitute_from", "substitute_until", "substitute_amount",
)  # fmt: skip
WORDS = ("concern", "cause", "correction", "component", "failure_mode", "payer", "campaign")
LINES: Mapping[str, Callable[[RepairJob], object]] = {
    "labour": lambda job: [(line.operation_code, line.hours, line.rate) for line in job.labour],
    "parts": lambda job: [(line.part_number, line.quantity, line.unit_price, line.causal) for line in job.parts],
    "sublets": lambda job: [(line.name, line.vendor, line.invoice_no, line.amount) for line in job.sublets],
}


@dataclass(frozen=True)
class Seen:
    """What claims may rest on, as it stood when an order was loaded."""

    visit: Mapping[str, Any]
    jobs: Mapping[int, Mapping[str, Any]]


def seen(order: RepairOrder) -> Seen:
    """Note what claims may rest on, before anything is changed."""
    return Seen({name: getattr(order, name) for name in VISIT}, {job.id: _job(job) for job in order.jobs})


def _job(job: RepairJob) -> dict[str, Any]:
    return {
        **{name: getattr(job, name) for name in WORDS},
        **{name: read(job) for name, read in LINES.items()},
    }


def keep_in_step(session: Session, order: RepairOrder, before: Seen) -> None:
    """Refuse what would part an order from a claim at headquarters; claims still here take changes over."""
    after = seen(order)
    visit = _differences(before.visit, after.visit)
    jobs = {
        key: changed for key, job in after.jobs.items() if (changed := _differences(before.jobs.get(key, job), job))
    }  # fmt: skip
    if not visit and not jobs:
        return
    faults = list(_faults(claims().of_order(session, order.id), visit, jobs))
    if faults:
        raise DomainError(*faults)
    session.flush()
    claims().take_over(session, order.id, jobs, visit=bool(visit))


def at_headquarters(session: Session, order_id: int) -> Claimed | None:
    """Return the first claim of an order that headquarters has or has decided to pay."""
    return next((claim for claim in claims().of_order(session, order_id) if claim.binds), None)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in after.items() if before[name] != value)


def _faults(made: list[Claimed], visit: frozenset[str], jobs: Mapping[int, frozenset[str]]) -> Iterator[Fault]:
    binding = [claim for claim in made if claim.binds]
    for claim in binding[:1]:
        for name in VISIT:
            if name in visit:
                yield Fault(CLAIMED_FACT, name, {"claim": claim.number})
    for claim in binding:
        if claim.job_id in jobs:
            yield Fault(CLAIMED_WORK, f"job-{claim.job_id}-claimed", {"claim": claim.number})
