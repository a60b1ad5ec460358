"""What stock is worth and when to order. Pure.

Stock is valued at moving average cost (移动加权平均): a receipt adds its cost, and what leaves takes its
share of the value along. The share is rounded once, half up to the fen; whoever takes all takes all of
the value. What came back only to be written off leaves with its own value instead. So the value is never
negative, it is nought where nothing is left, and the values of the movements add up to the value of the
balance, always, to the fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from portal.kernel.money import LIMIT, ZERO, from_fen, round_fen, to_fen

NOTHING = Decimal("0.00")
HUNDREDTH = Decimal("0.01")
#: The largest quantity of one movement; a typing error stops here.
MOST = Decimal("99999.99")


@dataclass(frozen=True)
class Balance:
    """How much of a part a dealer has, in its unit, and what that is worth, in yuan."""

    quantity: Decimal = NOTHING
    value: Decimal = ZERO

    @property
    def average(self) -> Decimal:
        """What one unit is worth, half up to the fen: for reading, nothing is reckoned with it."""
        return round_fen(self.value / self.quantity) if self.quantity else ZERO


def worth(balance: Balance, quantity: Decimal) -> Decimal:
    """Return what ``quantity`` of a balance is worth, half up to the fen; all of it is worth all.

    ``ValueError`` where nothing is there, or more is asked for than there is.
    """
    if not NOTHING < quantity <= balance.quantity:
        raise ValueError(f"{quantity} of {balance.quantity}")
    return _share(balance.value, quantity, balance.quantity)


def put_in(balance: Balance, quantity: Decimal, value: Decimal) -> Balance:
    """Return the balance after a receipt of goods that cost ``value`` yuan in all."""
    if quantity <= NOTHING or value < ZERO:
        raise ValueError(f"{quantity} for {value}")
    return Balance(balance.quantity + quantity, balance.value + value)


def take_out(balance: Balance, quantity: Decimal, own: Decimal | None = None) -> tuple[Balance, Decimal]:
    """Return the balance after something left, and the value it took along in yuan.

    ``own`` is what it is worth where that is known, as of goods that are lost on their way; None: its share.
    ``ValueError`` where that is more than there is, or would leave a value of nothing.
    """
    value = worth(balance, quantity)
    if own is not None:
        if not ZERO <= own <= balance.value or (quantity == balance.quantity and own != value):
            raise ValueError(f"{own} of {balance.value}")
        value = own
    return Balance(balance.quantity - quantity, balance.value - value), value


def at_average(balance: Balance, quantity: Decimal, price: Decimal) -> Decimal:
    """Return what goods that were found are worth: as those that are there; ``price`` a unit where none are."""
    if balance.quantity:
        return _share(balance.value, quantity, balance.quantity)
    return round_fen(price * quantity)


def _share(value: Decimal, quantity: Decimal, whole: Decimal) -> Decimal:
    """Return ``value`` × ``quantity`` / ``whole``, half up to the fen, by whole numbers only."""
    part, total = int(quantity / HUNDREDTH), int(whole / HUNDREDTH)
    return from_fen((2 * to_fen(value) * part + total) // (2 * total))


def quantity_fault(quantity: Decimal) -> str | None:
    """Return the code of what is wrong with a quantity that somebody moves, None where nothing is."""
    if quantity <= NOTHING:
        return "quantity_nothing"
    return "quantity_large" if quantity > MOST else None


def worth_fault(quantity: Decimal, price: Decimal) -> str | None:
    """Return the code of what is wrong with goods of a unit price: together they are more than an amount holds."""
    return "worth_large" if quantity * price > LIMIT else None


def limits_fault(minimum: Decimal, maximum: Decimal) -> tuple[str, str] | None:
    """Return (code, field) of what is wrong with the limits of a part, None where nothing is."""
    if not NOTHING <= minimum <= MOST:
        return "limit_range", "minimum"
    if not NOTHING <= maximum <= MOST:
        return "limit_range", "maximum"
    return ("maximum_low", "maximum") if maximum < minimum else None


@dataclass(frozen=True)
class Supply:
    """What is known of a part at a dealer when somebody asks whether to order it.

    ``coming`` was ordered or sent and is not here yet; ``wanted`` is what open repairs still need of it.
    """

    minimum: Decimal
    maximum: Decimal
    there: Decimal
    coming: Decimal = NOTHING
    wanted: Decimal = NOTHING

    @property
    def available(self) -> Decimal:
        """What there will be when all has come and every open repair has its part; may be negative."""
        return self.there + self.coming - self.wanted


def proposal(supply: Supply) -> Decimal:
    """Return how much to order, in whole units: up to the maximum once the available is below the minimum."""
    if supply.available >= supply.minimum:
        return NOTHING
    missing = supply.maximum - supply.available
    return missing.quantize(Decimal(1), rounding=ROUND_CEILING) + NOTHING
