"""Money: exact yuan, rounded once a line, half up to the fen.

An amount is a ``Decimal`` in yuan. Floats are refused where they would enter, because a
binary fraction cannot hold ten fen.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
#: The largest amount one line may hold; keeps integer fen well inside 64 bits.
LIMIT = Decimal("9999999999.99")
#: Powers of ten beyond which a number is no quantity: ``9e9999999`` would overflow what reckons with it.
EXPONENT = 40


class MoneyError(ValueError):
    """The text or number is no amount of money."""


def exact(value: Decimal | int | str) -> Decimal:
    """Return ``value`` as a finite decimal, unrounded; raise `MoneyError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise MoneyError(f"no exact number: {value!r}")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise MoneyError(f"no number: {value!r}") from error
    if not number.is_finite() or abs(number.adjusted()) > EXPONENT:
        raise MoneyError(f"not finite, or beyond all reckoning: {value!r}")
    return number


def round_fen(value: Decimal | int | str) -> Decimal:
    """Round to the fen, half away from zero (四舍五入), as invoices in China do."""
    number = exact(value)
    if abs(number) > LIMIT:
        raise MoneyError(f"beyond the limit of one amount: {value!r}")
    return number.quantize(FEN, rounding=ROUND_HALF_UP) + ZERO  # + ZERO: no negative nought


def yuan(text: str) -> Decimal:
    """Parse an amount a person typed (``1,234.5``, ``￥12``); more than two places is an error.

    Nothing is rounded here: an amount that was typed is meant.
    """
    cleaned = text.strip().replace(",", "").replace("，", "").removeprefix("￥").removeprefix("¥")
    number = exact(cleaned.strip())
    if number != round_fen(number):
        raise MoneyError(f"more than two decimal places: {text!r}")
    return round_fen(number)


def line_amount(quantity: Decimal | int, unit_price: Decimal) -> Decimal:
    """Price one line: quantity × unit price in yuan, rounded half up to the fen."""
    return round_fen(exact(quantity) * exact(unit_price))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts that were each rounded before; refuse one that was not."""
    result = ZERO
    for amount in amounts:
        if amount != amount.quantize(FEN):
            raise MoneyError(f"not rounded before it was added: {amount!r}")
        result += amount
    return result


def share(amount: Decimal, rate: Decimal) -> Decimal:
    """Return ``rate`` (``Decimal("0.13")``) of an amount, half up to the fen."""
    return round_fen(exact(amount) * exact(rate))


def to_fen(amount: Decimal) -> int:
    """Return integer fen; an amount finer than a fen is an error, never rounded silently."""
    fen = exact(amount) * 100
    if fen != fen.to_integral_value():
        raise MoneyError(f"finer than a fen: {amount!r}")
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Return yuan with two places for integer fen."""
    return Decimal(fen).scaleb(-2)
