"""What an authorisation is worth, from the rule's text: reserved, used up, never below nought."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, from_fen, total
from warranty.authorisations.rules import (
    Authorisation,
    Grant,
    Standing,
    Wanted,
    grant_faults,
    last_day,
    left,
    usable,
)

DAY = date(2026, 11, 20)
PASSED = Authorisation("PA-1", "passed", 1, 7, Decimal("1000.00"), Decimal("400.00"), DAY)
WANTED = Wanted(1, 7, Decimal("600.00"), DAY)
amounts = st.integers(min_value=0, max_value=10_000_000).map(from_fen)


@pytest.mark.parametrize(
    ("authorisation", "wanted", "standing"),
    [
        ({}, {}, Standing.OK),  # exactly what is left, on the last day
        ({}, {"amount": Decimal("600.01")}, Standing.EXCEEDED),
        ({}, {"received_on": DAY + timedelta(days=1)}, Standing.EXPIRED),
        ({}, {"vehicle_id": 8}, Standing.OTHER_CAR),
        ({}, {"dealer_id": 2}, Standing.OTHER_STATION),
        ({"state": "draft", "granted": None}, {}, Standing.NOT_PASSED),
        ({"state": "submitted", "granted": None}, {}, Standing.NOT_PASSED),
        ({"state": "returned", "granted": None}, {}, Standing.NOT_PASSED),
        ({"state": "refused", "granted": None}, {}, Standing.NOT_PASSED),
        ({"state": "withdrawn"}, {}, Standing.WITHDRAWN),
        ({"state": "withdrawn", "granted": None}, {}, Standing.WITHDRAWN),
        # what headquarters has already, keeps what it used; a request that was never passed gives nothing
        ({"state": "withdrawn"}, {"bound": True}, Standing.OK),
        ({"state": "withdrawn", "granted": None}, {"bound": True}, Standing.WITHDRAWN),
        ({"state": "refused", "granted": None}, {"bound": True}, Standing.NOT_PASSED),
        # the first reason is told: who asks for another's money need not hear what is left of it
        ({"state": "withdrawn"}, {"dealer_id": 2, "vehicle_id": 8}, Standing.OTHER_STATION),
    ],
)
def test_a_claim_may_use_it_or_is_told_why_not(
    authorisation: dict[str, Any], wanted: dict[str, Any], standing: Standing
) -> None:
    assert usable(replace(PASSED, **authorisation), replace(WANTED, **wanted)) is standing


def test_what_does_not_exist_is_unknown() -> None:
    assert usable(None, WANTED) is Standing.UNKNOWN


@given(granted=st.none() | amounts, used=amounts)
def test_what_is_left_is_never_below_nought_nor_above_the_grant(granted: Decimal | None, used: Decimal) -> None:
    remains = left(granted, used)
    assert ZERO <= remains <= (granted or ZERO)
    if used <= (granted or ZERO):
        assert remains + used == (granted or ZERO)


@given(granted=amounts, claims=st.lists(st.tuples(amounts, st.integers(0, 3)), max_size=12))
def test_whatever_is_submitted_and_given_back_no_more_is_used_than_was_granted(
    granted: Decimal, claims: list[tuple[Decimal, int]]
) -> None:
    """Claims come one after another; a refused one gives its money back, one that is cut a part of it."""
    held: list[Decimal] = []
    for amount, fate in claims:
        book = replace(PASSED, granted=granted, used=total(held))
        standing = usable(book, replace(WANTED, amount=amount))
        assert standing in {Standing.OK, Standing.EXCEEDED}
        assert (standing is Standing.OK) == (total(held) + amount <= granted)
        if standing is Standing.OK:
            held.append([amount, amount, ZERO, min(amount, Decimal("1.00"))][fate])
        assert total(held) <= granted


def test_sixty_days_are_counted_from_the_day_after_it_was_passed() -> None:
    assert last_day(date(2026, 11, 20)) == date(2027, 1, 19)
    assert last_day(date(2026, 11, 20), 1) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("grant", "faults"),
    [
        (Grant(), ()),
        (Grant(Decimal("1000.00")), ()),
        (Grant(Decimal("999.99"), reason="按定额核定"), ()),
        (Grant(Decimal("999.99"), reason="  "), (("reason_lower", "reason"),)),
        (Grant(Decimal("1000.01"), reason="多给"), (("above_asked", "amount"),)),
        (Grant(ZERO, reason="不给"), (("not_positive", "amount"),)),
        (Grant(days=0), (("days", "days"),)),
        (Grant(days=366), (("days", "days"),)),
        (Grant(days=365), ()),
    ],
)
def test_a_grant_is_at_most_what_was_asked_and_less_with_a_reason(
    grant: Grant, faults: tuple[tuple[str, str], ...]
) -> None:
    assert grant_faults(Decimal("1000.00"), grant) == faults
