"""Sublet work on an open repair order: what another workshop did, with its invoice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.service import words
from dealers.service.models import RepairJob, RepairOrder, SubletLine
from dealers.service.rules.base import Problem
from dealers.service.rules.sublet import SubletUse, sublet_problems
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.money import ZERO


@dataclass(frozen=True)
class SubletEdit:
    """A line of sublet work on the page; yuan before tax."""

    id: int
    name: str
    vendor: str = ""
    invoice_no: str = ""
    amount: Decimal = ZERO


def new_sublet(job: RepairJob, name: str) -> SubletLine:
    """Append a line for work that another workshop does; its invoice is written in when it comes."""
    place = f"job-{job.id}-add_sublet"
    words.refuse(Problem(problem.code, place, problem.facts) for problem in sublet_problems(SubletUse("new", name)))
    position = max((line.position for line in job.sublets), default=0) + 1
    line = SubletLine(
        dealer_id=job.dealer_id, position=position, name=name.strip(), vendor="", invoice_no="", amount=ZERO
    )
    job.sublets.append(line)
    return line


def write_sublet(order: RepairOrder, edit: SubletEdit) -> None:
    """Write a line as it stands on the page."""
    _job, line = sublet_of(order, edit.id)
    number = edit.invoice_no.replace(" ", "")
    words.refuse(sublet_problems(SubletUse(str(line.id), edit.name, edit.vendor, number, edit.amount)))
    line.name, line.vendor, line.invoice_no = edit.name.strip(), edit.vendor.strip(), number
    line.amount = edit.amount


def drop_sublet(session: Session, order: RepairOrder, line_id: int) -> None:
    """Take a line off a loaded order."""
    job, line = sublet_of(order, line_id)
    job.sublets.remove(line)
    session.flush()


def sublet_of(order: RepairOrder, line_id: int) -> tuple[RepairJob, SubletLine]:
    """Return a line of a loaded order, with its job."""
    for job in order.jobs:
        for line in job.sublets:
            if line.id == line_id:
                return job, line
    raise NotFoundError(Fault("This does not exist."))
