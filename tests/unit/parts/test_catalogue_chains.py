from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.chains import BOTH_WAYS, ONE_WAY, Replacement, chain, circles, closes_circle, instead_of

TODAY = date(2026, 11, 20)


def test_the_newer_part_goes_in_for_the_older_one_along_the_whole_chain() -> None:
    links = [Replacement("A", "B"), Replacement("B", "C")]
    assert instead_of(links, "A", TODAY) == ["B", "C"]
    assert instead_of(links, "C", TODAY) == []


def test_the_older_part_goes_in_for_the_newer_one_only_both_ways() -> None:
    links = [Replacement("A", "B", interchange=BOTH_WAYS), Replacement("B", "C", interchange=ONE_WAY)]
    assert instead_of(links, "B", TODAY) == ["C", "A"]
    assert instead_of(links, "C", TODAY) == []
    both = [Replacement("A", "B", interchange=BOTH_WAYS), Replacement("B", "C", interchange=BOTH_WAYS)]
    assert instead_of(both, "C", TODAY) == ["B", "A"]


def test_two_parts_with_one_successor_stand_in_for_each_other_where_both_ways_allow() -> None:
    links = [Replacement("A", "C", interchange=ONE_WAY), Replacement("B", "C", interchange=BOTH_WAYS)]
    assert instead_of(links, "A", TODAY) == ["C", "B"]
    assert instead_of(links, "B", TODAY) == ["C"]


def test_a_replacement_holds_from_its_day_on() -> None:
    links = [Replacement("A", "B", since=date(2026, 11, 21))]
    assert instead_of(links, "A", TODAY) == []
    assert instead_of(links, "A", date(2026, 11, 21)) == ["B"]


@pytest.mark.parametrize(
    ("links", "old", "new", "circle"),
    [
        ({"B": "C"}, "A", "B", []),
        ({"B": "A"}, "A", "B", ["A", "B", "A"]),
        ({"B": "C", "C": "A"}, "A", "B", ["A", "B", "C", "A"]),
        ({}, "A", "A", ["A", "A"]),
        ({"A": "X", "X": "Y"}, "A", "B", []),  # what A led to before does not count
    ],
)
def test_a_circle_is_named_from_its_beginning_to_its_end(
    links: dict[str, str], old: str, new: str, circle: list[str]
) -> None:
    assert closes_circle(links, old, new) == circle


NUMBERS = st.sampled_from("ABCDEFGH")
LINKS = st.dictionaries(NUMBERS, NUMBERS).filter(lambda links: not circles(links))


@given(LINKS, NUMBERS, NUMBERS)
def test_what_closes_no_circle_leaves_none(links: dict[str, str], old: str, new: str) -> None:
    assert bool(closes_circle(links, old, new)) == bool(circles({**links, old: new}))


@given(LINKS, st.sets(NUMBERS))
def test_no_part_stands_in_for_itself_and_its_successors_always_do(links: dict[str, str], both: set[str]) -> None:
    steps = [Replacement(old, new, None, BOTH_WAYS if old in both else ONE_WAY) for old, new in links.items()]
    for number in "ABCDEFGH":
        found = instead_of(steps, number, TODAY)
        assert number not in found
        assert len(found) == len(set(found))
        assert found[: len(chain(links, number))] == chain(links, number)
        # the other way round: an old part goes in for its successor just where it may
        if number in links:
            assert (number in instead_of(steps, links[number], TODAY)) == (number in both)
