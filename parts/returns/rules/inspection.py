"""What an inspection may find, and what it costs the dealer. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from portal.kernel.money import LIMIT, ZERO

OK, MISSING = "ok", "missing"
#: What headquarters finds: all but the first take back what the claim paid for the part.
OUTCOMES = (OK, "wrong_part", "no_fault", MISSING, "not_genuine", "not_causal", "damaged", "no_label")
#: Days after a deduction in which its dealer may dispute it, and in which the part stays to be looked at again.
#: The portal's own rule: no law names a number.
DISPUTE_DAYS = 30


def step_of(outcome: str) -> str:
    """Return the step of the old part's life that an outcome is; raises ``ValueError`` for an unknown one."""
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome of an inspection: {outcome!r}")
    return "accept" if outcome == OK else "miss" if outcome == MISSING else "deduct"


def deduction(outcome: str, cost: Decimal, asked: Decimal | None) -> Decimal:
    """Return the yuan to deduct: nothing for a good part, else the part's approved amount, or less where asked."""
    if outcome == OK:
        return ZERO
    return cost if asked is None else asked


def inspection_faults(outcome: str, cost: Decimal, asked: Decimal | None, note: str) -> list[tuple[str, str]]:
    """Return what keeps a finding from standing, as (code, field): less than the whole amount needs a reason."""
    faults = []
    if outcome not in OUTCOMES:
        faults.append(("outcome", "outcome"))
    elif outcome == OK and asked:
        faults.append(("ok_costs", "amount"))
    elif asked is not None and not ZERO <= asked <= min(cost, LIMIT):
        faults.append(("amount", "amount"))
    elif asked is not None and outcome != OK and asked < cost and not note.strip():
        faults.append(("reason_lower", "note"))
    return faults


def dispute_until(day: date) -> date:
    """Return the last day, itself included, on which a deduction made on ``day`` may be disputed."""
    return day + timedelta(days=DISPUTE_DAYS)


def disputable_since(today: date) -> date:
    """Return the earliest day whose deductions may still be disputed: `dispute_until`, read backwards."""
    return today - timedelta(days=DISPUTE_DAYS)


def uncovered(found: Decimal, taken: Decimal) -> Decimal | None:
    """Return the yuan of a finding that its claim had nothing left for; None where all of it was taken."""
    return found - taken if taken < found else None


def shared_out(parts: Iterable[tuple[str, Decimal, Decimal | None]]) -> list[Decimal]:
    """Return what each of some parts will cost, given its claim, its cost, and what is left of the claim.

    Those of one claim together cost no more than is left of it, the first the most; None: nothing bounds it.
    """
    rest: dict[str, Decimal] = {}
    taken = []
    for claim, cost, left in parts:
        amount = cost if left is None else min(cost, rest.setdefault(claim, left))
        if left is not None:
            rest[claim] -= amount
        taken.append(amount)
    return taken


def digest(numbers: Iterable[str]) -> str:
    """Return what tells some parts from any others, in whatever order they are read: what a page says it showed."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()[:32]
