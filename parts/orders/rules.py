"""What is owed on an order, what a delivery brings, and how long a special part was on its way. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from portal.kernel.money import ZERO

NOTHING = Decimal("0.00")
MOST = Decimal("9999.99")
STOCK, URGENT = "stock", "urgent"
#: How headquarters answers goods that were short or damaged: it sends them again, or takes their price off.
AGAIN, CREDIT = "again", "credit"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Counts:
    """Where a line of an order stands, in the part's unit."""

    quantity: Decimal
    delivered: Decimal = NOTHING
    received: Decimal = NOTHING
    cancelled: Decimal = NOTHING

    @property
    def owed(self) -> Decimal:
        """What headquarters has not delivered yet and still owes: the back-order."""
        return self.quantity - self.delivered - self.cancelled

    @property
    def coming(self) -> Decimal:
        """What the station may still expect: owed, or on its way, or not answered yet."""
        return self.quantity - self.received - self.cancelled


def delivery_step(lines: Iterable[Counts]) -> str:
    """Return the step of an order by a delivery after which its lines stand so."""
    return "deliver_part" if any(line.owed for line in lines) else "deliver_rest"


@dataclass(frozen=True)
class Arrived:
    """How a line of a delivery arrived."""

    quantity: Decimal
    short: Decimal = NOTHING
    damaged: Decimal = NOTHING

    @property
    def good(self) -> Decimal:
        """What goes into stock."""
        return self.quantity - self.short - self.damaged

    @property
    def fault(self) -> str | None:
        """The field that cannot be: nothing is below nought, and no more is missing than was sent."""
        if not NOTHING <= self.short <= self.quantity:
            return "short"
        return "damaged" if not NOTHING <= self.damaged <= self.quantity - self.short else None


def transport_hours(
    trips: Iterable[tuple[datetime, datetime]], received_at: datetime, completed_at: datetime | None
) -> Decimal:
    """Return the hours during which special parts were on their way while a car waited for them (Art. 24).

    Hours in which several were on their way count once, hours outside the repair not at all. Rounded
    down to the hundredth: what is not proved stays repair time.
    """
    spent, until = timedelta(), received_at
    for start, end in sorted(trips):
        begun = max(start, until)
        ended = end if completed_at is None else min(end, completed_at)
        if ended > begun:
            spent, until = spent + (ended - begun), ended
    hundredths = spent * 100 // _HOUR
    return (Decimal(hundredths) / 100).quantize(NOTHING, rounding=ROUND_DOWN)


def invoice_due(amount: Decimal, credit: Decimal) -> Decimal:
    """Return what the invoice of a delivery should say, in yuan before tax."""
    return max(amount - credit, ZERO)
