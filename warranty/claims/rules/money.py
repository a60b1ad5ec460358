"""What a claim asks for: every line priced once, rounded half up once, then added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO, line_amount, round_fen, share, total

LABOUR, PART, HANDLING, OUT_CALL, TOWING, SUBSTITUTE = "labour", "part", "handling", "out_call", "towing", "substitute"
#: The kinds of lines, in the order in which they stand in a claim.
KINDS = (LABOUR, PART, HANDLING, OUT_CALL, TOWING, SUBSTITUTE)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rates:
    """Rates: handling fee as a share of the parts, out-call in yuan a kilometre."""

    handling: Decimal = Decimal("0.10")
    out_call_km: Decimal = Decimal("2.00")


@dataclass(frozen=True)
class Labour:
    """Work of a job: the hours written, the quota of the catalogue (None: not in it), the rate."""

    code: str
    name: str
    hours: Decimal
    quota: Decimal | None
    rate: Decimal


@dataclass(frozen=True)
class UsedPart:
    """A part put in, with the warranty price of the day; None where the price list has none."""

    number: str
    name: str
    quantity: Decimal
    price: Decimal | None
    causal: bool = False


@dataclass(frozen=True)
class Extras:
    """What a visit cost beside the repair: out-call (kilometres one way), towing, substitute car."""

    out_call_km: int | None = None
    out_call_expenses: Decimal = ZERO
    towing: Decimal = ZERO
    substitute: Decimal = ZERO


@dataclass(frozen=True)
class Priced:
    """A line of a claim as it is made: quantity × unit price, rounded half up."""

    kind: str
    code: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    applied: Decimal
    causal: bool = False


def price(labour: Iterable[Labour], parts: Iterable[UsedPart], extras: Extras, rates: Rates) -> tuple[Priced, ...]:
    """Price a job: labour, parts, the handling fee on the parts, then what the visit cost beside."""
    used = tuple(_part(item) for item in parts)
    fee = handling_fee((line.applied for line in used), rates)
    lines = [*(_labour(item) for item in labour), *used]
    if fee:
        lines.append(Priced(HANDLING, "HANDLING", f"{percent(rates.handling)}%", Decimal(1), fee, fee))
    return (*lines, *_extras(extras, rates))


def handling_fee(parts: Iterable[Decimal], rates: Rates) -> Decimal:
    """Return the handling fee (配件管理费) on amounts of parts: a share of their sum."""
    return share(total(parts), rates.handling)


def percent(rate: Decimal) -> str:
    """Write a rate as people do: ``0.10`` is ``10``, ``0.125`` is ``12.5``."""
    return f"{(rate * HUNDRED).normalize():f}"


def follow_parts(lines: Sequence[tuple[str, Decimal]], rates: Rates) -> tuple[Decimal, ...]:
    """Return the amounts of (kind, amount) lines with the handling fee not above its share.

    Whoever lowers a part lowers the fee on it too: the fee is a share of parts that are paid.
    """
    cap = handling_fee((amount for kind, amount in lines if kind == PART), rates)
    return tuple(min(amount, cap) if kind == HANDLING else amount for kind, amount in lines)


def _labour(item: Labour) -> Priced:
    hours = item.hours if item.quota is None else min(item.hours, item.quota)
    return Priced(LABOUR, item.code, item.name, hours, item.rate, line_amount(hours, item.rate))


def _part(item: UsedPart) -> Priced:
    unit = ZERO if item.price is None else item.price
    return Priced(PART, item.number, item.name, item.quantity, unit, line_amount(item.quantity, unit), item.causal)


def _extras(extras: Extras, rates: Rates) -> list[Priced]:
    lines = []
    if extras.out_call_km:
        there_and_back = Decimal(2 * extras.out_call_km)
        amount = line_amount(there_and_back, rates.out_call_km)
        lines.append(Priced(OUT_CALL, "KM", "", there_and_back, rates.out_call_km, amount))
    for kind, code, amount in (
        (OUT_CALL, "EXPENSES", extras.out_call_expenses),
        (TOWING, "TOWING", extras.towing),
        (SUBSTITUTE, "SUBSTITUTE", extras.substitute),
    ):
        if amount:
            lines.append(Priced(kind, code, "", Decimal(1), amount, round_fen(amount)))
    return lines
