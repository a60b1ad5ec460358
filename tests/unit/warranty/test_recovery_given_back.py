"""What goes back to a supplier after the agreement: never more than was agreed, never twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, from_fen, total
from warranty.recovery.rules.given_back import Settled, to_ask_again, to_give_back

D = Decimal
YEAR, OTHER = (1, 1), (1, 2)

fen = st.integers(0, 9_999_99).map(from_fen)


@st.composite
def settled(draw: st.DrawFn) -> list[Settled]:
    """Lines of a demand in any state of their life: what went back is never more than was agreed."""
    found = []
    for position in range(1, draw(st.integers(1, 6)) + 1):
        agreed = draw(fen)
        gone = draw(st.integers(0, int(agreed * 100)).map(from_fen))
        found.append(Settled(position, agreed, gone, draw(fen), draw(st.sampled_from((YEAR, OTHER)))))
    return found


def after(lines: list[Settled], back: dict[int, Decimal], sign: int = 1) -> list[Settled]:
    """Return the lines as they stand after an adjustment."""
    return [replace(one, given_back=one.given_back + sign * back.get(one.position, ZERO)) for one in lines]


def test_what_is_above_the_share_of_what_is_left_goes_back() -> None:
    lines = [Settled(1, D("150.00"), ZERO, D("75.00")), Settled(2, D("411.00"), ZERO, D("411.00"))]
    assert to_give_back(lines) == {1: D("75.00")}


def test_what_went_back_already_counts() -> None:
    assert to_give_back([Settled(1, D("150.00"), D("75.00"), D("75.00"))]) == {}
    assert to_give_back([Settled(1, D("150.00"), D("75.00"), D("20.00"))]) == {1: D("55.00")}


def test_who_gave_in_to_less_gives_nothing_back_of_it() -> None:
    assert to_give_back([Settled(1, D("70.00"), ZERO, D("75.00"))]) == {}
    assert to_give_back([Settled(1, D("80.00"), ZERO, D("75.00"))]) == {1: D("5.00")}


def test_what_the_station_got_again_is_asked_for_again_up_to_what_was_agreed() -> None:
    lines = [Settled(1, D("150.00"), D("75.00"), D("150.00")), Settled(2, D("80.00"), D("30.00"), D("411.00"))]
    assert to_ask_again(lines, {}) == {1: D("75.00"), 2: D("30.00")}


def test_a_cap_that_others_used_meanwhile_leaves_less_to_ask_for() -> None:
    lines = [
        Settled(1, D("150.00"), D("75.00"), D("150.00"), YEAR),
        Settled(2, D("80.00"), D("30.00"), D("80.00"), YEAR),
        Settled(3, D("10.00"), D("10.00"), D("10.00"), OTHER),
    ]
    assert to_ask_again(lines, {YEAR: D("90.00")}) == {1: D("75.00"), 2: D("15.00"), 3: D("10.00")}
    assert to_ask_again(lines, {YEAR: D("-1.00"), OTHER: ZERO}) == {}


@given(settled())
def test_it_goes_back_once_and_never_more_than_was_agreed(lines: list[Settled]) -> None:
    back = to_give_back(lines)
    assert all(amount > ZERO for amount in back.values())
    left = after(lines, back)
    assert all(ZERO <= one.given_back <= one.agreed for one in left)
    assert all(one.net <= max(one.most, ZERO) for one in left)
    assert to_give_back(left) == {}
    # what did not have to go back stays as it was
    assert all(now == was for was, now in zip(lines, left, strict=True) if was.net <= was.most)


@given(settled(), st.dictionaries(st.sampled_from((YEAR, OTHER)), st.integers(-100_00, 9_999_99).map(from_fen)))
def test_again_never_more_than_was_agreed_nor_than_the_cap_leaves(
    lines: list[Settled], left: dict[tuple[int, int], Decimal]
) -> None:
    again = to_ask_again(lines, left)
    then = after(lines, again, -1)
    assert all(ZERO <= one.given_back <= one.agreed for one in then)
    assert to_give_back(then) == to_give_back(lines)  # nothing is asked for that would have to go back
    for year, room in left.items():
        taken = total(again.get(one.position, ZERO) for one in lines if one.year == year)
        assert taken <= max(room, ZERO)
        wanted = total(one.again for one in lines if one.year == year)
        assert taken == min(wanted, max(room, ZERO))  # and nothing that there is room for is forgotten
    assert all(again.get(one.position, ZERO) == one.again for one in lines if one.year not in left)


@given(settled(), fen)
def test_there_and_back_nothing_is_left_over(lines: list[Settled], most: Decimal) -> None:
    fresh = [replace(one, given_back=ZERO) for one in lines]
    lowered = [replace(one, most=min(one.most, most)) for one in fresh]
    gone = after(lowered, to_give_back(lowered))
    risen = [replace(one, most=one.agreed) for one in gone]
    back = after(risen, to_ask_again(risen, {}), -1)
    assert [one.given_back for one in back] == [ZERO] * len(lines)
