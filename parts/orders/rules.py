"""What is owed on an order, what is short, what a delivery brings, and how long a special part was on its way. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True)
class Shortfall:
    """What needs lack (``short``) and what supplies are over (``left``), by part; nought is left out."""

    short: Mapping[int, Decimal]
    left: Mapping[int, Decimal]


def shortfall(
    needs: Mapping[int, Decimal], supplies: Mapping[int, Decimal], instead: Mapping[int, Sequence[int]]
) -> Shortfall:
    """Return what needs lack where ``instead`` says which parts may be put in for a part.

    A part serves its own need first. What is over of it serves the others: the newest first, for the fewest
    parts go in for it, and each from the oldest part that may be put in, for a newer one serves more needs.
    """
    short, left = dict(needs), dict(supplies)
    width = {part: len(instead.get(part, ())) for part in {*short, *left}}
    for part in short:
        _serve(short, left, part, part)
    for part in sorted(short, key=lambda key: width[key]):
        fitting = [other for other in instead.get(part, ()) if other in left]
        for other in sorted(fitting, key=lambda key: -width[key]):
            _serve(short, left, part, other)
    return Shortfall(
        {part: lacking for part, lacking in short.items() if lacking},
        {part: over for part, over in left.items() if over},
    )


def _serve(short: dict[int, Decimal], left: dict[int, Decimal], need: int, supply: int) -> None:
    taken = min(short[need], left.get(supply, NOTHING))
    if taken:
        short[need], left[supply] = short[need] - taken, left[supply] - taken


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
