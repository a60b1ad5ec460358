"""Make demands to suppliers out of approved claims, each line of a claim once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked
from portal.kernel.money import ZERO
from portal.kernel.numbers import next_number
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.contracts import contracts_of, used_of
from warranty.recovery.queries.costs import Period, costs_in, costs_of, queues_of
from warranty.recovery.queries.recoveries import lines_of, sums_of
from warranty.recovery.rules.reckoning import Demand, asking, claimed, reckon
from warranty.recovery.services.contracts import lock_supplier

SERIES = "RV"
#: Claims of one demand: its papers stay short enough to be read, mailed and printed.
MOST_CLAIMS = 100


@dataclass(frozen=True)
class Made:
    """A demand that was made."""

    number: str
    claims: int
    claimed: Decimal


def check_period(period: Period, now: datetime) -> None:
    """Refuse days in the wrong order, too far away, or not over: today's claims are still being decided."""
    days = (("first_on", period.first), ("last_on", period.last))
    faults = [Fault(N_("This day is too far away."), name) for name, day in days if not known_day(day)]
    if period.last < period.first:
        faults.append(Fault(N_("The last day is before the first one."), "last_on"))
    if not faults and period.last > local_date(now):
        faults.append(Fault(N_("This day is still to come."), "last_on"))
    if faults:
        raise DomainError(*faults)


def recover_supplier(
    session: Session, supplier_id: int, period: Period, actor: Actor, now: datetime, *, most: int = MOST_CLAIMS,
    queue: list[int] | None = None,
) -> Made | None:  # fmt: skip
    """Make one demand of what waits for a supplier; None when nothing does, or nothing can be asked: caps are used up.

    The earliest claims come first, ``most`` of them; the next call takes the following ones. Two runs at once
    take turns on the supplier, so the second finds what the first left. ``queue`` is the supplier's of
    `queues_of`: what was reckoned leaves it, so that the next call need not begin at the first claim again.
    """
    require(actor, Permission.RECOVERY_EDIT)
    check_period(period, now)
    supplier = lock_supplier(session, supplier_id)
    waiting = queues_of(session, period, (supplier_id,)).get(supplier_id, []) if queue is None else queue
    demands, decided_on = _next_claims(session, supplier_id, period, waiting, most)
    if not demands:
        return None
    amount = claimed(demands)
    recovery = Recovery(
        number=next_number(session, SERIES, supplier.code, now), supplier_id=supplier_id, first_on=period.first,
        last_on=period.last, claims=len({one.cost.claim for one in demands}), claimed=amount, asked=amount,
        made_at=now, made_by=actor.name,
    )  # fmt: skip
    session.add(recovery)
    session.flush()
    session.execute(insert(RecoveryLine), _rows(recovery.id, demands, decided_on))
    return Made(recovery.number, recovery.claims, amount)


def reckon_anew(
    session: Session, recovery_id: int, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Reckon a demand that was not sent yet anew: of what headquarters bears by now, under the contracts of now.

    Less that was asked for a line by hand stays. Claims that bring nothing any more leave the demand.
    """
    del now  # nothing of it has a day of its own
    require(actor, Permission.RECOVERY_EDIT)
    lock_supplier(session, session.get_one(Recovery, recovery_id).supplier_id)
    recovery = locked(session, Recovery, recovery_id, version)
    if recovery.state != "draft":
        raise ConflictError(Fault(N_("A demand is reckoned anew only before it is sent.")))
    costs, contracts = costs_in(session, recovery.id), contracts_of(session, recovery.supplier_id)
    demands = asking(reckon(costs.costs, contracts, used_of(session, recovery.supplier_id, without=recovery.id)))
    if not demands:
        raise DomainError.at(None, N_("Nothing remains to be asked for: withdraw the demand."))
    lowered = {one.claim_line_id: one for one in lines_of(session, recovery.id) if one.lowered_why}
    rows = _rows(recovery.id, demands, costs.decided_on)
    for row in rows:
        by_hand = lowered.get(row["claim_line_id"])
        row["asked"] = row["amount"] if by_hand is None else min(row["amount"], by_hand.asked)
        row["lowered_why"] = None if by_hand is None else by_hand.lowered_why
    session.execute(delete(RecoveryLine).where(RecoveryLine.recovery_id == recovery.id))
    session.execute(insert(RecoveryLine), rows)
    summed = sums_of(lines_of(session, recovery.id))
    recovery.claims, recovery.claimed = len({one.cost.claim for one in demands}), claimed(demands)
    recovery.asked = summed.asked
    session.flush()
    return recovery


def _next_claims(
    session: Session, supplier_id: int, period: Period, queue: list[int], most: int
) -> tuple[list[Demand], dict[int, date]]:
    """Take the next claims that bring something off the queue, ``most`` of them; return the days of decision, too.

    Slice by slice, each reckoned after what the one before it used of the caps: it comes to the same as at once.
    """
    contracts, used = contracts_of(session, supplier_id), used_of(session, supplier_id)
    taken: list[Demand] = []
    decided_on: dict[int, date] = {}
    while queue and (room := most - len({one.cost.claim for one in taken})):
        some = queue[:most]
        found = costs_of(session, supplier_id, period, some)
        bringing = asking(reckon(found.costs, contracts, used))
        kept = _first_claims(bringing, room)
        del queue[: len(some) if len(kept) == len(bringing) else some.index(kept[-1].cost.claim) + 1]
        for one in kept:
            used[one.contract.id, one.year] = used.get((one.contract.id, one.year), ZERO) + one.amount
        taken += kept
        decided_on |= found.decided_on
    return taken, decided_on


def _first_claims(demands: Sequence[Demand], most: int) -> list[Demand]:
    """Keep the demands of the first claims; those of a claim stand together."""
    seen: set[int] = set()

    def fits(one: Demand) -> bool:
        seen.add(one.cost.claim)
        return len(seen) <= most

    return list(takewhile(fits, demands))


def _rows(recovery_id: int, demands: Sequence[Demand], decided_on: Mapping[int, date]) -> list[dict[str, Any]]:
    return [
        {
            "recovery_id": recovery_id, "position": position, "claim_id": one.cost.claim,
            "claim_line_id": one.cost.line, "contract_id": one.contract.id, "year": one.year, "kind": one.cost.kind,
            "part": one.cost.part, "decided_on": decided_on[one.cost.claim], "done_on": one.cost.done_on,
            "basis": one.cost.amount, "charged_back": one.cost.charged_back, "share": one.share,
            "wanted": one.wanted, "cut_claim": one.cut_claim,
            "cut_year": one.cut_year, "amount": one.amount, "asked": one.amount, "live": True,
        }
        for position, one in enumerate(demands, start=1)
    ]  # fmt: skip
