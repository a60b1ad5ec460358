"""What goes back to a supplier after both sides agreed, and what may be asked for again. Pure.

Of every line stays what was agreed, but no more than its share of what headquarters bears by now. What is above that
goes back, once: what went back already counts. Given to the station again, it may be asked for again, but never more
than was agreed, and no more than is left of the contract year's cap, which others may have used up meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO

#: What an adjustment does, as seen by the supplier: money goes back to it, or is asked of it again.
BACK, AGAIN = "back", "again"


@dataclass(frozen=True)
class Settled:
    """A line that both sides agreed on, in yuan before tax.

    ``given_back`` is what went back of it so far, less what was asked for again; ``most`` what may be asked of it at
    most by now (`reckoning.at_most`). ``year`` names contract and contract year, whose cap it uses.
    """

    position: int
    agreed: Decimal
    given_back: Decimal
    most: Decimal
    year: tuple[int, int] = (0, 0)

    @property
    def net(self) -> Decimal:
        """What the supplier bears of it as it stands."""
        return self.agreed - self.given_back

    @property
    def stays(self) -> Decimal:
        """What the supplier is to bear of it by now."""
        return min(self.agreed, self.most)

    @property
    def back(self) -> Decimal:
        """What has to go back."""
        return max(self.net - self.stays, ZERO)

    @property
    def again(self) -> Decimal:
        """What went back and may be asked for again, if the cap of its year leaves room."""
        return max(self.stays - self.net, ZERO)


def to_give_back(lines: Iterable[Settled]) -> dict[int, Decimal]:
    """Return what has to go back, by position; lines of which nothing has to are left out."""
    return {line.position: line.back for line in lines if line.back}


def to_ask_again(lines: Iterable[Settled], left: Mapping[tuple[int, int], Decimal]) -> dict[int, Decimal]:
    """Return what may be asked for again, by position, the earlier line first.

    ``left`` is what is left of the years' caps; a year that is not in it has none.
    """
    rest, found = dict(left), {}
    for line in sorted(lines, key=lambda one: one.position):
        amount = min(line.again, max(rest.get(line.year, line.again), ZERO))
        if amount:
            found[line.position] = amount
            if line.year in rest:
                rest[line.year] -= amount
    return found
