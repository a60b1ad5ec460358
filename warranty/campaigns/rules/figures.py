"""How far a campaign has come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Tally:
    """Cars of a campaign: all that are meant, and of them those sold, done and exempt."""

    affected: int = 0
    sold: int = 0
    done: int = 0
    exempt: int = 0

    @property
    def due(self) -> int:
        """Cars that still have to come."""
        return self.affected - self.done - self.exempt

    @property
    def unsold(self) -> int:
        """Cars that stand at a dealer or at the maker."""
        return self.affected - self.sold

    @property
    def rate(self) -> Decimal | None:
        """Percent done of the cars that can be done (without the exempt), to one place; None without any."""
        reachable = self.affected - self.exempt
        if reachable <= 0:
            return None
        return (Decimal(self.done) * 100 / reachable).quantize(TENTH, ROUND_HALF_UP)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.affected + other.affected, self.sold + other.sold, self.done + other.done, self.exempt + other.exempt
        )
