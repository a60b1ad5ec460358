"""What a supplier answers to a line, and when a demand is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO, total

ACCEPTED, PARTLY, REJECTED = "accepted", "partly", "rejected"
OUTCOMES = (ACCEPTED, PARTLY, REJECTED)
REASON_LENGTH = 500


@dataclass(frozen=True)
class Answer:
    """A supplier's answer to one line: yes, yes to an amount in yuan, or no; and why."""

    outcome: str
    amount: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Asked:
    """A line as it stands: what is asked in this round, and what the supplier accepted; None: no answer yet."""

    asked: Decimal
    accepted: Decimal | None = None

    @property
    def open(self) -> bool:
        """Tell whether the supplier still has to answer; a line that asks nothing needs no answer."""
        return self.asked > ZERO and self.accepted is None


def answer_faults(asked: Decimal, answer: Answer) -> tuple[tuple[str, str], ...]:
    """Return what keeps an answer from standing, as (code, field)."""
    faults = []
    if answer.outcome not in OUTCOMES:
        faults.append(("outcome", "outcome"))
    elif answer.outcome == PARTLY and (answer.amount is None or not ZERO < answer.amount < asked):
        faults.append(("between", "amount"))
    elif answer.outcome == ACCEPTED and answer.amount not in (None, asked):
        faults.append(("not_all", "amount"))
    elif answer.outcome == REJECTED and answer.amount not in (None, ZERO):
        faults.append(("not_none", "amount"))
    if answer.outcome in (PARTLY, REJECTED) and not answer.reason.strip():
        faults.append(("reason", "reason"))
    if len(answer.reason.strip()) > REASON_LENGTH:
        faults.append(("long", "reason"))
    return tuple(faults)


def accepted(asked: Decimal, answer: Answer) -> Decimal:
    """Return the yuan that an answer without fault accepts; never above what was asked."""
    amounts = {ACCEPTED: asked, PARTLY: answer.amount, REJECTED: ZERO}
    return amounts[answer.outcome] or ZERO


def outcome_of(asked: Decimal, amount: Decimal) -> str:
    """Return which answer an accepted amount is."""
    return ACCEPTED if amount == asked else PARTLY if amount else REJECTED


@dataclass(frozen=True)
class Sums:
    """A demand's money in yuan, each the sum of its lines; ``accepted`` counts only what is answered."""

    lines: int
    claimed: Decimal
    asked: Decimal
    accepted: Decimal
    open: int

    @property
    def answered(self) -> bool:
        """Tell whether every line that asks for money has its answer."""
        return not self.open


def sums(lines: Iterable[tuple[Decimal, Asked]]) -> Sums:
    """Add up lines, each given by what was reckoned and how it stands."""
    kept = list(lines)
    return Sums(
        len(kept), total(amount for amount, _line in kept), total(line.asked for _amount, line in kept),
        total(line.accepted or ZERO for _amount, line in kept), sum(line.open for _amount, line in kept),
    )  # fmt: skip
