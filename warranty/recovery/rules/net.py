"""What headquarters bears of a claim, line by line, after what it took back of it from the station. Pure.

A supplier is asked for a share of what the failed part cost headquarters. What the station was deducted for an old
part, by an audit or by a debit, headquarters does not bear; what it was credited again, it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO, from_fen, to_fen, total


@dataclass(frozen=True)
class Charge:
    """What stands beside a claim in the station's statements, in yuan before tax: negative takes, positive gives again.

    ``line`` is the position of the claim's line that it is about (an old part's), None where it is about the claim.
    """

    amount: Decimal
    line: int | None = None


def borne(approved: Decimal, beside: Decimal) -> Decimal:
    """Return what headquarters bears of a claim: approved less what was taken back; never below 0, nor above it."""
    return min(approved, max(ZERO, approved + beside))


def borne_lines(approved: Mapping[int, Decimal], charges: Iterable[Charge]) -> dict[int, Decimal]:
    """Return what headquarters bears of each line of a claim, by position; they add up to `borne` of the claim.

    A charge about a line comes off that line first. All others, and what is more than its line holds, are spread
    over what is left of the lines in proportion, to the fen by largest remainder, the earlier line first.
    """
    kept = tuple(charges)
    own: dict[int | None, Decimal] = {}
    for charge in kept:
        own[charge.line] = own.get(charge.line, ZERO) + charge.amount
    left = {position: borne(amount, own.get(position, ZERO)) for position, amount in approved.items()}
    whole = borne(total(approved.values()), total(charge.amount for charge in kept))
    more = whole - total(left.values())
    if more < ZERO:
        taken = spread(-more, left)
        return {position: amount - taken[position] for position, amount in left.items()}
    given = spread(more, {position: approved[position] - amount for position, amount in left.items()})
    return {position: amount + given[position] for position, amount in left.items()}


def spread(amount: Decimal, over: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Spread an amount in proportion to others, to the fen: the largest remainders get the fen that are left over.

    Nobody gets more than what it is spread over. Raises ``ValueError`` where that is less than the amount.
    """
    fen, weights = to_fen(amount), {key: to_fen(weight) for key, weight in over.items()}
    whole = sum(weights.values())
    if fen > whole:
        raise ValueError(f"{amount} cannot be spread over {from_fen(whole)}")
    if not fen:
        return dict.fromkeys(over, ZERO)
    parts = {key: divmod(fen * weight, whole) for key, weight in weights.items()}
    lacking = fen - sum(part for part, _rest in parts.values())
    first = sorted(parts, key=lambda key: (-parts[key][1], key))[:lacking]
    return {key: from_fen(part + (key in first)) for key, (part, _rest) in parts.items()}
