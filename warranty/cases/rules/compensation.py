"""What the seller owes beside the car or its price (Art. 26), and what the owner pays for its use (Art. 27)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dealers.vehicles.rules import period_end
from portal.kernel.money import ZERO, round_fen, total

REGISTRATION, FITTING, SERVICE = "registration", "fitting", "service"
KINDS = (REGISTRATION, FITTING, SERVICE)
#: Where nothing else was agreed, fittings lose their value evenly over so many months.
USUAL_LIFE = 60
MOST_LIFE = 240


@dataclass(frozen=True, slots=True)
class Cost:
    """What the owner paid: yuan as on the receipt. Fittings lose value from ``fitted_on`` over ``life_months``."""

    kind: str
    charged: Decimal
    fitted_on: date | None = None
    life_months: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What is paid back of a cost; ``used_months`` of its life were over (fittings only)."""

    amount: Decimal
    used_months: int = 0


def owed(cost: Cost, on: date) -> Owed:
    """Return what is owed for a cost on the day of the demand; a fitting less its even depreciation (折旧)."""
    if cost.kind != FITTING or cost.fitted_on is None or not cost.life_months:
        return Owed(round_fen(cost.charged))
    used = min(months_over(cost.fitted_on, on), cost.life_months)
    return Owed(round_fen(cost.charged * (cost.life_months - used) / cost.life_months), used)


def months_over(start: date, on: date) -> int:
    """Count the whole months that are over, each ending as periods of the law do; nought before the start."""
    months = max(0, (on.year - start.year) * 12 + on.month - start.month)
    return months - 1 if months and period_end(start, months) > on else months


@dataclass(frozen=True, slots=True)
class Sums:
    """What goes between seller and owner, in yuan: ``to_owner`` is negative where the owner pays."""

    refund: Decimal  # the price, for a return
    compensation: Decimal
    usage_fee: Decimal

    @property
    def to_owner(self) -> Decimal:
        """Return what the seller pays, after the owner's fee."""
        return self.refund + self.compensation - self.usage_fee


def sums(choice: str, price: Decimal, compensation: Iterable[Decimal], usage_fee: Decimal | None) -> Sums:
    """Add up a case: the price comes back with a returned car only."""
    refund = round_fen(price) if choice == "return" else ZERO
    return Sums(refund, total(compensation), usage_fee or ZERO)
