"""What needs lack where newer parts go in for older ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.chains import BOTH_WAYS, ONE_WAY, Replacement, circles, instead_of
from parts.orders.rules import NOTHING, shortfall
from tests.support.figures import d

TODAY = date(2026, 11, 20)
#: Three parts of a chain, the oldest first, and what may be put in for each.
OLD, MID, NEW = 1, 2, 3
ONE_WAY_CHAIN = {OLD: [MID, NEW], MID: [NEW]}
BOTH_WAYS_BELOW = {OLD: [MID, NEW], MID: [NEW, OLD]}


@pytest.mark.parametrize(
    ("needs", "supplies", "instead", "short", "left"),
    [
        ({OLD: "2"}, {OLD: "3", NEW: "1"}, ONE_WAY_CHAIN, {}, {OLD: "1", NEW: "1"}),  # its own first
        ({OLD: "2"}, {MID: "1", NEW: "3"}, ONE_WAY_CHAIN, {}, {NEW: "2"}),  # then the older of the newer ones
        ({OLD: "2", NEW: "2"}, {NEW: "3"}, ONE_WAY_CHAIN, {OLD: "1"}, {}),
        ({OLD: "1", MID: "1"}, {NEW: "1"}, ONE_WAY_CHAIN, {OLD: "1"}, {}),  # the newest is served first
        ({NEW: "2"}, {OLD: "9", MID: "9"}, ONE_WAY_CHAIN, {NEW: "2"}, {OLD: "9", MID: "9"}),
        ({MID: "2", NEW: "1"}, {OLD: "3"}, BOTH_WAYS_BELOW, {NEW: "1"}, {OLD: "1"}),
        ({OLD: "0.50"}, {}, {}, {OLD: "0.50"}, {}),
        ({OLD: "1"}, {NEW: "1"}, {}, {OLD: "1"}, {NEW: "1"}),  # nothing replaces it today
    ],
)
def test_what_is_over_of_the_newer_part_serves_the_older_one(
    needs: dict[int, str], supplies: dict[int, str], instead: dict[int, list[int]], short: dict[int, str],
    left: dict[int, str],
) -> None:  # fmt: skip
    found = shortfall(figures(needs), figures(supplies), instead)
    assert (found.short, found.left) == (figures(short), figures(left))


def figures(typed: Mapping[int, str]) -> dict[int, Decimal]:
    return {part: d(quantity) for part, quantity in typed.items()}


PARTS = range(6)
LINKS = st.dictionaries(st.sampled_from(PARTS), st.sampled_from(PARTS)).filter(
    lambda links: not circles({str(old): str(new) for old, new in links.items()})
)
QUANTITIES = st.dictionaries(st.sampled_from(PARTS), st.integers(0, 900).map(lambda n: Decimal(n) / 100))


def instead_by(links: dict[int, int], both: set[int]) -> dict[int, list[int]]:
    steps = [Replacement(str(old), str(new), None, BOTH_WAYS if old in both else ONE_WAY) for old, new in links.items()]
    return {part: [int(other) for other in instead_of(steps, str(part), TODAY)] for part in PARTS}


@given(LINKS, st.sets(st.sampled_from(PARTS)), QUANTITIES, QUANTITIES)
def test_nothing_is_lost_and_nothing_could_be_served_better(
    links: dict[int, int], both: set[int], needs: dict[int, Decimal], supplies: dict[int, Decimal]
) -> None:
    instead = instead_by(links, both)
    found = shortfall(needs, supplies, instead)
    short, left = sum(found.short.values(), NOTHING), sum(found.left.values(), NOTHING)
    assert all(NOTHING < lacking <= needs[part] for part, lacking in found.short.items())
    assert all(NOTHING < over <= supplies[part] for part, over in found.left.items())
    served = sum(needs.values(), NOTHING) - short
    assert served == sum(supplies.values(), NOTHING) - left
    # Hall: no way to share out leaves less short than the needs that have the least to take from
    assert short == max(
        sum((needs[part] for part in some), NOTHING)
        - sum((supplies.get(part, NOTHING) for part in {p for n in some for p in (n, *instead[n])}), NOTHING)
        for size in range(len(needs) + 1)
        for some in combinations(needs, size)
    )  # fmt: skip
    for part in found.short:
        assert not {part, *instead[part]} & found.left.keys()  # short only where all that may go in is used up


@given(LINKS, QUANTITIES, QUANTITIES)
def test_one_way_what_is_old_never_serves_what_is_newer(
    links: dict[int, int], needs: dict[int, Decimal], supplies: dict[int, Decimal]
) -> None:
    """The newest parts of their chains lack what their own stock lacks, however much lies there of the old."""
    found = shortfall(needs, supplies, instead_by(links, set()))
    for part in needs.keys() - links.keys():
        assert found.short.get(part, NOTHING) == max(needs[part] - supplies.get(part, NOTHING), NOTHING)
