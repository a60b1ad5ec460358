"""How much of what failed parts cost comes back from their suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from portal.kernel.money import ZERO

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Figures:
    """A supplier's figures over the claims approved in some days, in yuan before tax.

    ``cost`` is what those claims cost the maker, ``claimed`` what was reckoned of it, ``accepted`` what the
    supplier said yes to, ``booked`` what stands in the ledger, ``paid`` what has come, both less what went back to it.
    """

    claims: int = 0
    cost: Decimal = ZERO
    claimed: Decimal = ZERO
    accepted: Decimal = ZERO
    booked: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def share(self) -> Decimal | None:
        """Percent of the cost that is booked, to one place; None where nothing was spent."""
        return percent(self.booked, self.cost)

    @property
    def accepted_share(self) -> Decimal | None:
        """Percent of what was claimed that the supplier accepted, to one place."""
        return percent(self.accepted, self.claimed)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.claims + other.claims, self.cost + other.cost, self.claimed + other.claimed,
            self.accepted + other.accepted, self.booked + other.booked, self.paid + other.paid,
        )  # fmt: skip


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a share in percent, half up to one place; None of nothing."""
    if not whole:
        return None
    return (part * 100 / whole).quantize(TENTH, ROUND_HALF_UP)
