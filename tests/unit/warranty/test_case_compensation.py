"""What the seller makes good (Art. 26), to the fen, and what goes to whom."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.cases.rules.compensation import FITTING, REGISTRATION, SERVICE, Cost, months_over, owed, sums

ON = date(2026, 11, 20)
yuan = st.decimals(min_value="0.01", max_value="99999999.99", places=2)


@pytest.mark.parametrize(
    ("start", "on", "months"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-10-20", "2026-11-19", 0),
        ("2026-10-20", "2026-11-20", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),  # February has no 31st: the month is over on its last day
        ("2024-02-29", "2025-02-28", 12),
        ("2025-11-20", "2026-11-20", 12),
        ("2026-12-01", "2026-11-20", 0),
    ],
)
def test_months_are_over_on_their_same_day(start: str, on: str, months: int) -> None:
    assert months_over(date.fromisoformat(start), date.fromisoformat(on)) == months


@pytest.mark.parametrize(
    ("cost", "amount", "used"),
    [
        (Cost(REGISTRATION, Decimal("500.00")), "500.00", 0),
        (Cost(SERVICE, Decimal("1200.50")), "1200.50", 0),
        (Cost(FITTING, Decimal("3000.00"), date(2025, 11, 20), 60), "2400.00", 12),
        (Cost(FITTING, Decimal("1000.00"), date(2026, 4, 20), 36), "805.56", 7),  # 1000 × 29 ÷ 36 = 805.555…
        (Cost(FITTING, Decimal("3000.00"), date(2020, 1, 1), 60), "0.00", 60),
        (Cost(FITTING, Decimal("3000.00"), ON, 60), "3000.00", 0),
    ],
)
def test_fittings_lose_value_evenly_and_the_rest_is_made_good_whole(cost: Cost, amount: str, used: int) -> None:
    found = owed(cost, ON)
    assert (str(found.amount), found.used_months) == (amount, used)


@given(yuan, st.integers(1, 240), st.integers(0, 9000), st.integers(0, 400))
def test_depreciation_only_grows(charged: Decimal, life: int, age: int, more: int) -> None:
    young = owed(Cost(FITTING, charged, ON - timedelta(days=age), life), ON).amount
    old = owed(Cost(FITTING, charged, ON - timedelta(days=age + more), life), ON).amount
    assert 0 <= old <= young <= charged


def test_a_return_gives_the_price_back_less_the_fee() -> None:
    found = sums("return", Decimal("129800.00"), [Decimal("500.00"), Decimal("2400.00")], Decimal("2596.00"))
    assert (str(found.refund), str(found.compensation), str(found.to_owner)) == ("129800.00", "2900.00", "130104.00")


def test_with_another_car_the_owner_may_have_to_pay() -> None:
    found = sums("replace", Decimal("129800.00"), [Decimal("500.00")], Decimal("2596.00"))
    assert (str(found.refund), str(found.to_owner)) == ("0.00", "-2096.00")


def test_without_a_fee_nothing_is_taken_off() -> None:
    assert str(sums("replace", Decimal("129800.00"), [], None).to_owner) == "0.00"
