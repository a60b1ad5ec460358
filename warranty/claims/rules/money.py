"""What a claim asks for: every line priced once, rounded half up once, then added.

Each line carries how it was reckoned (``reckoning``): steps of a code and its figures, for people to
read. What they say is in `warranty.claims.words.RECKONED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from portal.kernel.money import ZERO, line_amount, round_fen, share, total

LABOUR, PART, HANDLING, SUBLET = "labour", "part", "handling", "sublet"
OUT_CALL, TOWING, SUBSTITUTE = "out_call", "towing", "substitute"
#: The kinds of lines, in the order in which they stand in a claim.
KINDS = (LABOUR, PART, HANDLING, SUBLET, OUT_CALL, TOWING, SUBSTITUTE)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rates:
    """Rates: handling fee as a share of the parts; yuan a kilometre of an out-call, a day of a substitute car.

    ``substitute_days``: the most days of one visit that a substitute car is paid for.
    """

    handling: Decimal = Decimal("0.10")
    out_call_km: Decimal = Decimal("2.00")
    substitute_day: Decimal = Decimal("200.00")
    substitute_days: int = 30


@dataclass(frozen=True)
class Step:
    """One step of a reckoning: its code, and the figures as they are written."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Overlap:
    """Work that another operation of the visit contains (重叠工时): its code, and the hours it takes off."""

    code: str
    hours: Decimal


@dataclass(frozen=True)
class Labour:
    """Work of a job: the hours written, the quota of the catalogue (None: not in it), the rate.

    ``grade`` and ``since`` say which rate it is: of which stars, in force since which day.
    """

    code: str
    name: str
    hours: Decimal
    quota: Decimal | None
    rate: Decimal
    overlap: Overlap | None = None
    grade: int | None = None
    since: date | None = None


@dataclass(frozen=True)
class UsedPart:
    """A part put in, with the dealer price of the day and since when it holds; None where the price list has none."""

    number: str
    name: str
    quantity: Decimal
    price: Decimal | None
    causal: bool = False
    since: date | None = None


@dataclass(frozen=True)
class Sublet:
    """Work given to another workshop (外委): what, by whom, and its invoice in yuan before tax."""

    name: str
    vendor: str
    invoice_no: str
    amount: Decimal


@dataclass(frozen=True)
class Extras:
    """What a visit cost beside the repair: out-call (kilometres one way), towing, what bridged the days without a car.

    ``car_from`` and ``car_until``: a substitute car, paid by the day. ``transport``: yuan paid to the customer.
    """

    out_call_km: int | None = None
    out_call_expenses: Decimal = ZERO
    towing: Decimal = ZERO
    transport: Decimal = ZERO
    car_from: datetime | None = None
    car_until: datetime | None = None


@dataclass(frozen=True)
class Work:
    """All that a job is priced from."""

    labour: Sequence[Labour] = ()
    parts: Sequence[UsedPart] = ()
    sublets: Sequence[Sublet] = ()
    extras: Extras = Extras()


@dataclass(frozen=True)
class Priced:
    """A line of a claim as it is made: quantity × unit price, rounded half up, and how that came about."""

    kind: str
    code: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    applied: Decimal
    causal: bool = False
    reckoning: tuple[Step, ...] = ()


def price(work: Work, rates: Rates) -> tuple[Priced, ...]:
    """Price a job: labour, parts, the handling fee on the parts, sublet work, then what the visit cost beside."""
    used = tuple(_part(item) for item in work.parts)
    lines = [*(_labour(item) for item in work.labour), *used]
    fee = handling_fee((line.applied for line in used), rates)
    if fee:
        step = Step(
            "handling", {"percent": percent(rates.handling), "parts": str(total(part.applied for part in used))}
        )
        lines.append(Priced(HANDLING, "HANDLING", f"{percent(rates.handling)}%", Decimal(1), fee, fee, False, (step,)))
    return (*lines, *(_sublet(item) for item in work.sublets), *_extras(work.extras, rates))


def handling_fee(parts: Iterable[Decimal], rates: Rates) -> Decimal:
    """Return the handling fee (配件管理费) on amounts of parts: a share of their sum."""
    return share(total(parts), rates.handling)


def shared(amount: Decimal, percents: int) -> Decimal:
    """Return so many percent of a line's amount, half up to the fen."""
    return share(amount, Decimal(percents) / HUNDRED)


def percent(rate: Decimal) -> str:
    """Write a rate as people do: ``0.10`` is ``10``, ``0.125`` is ``12.5``."""
    return f"{(rate * HUNDRED).normalize():f}"


def follow_parts(lines: Sequence[tuple[str, Decimal]], rates: Rates) -> tuple[Decimal, ...]:
    """Return the amounts of (kind, amount) lines with the handling fee not above its share.

    Whoever lowers a part lowers the fee on it too: the fee is a share of parts that are paid.
    """
    cap = handling_fee((amount for kind, amount in lines if kind == PART), rates)
    return tuple(min(amount, cap) if kind == HANDLING else amount for kind, amount in lines)


def car_days(begin: datetime, end: datetime) -> int:
    """Count the days of a substitute car: every begun 24 hours, at least one."""
    return max(-((begin - end) // timedelta(days=1)), 1)


def with_overlaps(labour: Sequence[Labour], contained: Iterable[tuple[str, str, Decimal | None]]) -> tuple[Labour, ...]:
    """Take off the hours that other operations of the visit contain.

    ``contained`` are rows (operation, contained operation, hours) whose operation is done at the same visit;
    hours None: the contained one is wholly in the other. Of several the one that takes off most counts.
    """
    by_inner: dict[str, list[tuple[str, Decimal | None]]] = {}
    for code, inner, hours in contained:
        if code != inner:
            by_inner.setdefault(inner, []).append((code, hours))
    return tuple(replace(item, overlap=_overlap(item, by_inner.get(item.code, ()))) for item in labour)


def _overlap(item: Labour, containing: Iterable[tuple[str, Decimal | None]]) -> Overlap | None:
    most = payable(item)
    offs = [Overlap(code, most if hours is None else min(hours, most)) for code, hours in sorted(containing, key=str)]
    found = max(offs, key=lambda one: one.hours, default=None)
    return found if found is not None and found.hours else None


def payable(item: Labour) -> Decimal:
    """Return the hours of an operation that are paid before overlaps: those written, at most the quota."""
    return item.hours if item.quota is None else min(item.hours, item.quota)


def _labour(item: Labour) -> Priced:
    most, steps = payable(item), [Step("written", {"hours": str(item.hours)})]
    if item.quota is None:
        steps.append(Step("no_quota"))
    elif item.quota < item.hours:
        steps.append(Step("quota", {"hours": str(item.quota)}))
    if item.overlap:
        steps.append(Step("overlap", {"hours": str(item.overlap.hours), "code": item.overlap.code}))
    if item.since is None:
        steps.append(Step("order_rate", {"rate": str(item.rate)}))
    else:
        steps.append(Step("rate", {"rate": str(item.rate), "grade": str(item.grade or 0), "since": str(item.since)}))
    hours = most - item.overlap.hours if item.overlap else most
    return Priced(LABOUR, item.code, item.name, hours, item.rate, line_amount(hours, item.rate), False, tuple(steps))


def _part(item: UsedPart) -> Priced:
    unit = ZERO if item.price is None else item.price
    step = Step("no_price")
    if item.price is not None:
        step = Step("dealer_price", {"price": str(unit), "since": str(item.since or "")})
    amount = line_amount(item.quantity, unit)
    return Priced(PART, item.number, item.name, item.quantity, unit, amount, item.causal, (step,))


def _sublet(item: Sublet) -> Priced:
    step = Step("sublet", {"vendor": item.vendor, "invoice": item.invoice_no})
    amount = round_fen(item.amount)
    return Priced(SUBLET, item.invoice_no, item.name, Decimal(1), amount, amount, False, (step,))


def _extras(extras: Extras, rates: Rates) -> list[Priced]:
    lines = []
    if extras.out_call_km:
        there_and_back = Decimal(2 * extras.out_call_km)
        step = Step("kilometres", {"km": str(extras.out_call_km), "rate": str(rates.out_call_km)})
        amount = line_amount(there_and_back, rates.out_call_km)
        lines.append(Priced(OUT_CALL, "KM", "", there_and_back, rates.out_call_km, amount, False, (step,)))
    for kind, code, amount in (
        (OUT_CALL, "EXPENSES", extras.out_call_expenses),
        (TOWING, "TOWING", extras.towing),
        (SUBSTITUTE, "TRANSPORT", extras.transport),
    ):
        if amount:
            paid = round_fen(amount)
            lines.append(Priced(kind, code, "", Decimal(1), paid, paid, False, (Step("as_written"),)))
    if extras.car_from and extras.car_until:
        lines.append(_car(extras.car_from, extras.car_until, rates))
    return [line for line in lines if line.applied]


def _car(begin: datetime, end: datetime, rates: Rates) -> Priced:
    days, rate = car_days(begin, end), rates.substitute_day
    steps = [Step("car_days", {"days": str(days), "rate": str(rate)})]
    if days > rates.substitute_days:
        steps.append(Step("most_days", {"days": str(rates.substitute_days)}))
    paid = Decimal(min(days, rates.substitute_days))
    return Priced(SUBSTITUTE, "CAR", "", paid, rate, line_amount(paid, rate), False, tuple(steps))
