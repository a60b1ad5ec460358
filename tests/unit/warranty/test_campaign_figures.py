"""How far a campaign has come."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from warranty.campaigns.rules.figures import Tally

COUNTS = st.builds(
    lambda done, exempt, due, sold: Tally(done + exempt + due, sold, done, exempt),
    *(st.integers(0, 10_000) for _ in range(4)),
)


def test_exempt_cars_are_no_part_of_the_rate() -> None:
    tally = Tally(affected=10, sold=7, done=3, exempt=1)
    assert (tally.due, tally.unsold, tally.rate) == (6, 3, Decimal("33.3"))
    assert Tally(affected=8, done=1).rate == Decimal("12.5")
    assert Tally(affected=2_000, done=1).rate == Decimal("0.1")  # 0.05 is rounded half up


def test_without_a_car_to_do_there_is_no_rate() -> None:
    assert Tally().rate is None
    assert Tally(affected=2, exempt=2).rate is None


@given(COUNTS, COUNTS)
def test_sums_agree_with_their_parts(one: Tally, other: Tally) -> None:
    both = one + other
    assert both.due == one.due + other.due
    assert both.affected == both.due + both.done + both.exempt
    assert both.rate is None or 0 <= both.rate <= 100
