"""What figures mean: clocks, peers, looks of photos, a car's own curve. No accusation, only what is worth a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")
#: Tenths of an hour in a day: the trade's best decides within one.
DAY_TENTHS = 240
#: The level of a decision that no person made.
NO_PERSON = 0


def share(part: int, whole: int) -> Decimal | None:
    """Return a share in per cent with one place; None of nothing."""
    return (100 * Decimal(part) / whole).quantize(TENTH, ROUND_HALF_UP) if whole else None


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest value that at least ``percent`` of all do not exceed (nearest rank); None of nothing.

    ``counts`` says how often each value is there.
    """
    whole, reached = sum(counts.values()), 0
    for value in sorted(counts):
        reached += counts[value]
        if counts[value] and 100 * reached >= percent * whole:
            return value
    return None


@dataclass(frozen=True, slots=True)
class Decided:
    """``count`` decisions alike: of a station, type and level, so many tenths of an hour after the submission."""

    dealer: int
    type: str
    level: int
    outcome: str
    tenths: int
    count: int


@dataclass(frozen=True)
class Clock:
    """The figures of some decisions. Hours are rounded up to a tenth; shares are per cent."""

    count: int = 0
    alone: Decimal | None = None  # without a person
    within_day: Decimal | None = None
    returned: Decimal | None = None
    refused: Decimal | None = None
    median: Decimal | None = None
    ninetieth: Decimal | None = None


@dataclass
class _Tally:
    count: int = 0
    alone: int = 0
    within: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    times: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, one: Decided) -> None:
        self.count += one.count
        self.alone += one.count if one.level == NO_PERSON else 0
        self.within += one.count if one.tenths <= DAY_TENTHS else 0
        self.outcomes[one.outcome] += one.count
        self.times[one.tenths] += one.count

    def clock(self) -> Clock:
        return Clock(
            self.count, share(self.alone, self.count), share(self.within, self.count),
            share(self.outcomes["return"], self.count), share(self.outcomes["refuse"], self.count),
            _hours(percentile(self.times, 50)), _hours(percentile(self.times, 90)),
        )  # fmt: skip


def _hours(tenths: int | None) -> Decimal | None:
    return None if tenths is None else tenths * TENTH


def clocks(decided: Iterable[Decided], key: Callable[[Decided], Key]) -> dict[Key, Clock]:
    """Return the figures of each group of decisions, groups made by ``key``."""
    tallies: dict[Key, _Tally] = defaultdict(_Tally)
    for one in decided:
        tallies[key(one)].add(one)
    return {name: tally.clock() for name, tally in tallies.items()}


#: Fewer stations than this do not make a network whose median says nothing of a single one.
FEWEST_STATIONS = 5


def network_medians(decided: Sequence[Decided], key: Callable[[Decided], Key]) -> dict[Key, Decimal | None]:
    """Return the median hours of each group over the network, where enough stations have a part in it."""
    stations: dict[Key, set[int]] = defaultdict(set)
    for one in decided:
        stations[key(one)].add(one.dealer)
    found = clocks(decided, key)
    return {name: clock.median for name, clock in found.items() if len(stations[name]) >= FEWEST_STATIONS}


@dataclass(frozen=True)
class Figure:
    """What a station's claims come to in one measure; ``value`` is None where there is nothing to divide by."""

    dealer: int
    grade: int | None
    claims: int
    value: Decimal | None


@dataclass(frozen=True)
class Compared:
    """A figure beside the median of its peers; ``z`` is None where there are too few of them or all are alike."""

    figure: Figure
    median: Decimal | None
    z: Decimal | None
    of_grade: bool = True  # compared with its grade; else with all stations


#: So few claims or peers say nothing.
FEWEST_CLAIMS, FEWEST_PEERS = 10, 5


def robust_z(value: Decimal, values: Sequence[Decimal]) -> Decimal | None:
    """Return how far a value is from the median, in median absolute deviations (Iglewicz and Hoaglin 1993).

    0.6745 makes it a standard score of a normal distribution. Where more than half are alike the mean
    absolute deviation stands in (factor 1.253314); None where all are alike.
    """
    middle = median(values)
    off = [abs(one - middle) for one in values]
    spread = median(off) / Decimal("0.6745") or mean(off) * Decimal("1.253314")
    return ((value - middle) / spread).quantize(HUNDREDTH, ROUND_HALF_UP) if spread else None


def compare(figures: Iterable[Figure]) -> list[Compared]:
    """Put each station beside the stations of its grade, the highest score first, those without one last.

    A grade of too few stations is put beside all stations.
    """
    enough = [figure for figure in figures if figure.claims >= FEWEST_CLAIMS and figure.value is not None]
    grades: dict[int | None, list[Decimal]] = defaultdict(list)
    for figure in enough:
        grades[figure.grade].append(figure.value or Decimal(0))
    every = [value for values in grades.values() for value in values]
    found = []
    for figure in enough:
        of_grade = len(grades[figure.grade]) >= FEWEST_PEERS
        peers = grades[figure.grade] if of_grade else every
        if len(peers) < FEWEST_PEERS:
            found.append(Compared(figure, None, None, of_grade))
            continue
        middle = median(peers).quantize(HUNDREDTH, ROUND_HALF_UP)
        found.append(Compared(figure, middle, robust_z(figure.value or Decimal(0), peers), of_grade))
    return sorted(found, key=lambda one: (one.z is None, -(one.z or 0), -(one.figure.value or 0), one.figure.dealer))


@dataclass(frozen=True, slots=True)
class Look:
    """A photo of a visit by its 64-bit difference hash, kept with a sign."""

    photo: int
    visit: int
    bits: int


@dataclass(frozen=True)
class Pair:
    """Two photos of different visits that look alike; ``distance`` is the number of bits that differ."""

    earlier: Look
    later: Look
    distance: int


#: Up to so many of 64 bits differ between a picture and the same one scaled, pressed or brightened.
NEAR = 6
_BITS, _BAND = (1 << 64) - 1, (1 << 16) - 1
_FLIPS = (0, *(1 << place for place in range(16)))


def distance(one: int, other: int) -> int:
    """Return how many of the 64 bits differ."""
    return ((one ^ other) & _BITS).bit_count()


def near_pairs(looks: Sequence[Look], fresh: Container[int]) -> list[Pair]:
    """Return the pairs of which at least one photo is in ``fresh``, the most alike and newest first.

    Two looks that differ in at most six bits agree but for one bit in at least one of four bands of
    sixteen: a fresh photo waits in 68 buckets, and every photo knocks at four.
    """
    buckets: dict[int, list[Look]] = defaultdict(list)
    for look in looks:
        if look.photo in fresh:
            for band in _bands(look.bits):
                for flip in _FLIPS:
                    buckets[band ^ flip].append(look)
    found: dict[tuple[int, int], Pair] = {}
    for look in looks:
        for band in _bands(look.bits):
            for other in buckets.get(band, ()):
                apart = ((look.bits ^ other.bits) & _BITS).bit_count()
                if apart <= NEAR and other.visit != look.visit:
                    earlier, later = sorted((look, other), key=lambda one: one.photo)
                    found[earlier.photo, later.photo] = Pair(earlier, later, apart)
    return sorted(found.values(), key=lambda pair: (pair.distance, -pair.later.photo, -pair.earlier.photo))


def _bands(bits: int) -> tuple[int, int, int, int]:
    """Return the four bands of sixteen bits, each with its place above them."""
    return (
        bits & _BAND, bits >> 16 & _BAND | 1 << 16, bits >> 32 & _BAND | 2 << 16, bits >> 48 & _BAND | 3 << 16,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """An odometer reading: the day as a number, kilometres; ``key`` names it."""

    day: int
    km: int
    key: int | None = None


@dataclass(frozen=True)
class OffCurve:
    """A reading off its car's curve: expected km, how far off, per day since the nearest other reading."""

    point: Point
    expected: int
    off: int
    per_day: int
    pace: int  # km a day of the car's other readings


#: A curve goes through the readings nearest in time; so few do not make one.
MOST_POINTS, FEWEST_POINTS = 12, 2


def off_curve(points: Sequence[Point], place: int) -> OffCurve | None:
    """Compare a reading with the curve through the car's other readings; None where they make none.

    Between two readings the curve is straight; beyond the first and the last it goes on at the car's own
    pace, the median of the paces between each two readings. ``points`` are ordered by day.
    """
    point = points[place]
    others = sorted((*points[:place], *points[place + 1 :]), key=lambda one: abs(one.day - point.day))[:MOST_POINTS]
    paces = [1000 * (b.km - a.km) // (b.day - a.day) for a in others for b in others if b.day > a.day]  # metres a day
    if len(others) < FEWEST_POINTS or not paces:
        return None
    pace = int(median(paces))
    before = [one for one in others if one.day <= point.day]
    after = [one for one in others if one.day > point.day]
    if before and after:
        start, end = max(before, key=lambda one: one.day), min(after, key=lambda one: one.day)
        expected = start.km + (end.km - start.km) * (point.day - start.day) // (end.day - start.day)
    else:
        expected = others[0].km + pace * (point.day - others[0].day) // 1000
    off = point.km - expected
    gap = max(1, abs(others[0].day - point.day))
    return OffCurve(point, expected, off, abs(off) // gap, pace // 1000)


def off_readings(points: Sequence[Point], least: int) -> list[OffCurve]:
    """Return a car's readings that are at least ``least`` km a day off its curve.

    One wrong reading bends the curve for its neighbours: the one without which the others agree best is
    taken out, and they are looked at again. A point without a key only makes the curve.
    """
    left, found = list(points), []
    while offs := [off for off in _offs(left) if off.per_day >= least]:
        worst = min(offs, key=lambda off: (_farthest([one for one in left if one is not off.point]), -off.per_day))
        found.append(worst)
        left.remove(worst.point)
    return found


def _offs(points: Sequence[Point]) -> list[OffCurve]:
    return [off for place, point in enumerate(points) if point.key is not None and (off := off_curve(points, place))]


def _farthest(points: Sequence[Point]) -> int:
    return max((off.per_day for off in _offs(points)), default=0)


#: Months in service at which the trade compares cars.
AGES = (3, 12, 36)


def months_in_service(start: date, day: date) -> int:
    """Return the whole months from the day a car was handed over to a day; below nought before it."""
    return (day.year - start.year) * 12 + day.month - start.month - (day.day < start.day)


@dataclass(frozen=True, slots=True)
class Failed:
    """``claims`` alike: in so many whole months of service, of cars that are ``age`` months old; cost in yuan."""

    month: int
    age: int
    claims: int
    cost: Decimal


@dataclass(frozen=True)
class Thousand:
    """R1000: what cars that reached an age had failed by then. Younger cars count on neither side."""

    months: int
    cars: int
    claims: int
    cost: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Claims for each thousand cars, two places; None where no car is old enough."""
        return (Decimal(1000 * self.claims) / self.cars).quantize(HUNDREDTH, ROUND_HALF_UP) if self.cars else None

    @property
    def per_car(self) -> Decimal | None:
        """Yuan for each car, to the fen."""
        return per_car(self.cost, self.cars)


def per_car(cost: Decimal, cars: int) -> Decimal | None:
    """Return yuan for each car, half up to the fen; None where there are none."""
    return (cost / cars).quantize(HUNDREDTH, ROUND_HALF_UP) if cars else None


def r1000(cars: Mapping[int, int], failed: Iterable[Failed], months: int) -> Thousand:
    """Reckon R1000 at an age: ``cars`` says how many cars there are of each age in whole months."""
    counted = [one for one in failed if 0 <= one.month < months <= one.age]
    old_enough = sum(count for age, count in cars.items() if age >= months)
    return Thousand(months, old_enough, sum(one.claims for one in counted), sum((o.cost for o in counted), Decimal(0)))


def in_repair_period(sold: Mapping[tuple[str, int], int], month: str) -> int:
    """Return how many cars had free repair in a month (``2026-05``).

    ``sold`` counts cars by the month they were handed over in and the months of their repair period.
    """
    now = _count_months(month)
    return sum(
        count for (handed_over, period), count in sold.items() if 0 <= now - _count_months(handed_over) <= period
    )


def _count_months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])


#: Which cars claims are held against: those that came in somewhere, or all with free repair during the period.
CAME_IN, IN_PERIOD = "came_in", "in_period"


def basis(asked: Container[str]) -> str | None:
    """Return which cars claims are held against, by what they are grouped and narrowed by (keys of dimensions).

    Narrowed to a station or region, claims are not held against cars that never came there. Months in service
    tell no cars apart that a count of cars knows: None, no rate.
    """
    if "mis" in asked or "band" in asked:
        return None
    return CAME_IN if "dealer" in asked or "region" in asked else IN_PERIOD


def per_thousand(claims: int, cars: int | None) -> Decimal | None:
    """Return claims for each thousand cars, two places; None where there are none, or nobody counted them."""
    return (Decimal(1000 * claims) / cars).quantize(HUNDREDTH, ROUND_HALF_UP) if cars else None
