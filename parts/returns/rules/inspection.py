"""What an inspection may find, and what it costs the dealer. Pure."""

from __future__ import annotations

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
