"""What was claimed of a repair order: the answers to the counter (`dealers.service.ports.Claims`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.ports import Claimed
from portal.kernel.clock import local_date
from warranty.claims.models import Claim
from warranty.claims.queries.books import book_on
from warranty.claims.rules.mending import Entered, lower
from warranty.claims.rules.money import HANDLING, Priced
from warranty.claims.services.load import add_up
from warranty.claims.services.make import FROM_JOB, FROM_ORDER, fill_causal, fill_lines, price_job
from warranty.claims.states import CLAIM, GRANTED, WITH_HEADQUARTERS

#: Headquarters has a claim in these states, or pays it: the order may not say otherwise.
BINDING = frozenset({*WITH_HEADQUARTERS, *GRANTED})


class OrderClaims:
    """Reads and fills the claims of an order, in the caller's scope."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Return the claims made of an order's jobs, and what each of them means for the order."""
        rows = session.execute(
            select(Claim.job_id, Claim.number, Claim.state, Claim.completed_at)
            .where(Claim.order_id == order_id)
            .order_by(Claim.id)
        )
        return [
            Claimed(
                row.job_id, row.number, row.state != "withdrawn", CLAIM.can(row.state, "submit"), row.state in BINDING,
                row.completed_at,
            )
            for row in rows
        ]  # fmt: skip

    def take_over(self, session: Session, order_id: int, jobs: Mapping[int, frozenset[str]], *, visit: bool) -> None:
        """Write what was changed into the claims that the dealer holds; what nobody changed stays as it was typed."""
        made = session.scalars(select(Claim).where(Claim.order_id == order_id).order_by(Claim.id)).all()
        held = [claim for claim in made if CLAIM.can(claim.state, "submit")]
        if not held:
            return
        order = session.get_one(RepairOrder, order_id)
        for claim in held:
            job = next((job for job in order.jobs if job.id == claim.job_id), None)
            changed = jobs.get(claim.job_id, frozenset())
            if job is not None and (visit or changed):
                _take_over(session, claim, order, job, changed)
        session.flush()


def _take_over(session: Session, claim: Claim, order: RepairOrder, job: RepairJob, changed: frozenset[str]) -> None:
    for name in FROM_JOB:
        if name in changed:
            setattr(claim, name, getattr(job, name))
    for name in FROM_ORDER:
        setattr(claim, name, getattr(order, name))
    fill_causal(claim, job)
    priced = price_job(session, claim, order, job, session.get_one(Dealer, claim.dealer_id))
    if [_key(line) for line in priced] != [_key(line) for line in claim.lines]:
        _replace(session, claim, priced)
    add_up(claim)


def _replace(session: Session, claim: Claim, priced: tuple[Priced, ...]) -> None:
    """Put new lines in the place of the old; what was lowered on a line that stays, stays lowered."""
    before = {_key(line): line.applied for line in claim.lines}
    claim.lines.clear()
    session.flush()  # the old positions must be gone before new lines take them
    fill_lines(claim, priced)
    entered = [Entered(line.position, line.kind, line.quantity, line.unit_price, line.applied) for line in claim.lines]
    lowered = {
        line.position: before[_key(line)] for line in claim.lines if line.kind != HANDLING and _key(line) in before
    }
    book = book_on(session, local_date(claim.completed_at or claim.received_at))
    amounts, _faults = lower(entered, lowered, book.rates)
    for line, amount in zip(claim.lines, amounts, strict=True):
        line.applied = amount


def _key(line: object) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in ("kind", "code", "quantity", "unit_price", "causal"))
