"""Figures reckoned by hand, and what holds for all of them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.analytics.rules import (
    Figure,
    Look,
    Point,
    compare,
    distance,
    near_pairs,
    off_curve,
    off_readings,
    percentile,
    robust_z,
    share,
)

counted = st.dictionaries(st.integers(0, 500), st.integers(0, 20), max_size=30)


@pytest.mark.parametrize(
    ("counts", "percent", "value"),
    [
        ({}, 50, None), ({3: 0}, 50, None), ({7: 1}, 50, 7), ({7: 1}, 90, 7),
        ({1: 1, 2: 1}, 50, 1), ({1: 1, 2: 1, 3: 1}, 50, 2),
        # ten values 1 … 10: the fifth and the ninth
        (dict.fromkeys(range(1, 11), 1), 50, 5), (dict.fromkeys(range(1, 11), 1), 90, 9),
        ({0: 80, 100: 19, 900: 1}, 50, 0), ({0: 80, 100: 19, 900: 1}, 90, 100), ({0: 80, 100: 19, 900: 1}, 99, 100),
    ],
)  # fmt: skip
def test_percentiles(counts: dict[int, int], percent: int, value: int | None) -> None:
    assert percentile(counts, percent) == value


@given(counted, st.integers(1, 100))
def test_a_percentile_is_what_so_many_do_not_exceed(counts: dict[int, int], percent: int) -> None:
    values = sorted(value for value, times in counts.items() for _ in range(times))
    found = percentile(counts, percent)
    if not values:
        assert found is None
        return
    assert found == values[-(-percent * len(values) // 100) - 1]


def test_shares_have_one_place_and_nothing_has_none() -> None:
    assert share(1, 3) == Decimal("33.3")
    assert share(1, 8) == Decimal("12.5")
    assert share(1, 16) == Decimal("6.3")
    assert share(0, 0) is None


def test_the_robust_score_by_hand() -> None:
    values = [Decimal(text) for text in ("10", "11", "12", "13", "30")]
    # median 12, deviations 2 1 0 1 18, their median 1: 0.6745 × 18
    assert robust_z(Decimal(30), values) == Decimal("12.14")
    assert robust_z(Decimal(12), values) == 0
    assert robust_z(Decimal(10), values) == Decimal("-1.35")
    # more than half alike: mean deviation 2 of 0 0 0 0 10, 10 / (1.253314 × 2)
    assert robust_z(Decimal(15), [Decimal(5)] * 4 + [Decimal(15)]) == Decimal("3.99")
    assert robust_z(Decimal(5), [Decimal(5)] * 5) is None


def figures(grade: int | None, *values: str, claims: int = 10) -> list[Figure]:
    start = 100 * (grade or 0)
    return [Figure(start + place, grade, claims, Decimal(value)) for place, value in enumerate(values)]


def test_stations_are_compared_within_their_grade() -> None:
    found = compare([*figures(3, "10", "11", "12", "13", "30"), *figures(5, "100", "100", "100", "100", "90")])
    assert [(one.figure.dealer, one.median) for one in found[:2]] == [(304, 12), (303, 12)]
    assert found[0].z == Decimal("12.14")
    assert {one.median for one in found if one.figure.grade == 5} == {100}


def test_few_claims_and_few_peers_say_nothing() -> None:
    assert compare(figures(3, "1", "2", "3", "4", "5", claims=9)) == []
    assert {(one.median, one.z) for one in compare(figures(None, "1", "2", "3", "9"))} == {(None, None)}


def test_a_small_grade_is_compared_with_all_stations() -> None:
    found = {one.figure.dealer: one for one in compare([*figures(3, "10", "11", "12", "13", "30"), *figures(5, "14")])}
    assert found[304].of_grade
    # 10 11 12 13 14 30: median 12.5, deviations 2.5 1.5 0.5 0.5 1.5 17.5, their median 1.5: 0.6745 × 1.5 / 1.5
    assert (found[500].of_grade, found[500].median, found[500].z) == (False, Decimal("12.50"), Decimal("0.67"))


def signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=7))
def test_a_distance_counts_the_bits_that_differ(bits: int, flips: set[int]) -> None:
    other = bits
    for flip in flips:
        other ^= 1 << flip
    assert distance(signed(bits), signed(other)) == len(flips)


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=9))
def test_buckets_find_every_near_pair_and_no_other(bits: int, flips: set[int]) -> None:
    other = bits
    for flip in flips:
        other ^= 1 << flip
    found = near_pairs([Look(1, 1, signed(bits)), Look(2, 2, signed(other))], {2})
    assert [pair.distance for pair in found] == ([len(flips)] if len(flips) <= 6 else [])


def test_pairs_are_what_comparing_all_with_all_finds() -> None:
    random = Random(7)
    seeds = [random.getrandbits(64) for _ in range(20)]
    looks = []
    for photo in range(200):
        bits = random.choice(seeds)
        for place in random.sample(range(64), random.randrange(7)):
            bits ^= 1 << place
        looks.append(Look(photo, photo % 90, signed(bits)))
    wanted = {
        (one.photo, other.photo)
        for one in looks for other in looks
        if one.photo < other.photo and one.visit != other.visit and distance(one.bits, other.bits) <= 6
        and other.photo >= 150
    }  # fmt: skip
    found = near_pairs(looks, set(range(150, 200)))
    assert {(pair.earlier.photo, pair.later.photo) for pair in found} == wanted
    assert len(found) == len(wanted)
    assert [pair.distance for pair in found] == sorted(pair.distance for pair in found)


def test_photos_of_one_visit_are_no_pair() -> None:
    assert near_pairs([Look(1, 5, 12345), Look(2, 5, 12345)], {1, 2}) == []


def test_a_reading_between_two_others() -> None:
    # 0 → 10,000 km in 200 days; the curve says 5,000 on the hundredth
    points = [Point(0, 0), Point(100, 25_000, 1), Point(200, 10_000)]
    found = off_curve(points, 1)
    assert found is not None
    assert (found.expected, found.off, found.per_day, found.pace) == (5_000, 20_000, 200, 50)


def test_a_reading_after_the_last_goes_on_at_the_cars_pace() -> None:
    points = [Point(0, 0), Point(100, 4_000), Point(200, 8_000), Point(230, 1_000, 1)]
    found = off_curve(points, 3)
    assert found is not None
    # 8,000 + 30 × 40 = 9,200; 8,200 less, over 30 days
    assert (found.expected, found.off, found.per_day) == (9_200, -8_200, 273)


def test_one_wrong_reading_is_told_and_not_its_neighbours() -> None:
    points = [Point(0, 0), Point(100, 4_000, 1), Point(200, 800, 2), Point(210, 8_400, 3), Point(300, 12_000, 4)]
    assert [off.point.key for off in off_readings(points, 100)] == [2]
    assert off_readings([points[0], points[1], points[3], points[4]], 1) == []


def test_two_readings_of_a_day_divide_by_one_day() -> None:
    found = off_curve([Point(0, 0), Point(100, 4_000), Point(100, 4_090, 1)], 2)
    assert found is not None
    assert (found.off, found.per_day) == (90, 90)


def test_one_other_reading_makes_no_curve() -> None:
    assert off_curve([Point(0, 0), Point(9, 90_000)], 1) is None
    assert off_curve([Point(5, 0), Point(5, 10), Point(9, 90_000)], 2) is None


@given(st.integers(1, 300), st.lists(st.integers(0, 3000), min_size=3, max_size=20, unique=True))
def test_a_car_that_drives_alike_every_day_is_on_its_curve(pace: int, days: list[int]) -> None:
    points = [Point(day, pace * day) for day in sorted(days)]
    found = [off_curve(points, place) for place in range(len(points))]
    assert {one.off for one in found if one} == {0}
