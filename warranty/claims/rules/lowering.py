"""Keeps a reckoning true where less is asked for, or paid, than was reckoned: who lowered it, and from what.

What the station lowers is a step of the line's own reckoning. What headquarters lowers is read from the
decision each time, because a later version of the claim forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO, line_amount, total
from warranty.claims.rules.mending import Entered
from warranty.claims.rules.money import HANDLING, PART, Rates, Step, percent

#: Steps that say that a line was lowered; every change of the amounts writes them anew.
LOWERED, FOLLOWS = "lowered", "follows_parts"
AUDITED, AUDIT_FOLLOWS = "audited", "audit_follows"
#: The step of a line of which goodwill pays a share.
GOODWILL = "goodwill"


def after_mending(
    lines: Sequence[Entered], amounts: Sequence[Decimal], reckonings: Sequence[Sequence[Step]], rates: Rates
) -> tuple[tuple[Step, ...], ...]:
    """Return the reckonings of lines that now ask for ``amounts``, in the lines' order."""
    parts = total(amount for line, amount in zip(lines, amounts, strict=True) if line.kind == PART)
    return tuple(
        _reckoned(line, amount, steps, parts, rates)
        for line, amount, steps in zip(lines, amounts, reckonings, strict=True)
    )


def _reckoned(line: Entered, amount: Decimal, steps: Sequence[Step], parts: Decimal, rates: Rates) -> tuple[Step, ...]:
    """Return a line's steps; what goodwill lowered stays said until somebody lowers it further."""
    goodwill = any(step.code == GOODWILL for step in steps)
    if goodwill and amount == line.applied:
        return tuple(steps)
    kept = tuple(step for step in steps if step.code not in {LOWERED, FOLLOWS})
    priced = line.applied if goodwill else line_amount(line.quantity, line.unit_price)
    return (*kept, *_mended(line, amount, priced, parts, rates))


def _mended(line: Entered, amount: Decimal, priced: Decimal, parts: Decimal, rates: Rates) -> tuple[Step, ...]:
    if amount >= priced:
        return ()
    if line.kind == HANDLING:
        return (Step(FOLLOWS, {"percent": percent(rates.handling), "parts": str(parts)}),)
    return (Step(LOWERED, {"amount": str(priced)}),)


@dataclass(frozen=True)
class Paid:
    """A line that headquarters said something of. ``fee``: the share of a handling fee in per cent, as reckoned."""

    position: int
    kind: str
    applied: Decimal
    audited: Decimal | None
    follows: bool = False  # the fee was lowered because parts were
    fee: str | None = None


def after_audit(lines: Sequence[Paid]) -> Mapping[int, Step]:
    """Return the step of every line of which less is paid than asked for, by its position."""
    parts = total(line.audited or ZERO for line in lines if line.kind == PART)
    return {
        line.position: _audited(line, line.audited, parts)
        for line in lines
        if line.audited is not None and line.audited < line.applied
    }


def _audited(line: Paid, audited: Decimal, parts: Decimal) -> Step:
    if line.follows and line.fee is not None:
        return Step(AUDIT_FOLLOWS, {"percent": line.fee, "parts": str(parts), "amount": str(audited)})
    return Step(AUDITED, {"amount": str(audited), "applied": str(line.applied)})
