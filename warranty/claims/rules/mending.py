"""What a dealer may change on a claim: amounts go down, never up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO, line_amount
from warranty.claims.rules.decision import Refusal
from warranty.claims.rules.money import HANDLING, Rates, follow_parts


@dataclass(frozen=True)
class Entered:
    """A line as it was priced."""

    position: int
    kind: str
    quantity: Decimal
    unit_price: Decimal
    applied: Decimal


def lower(
    lines: Sequence[Entered], wanted: Mapping[int, Decimal], rates: Rates
) -> tuple[tuple[Decimal, ...], tuple[Refusal, ...]]:
    """Return the new amounts of all lines; or the faults, and the amounts as they were.

    The handling fee starts from what it was priced at: a part that was lowered by mistake and put back
    brings its fee back too.
    """
    amounts, faults = [], []
    for line in lines:
        before = line_amount(line.quantity, line.unit_price) if line.kind == HANDLING else line.applied
        amount = wanted.get(line.position, before)
        if amount < ZERO:
            faults.append(Refusal("negative", line.position, "applied"))
        elif amount > line_amount(line.quantity, line.unit_price):
            faults.append(Refusal("above_priced", line.position, "applied"))
        amounts.append(amount)
    if faults:
        return tuple(line.applied for line in lines), tuple(faults)
    return follow_parts([(line.kind, amount) for line, amount in zip(lines, amounts, strict=True)], rates), ()
