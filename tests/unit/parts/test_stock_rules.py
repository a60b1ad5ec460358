from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.stock.rules import (
    NOTHING,
    Balance,
    Supply,
    at_average,
    limits_fault,
    proposal,
    put_in,
    quantity_fault,
    take_out,
    worth,
    worth_fault,
)
from portal.kernel.money import LIMIT, ZERO
from tests.support.figures import d

quantities = st.decimals("0.01", "999.99", places=2)
amounts = st.decimals("0.00", "99999.99", places=2)
steps = st.lists(st.one_of(st.tuples(st.just("in"), quantities, amounts), st.tuples(st.just("out"), quantities)))


def test_a_receipt_moves_the_average() -> None:
    found = put_in(put_in(Balance(), d("10"), d("100.00")), d("5"), d("80.00"))
    assert (found.quantity, found.value, found.average) == (d("15"), d("180.00"), d("12.00"))


def test_what_leaves_takes_its_share_half_up() -> None:
    after, value = take_out(Balance(d("3"), d("10.00")), d("1"))
    assert (after, value) == (Balance(d("2"), d("6.67")), d("3.33"))
    assert take_out(Balance(d("2"), d("0.01")), d("1"))[1] == d("0.01")  # half a fen goes up


def test_the_last_piece_takes_the_rest_of_the_value() -> None:
    balance, taken = Balance(d("3"), d("10.00")), []
    for _ in range(3):
        balance, value = take_out(balance, d("1"))
        taken.append(value)
    assert taken == [d("3.33"), d("3.34"), d("3.33")]
    assert balance == Balance()


def test_what_has_a_worth_of_its_own_leaves_with_it() -> None:
    after, value = take_out(Balance(d("10"), d("190.00")), d("1"), d("100.00"))
    assert (after, value) == (Balance(d("9"), d("90.00")), d("100.00"))
    assert take_out(Balance(d("2"), d("7.00")), d("1"), d("0.00")) == (Balance(d("1"), d("7.00")), d("0.00"))
    assert take_out(Balance(d("1"), d("7.00")), d("1"), d("7.00")) == (Balance(), d("7.00"))


@pytest.mark.parametrize(("quantity", "own"), [("1", "10.01"), ("1", "-0.01"), ("3", "9.99"), ("3", "0.00")])
def test_a_worth_of_its_own_is_no_more_than_there_is_and_leaves_no_value_of_nothing(quantity: str, own: str) -> None:
    with pytest.raises(ValueError, match=r"of 10\.00"):
        take_out(Balance(d("3"), d("10.00")), d(quantity), d(own))


@pytest.mark.parametrize("quantity", ["0", "-1", "3.01"])
def test_what_is_not_there_has_no_worth(quantity: str) -> None:
    with pytest.raises(ValueError, match="of 3"):
        worth(Balance(d("3"), d("10.00")), d(quantity))


def test_what_is_found_is_worth_what_lies_there() -> None:
    assert at_average(Balance(d("4"), d("10.00")), d("2"), d("99.00")) == d("5.00")
    assert at_average(Balance(), d("2"), d("99.005")) == d("198.01")


@given(steps)
def test_values_stay_sound_whatever_happens(done: list[tuple[Decimal, ...]]) -> None:
    """Never negative, nought where nothing is left, and the movements add up to the balance."""
    balance, moved, pieces = Balance(), ZERO, NOTHING
    for kind, quantity, *cost in done:
        if kind == "in":
            balance, value = put_in(balance, quantity, cost[0]), cost[0]
            pieces += quantity
        elif quantity <= balance.quantity:
            balance, value = take_out(balance, quantity)
            value, pieces = -value, pieces - quantity
        else:
            continue
        moved += value
        assert balance.quantity == pieces >= NOTHING
        assert balance.value == moved >= ZERO
        assert balance.value == balance.value.quantize(d("0.01"))
        if not balance.quantity:
            assert balance.value == ZERO


@given(quantities, amounts, quantities)
def test_a_share_is_within_half_a_fen_of_the_exact_one(quantity: Decimal, value: Decimal, part: Decimal) -> None:
    whole = quantity + part
    share = worth(Balance(whole, value), part)
    assert abs(share * whole - value * part) * 2 <= d("0.01") * whole


@given(quantities, amounts, st.lists(quantities, max_size=20))
def test_parts_taken_back_bring_back_all_they_took(quantity: Decimal, value: Decimal, back: list[Decimal]) -> None:
    """Whatever portions an issue comes back in, together they bring its worth, to the fen."""
    issued, returned = Balance(quantity, value), ZERO
    for portion in [*back, quantity]:
        step = min(portion, issued.quantity)
        if step:
            issued, came = take_out(issued, step)
            returned += came
    assert (issued, returned) == (Balance(), value)


@pytest.mark.parametrize(
    ("quantity", "fault"),
    [("0.01", None), ("99999.99", None), ("0", "quantity_nothing"), ("-1", "quantity_nothing"),
     ("100000", "quantity_large")],
)  # fmt: skip
def test_quantities_that_move(quantity: str, fault: str | None) -> None:
    assert quantity_fault(d(quantity)) == fault


def test_goods_are_worth_no_more_than_an_amount_holds() -> None:
    assert worth_fault(d("1"), LIMIT) is None
    assert worth_fault(d("2"), d("4999999999.99")) is None  # 9,999,999,999.98
    assert worth_fault(d("2"), d("5000000000.00")) == "worth_large"


@pytest.mark.parametrize(("quantity", "value"), [("0", "1.00"), ("-1", "1.00"), ("1", "-0.01")])
def test_a_receipt_brings_something_and_costs_no_less_than_nothing(quantity: str, value: str) -> None:
    with pytest.raises(ValueError, match="for"):
        put_in(Balance(d("3"), d("10.00")), d(quantity), d(value))
    assert put_in(Balance(), d("1"), ZERO) == Balance(d("1"), ZERO)  # a gift


@pytest.mark.parametrize(
    ("minimum", "maximum", "fault"),
    [
        ("0", "0", None), ("2", "2", None), ("2", "1", ("maximum_low", "maximum")),
        ("-1", "1", ("limit_range", "minimum")), ("1", "100000", ("limit_range", "maximum")),
        ("99999.99", "99999.99", None), ("100000", "100000", ("limit_range", "minimum")),
        ("0", "-1", ("limit_range", "maximum")),
    ],
)  # fmt: skip
def test_limits(minimum: str, maximum: str, fault: tuple[str, str] | None) -> None:
    assert limits_fault(d(minimum), d(maximum)) == fault


@pytest.mark.parametrize(
    ("there", "coming", "wanted", "ordered"),
    [
        ("4", "0", "0", "0"),  # at the minimum: enough
        ("3", "0", "0", "7"),  # below: up to the maximum
        ("3", "1", "0", "0"),  # one is on its way
        ("4", "0", "2", "8"),  # repairs will take two
        ("0", "0", "3", "13"),
        ("3.5", "0", "0", "7"),  # whole units are ordered
    ],
)
def test_a_proposal_fills_up_to_the_maximum(there: str, coming: str, wanted: str, ordered: str) -> None:
    assert proposal(Supply(d("4"), d("10"), d(there), d(coming), d(wanted))) == d(ordered)


@given(*[quantities] * 5)
def test_after_a_proposal_nothing_more_is_proposed(
    low: Decimal, more: Decimal, there: Decimal, coming: Decimal, wanted: Decimal
) -> None:
    supply = Supply(low, low + more, there, coming, wanted)
    again = Supply(low, low + more, there, coming + proposal(supply), wanted)
    assert proposal(again) == NOTHING
