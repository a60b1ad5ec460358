from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealers.vehicles.rules import (
    Reading,
    category_of,
    clean_plate,
    coverage_period,
    judge_readings,
    mask_name,
    mask_phone,
    period_end,
    plate_kind,
    powertrain_of,
    use_of,
)

START = datetime(2026, 1, 1, 2, tzinfo=UTC)


def readings(*pairs: tuple[int, int] | tuple[int, int, bool]) -> list[Reading]:
    return [Reading(START + timedelta(days=pair[0]), pair[1], len(pair) > 2) for pair in pairs]


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("京A12345", "ordinary"),
        ("沪BD8K07", "ordinary"),
        ("粤AD12345", "new_energy"),
        ("粤AF1A345", None),
        ("粤AFA1345", "new_energy"),
        ("粤B12345D", "new_energy"),
        ("粤B12345L", None),
        ("京A1234警", "police"),
        ("鲁B1234学", "learner"),
        ("冀D12AB挂", "trailer"),
        ("粤Z1234港", "border"),
        ("224578使", "embassy"),
        ("使224578", "embassy"),
        ("沪A0023领", "consulate"),
        ("WJ京1234X", "armed_police"),
        ("京I12345", None),
        ("京A1234O", None),
        ("京A123456", None),
        ("X A12345", None),
        ("", None),
    ],
)
def test_plates_have_a_kind_or_deserve_a_warning(plate: str, kind: str | None) -> None:
    assert plate_kind(plate) == kind


def test_plates_are_cleaned() -> None:
    assert clean_plate(" 京a·1234５ ") == "京A12345"


def test_words_of_lists_become_keys() -> None:
    assert [use_of(word) for word in ("家用", "Household", "网约车", "飞行")] == [
        "household",
        "household",
        "rental",
        None,
    ]
    assert (category_of("皮卡"), category_of("SUV"), category_of("船")) == ("pickup", "passenger_car", None)
    assert (powertrain_of("纯电动"), powertrain_of("核")) == ("electric", None)


def test_people_are_masked() -> None:
    assert [mask_name(name) for name in ("王小明", "王明", "")] == ["王**", "王**", ""]
    assert [mask_phone(phone) for phone in ("13812341234", "02155001234", "5500123", "110", "")] == [
        "138****1234", "021****1234", "****23", "****", "",
    ]  # fmt: skip


def doubts(*pairs: tuple[int, int] | tuple[int, int, bool]) -> list[str | None]:
    return [judged.doubt for judged in judge_readings(readings(*pairs))]


def test_lower_than_before_is_doubted_and_no_measure_for_the_next() -> None:
    assert doubts((0, 10_000), (30, 12_000), (60, 11_000), (90, 11_500), (120, 13_000)) == [
        None, None, "lower", "lower", None,
    ]  # fmt: skip


def test_a_new_meter_may_start_anew_and_the_distance_goes_on() -> None:
    judged = judge_readings(readings((0, 45_000), (30, 100, True), (60, 6_100)))
    assert [item.doubt for item in judged] == [None, None, None]
    assert [item.distance_km for item in judged] == [45_000, 45_100, 51_100]


def test_a_slip_of_the_finger_is_too_fast_and_does_not_spoil_what_follows() -> None:
    assert doubts((0, 10_000), (10, 120_000), (20, 12_500)) == [None, "too_fast", None]


def test_every_day_begun_gives_its_kilometres() -> None:
    assert doubts((0, 0), (1, 1_500)) == [None, None]
    assert doubts((0, 0), (1, 1_501)) == [None, "too_fast"]
    assert doubts((0, 0), (0, 1_500)) == [None, None]


def test_absurd_figures_stand_alone() -> None:
    assert doubts((0, -1), (1, 1_500_001), (2, 50)) == ["absurd", "absurd", None]


def test_order_of_time_counts_not_order_of_writing() -> None:
    assert [item.reading.km for item in judge_readings(readings((30, 2_000), (0, 1_000)))] == [1_000, 2_000]


@given(st.lists(st.tuples(st.integers(0, 4_000), st.integers(-10, 2_000_000)), max_size=30))
def test_plausible_readings_of_one_meter_never_fall(pairs: list[tuple[int, int]]) -> None:
    judged = judge_readings(readings(*pairs))
    plausible = [item.reading.km for item in judged if item.doubt is None]
    assert plausible == sorted(plausible)
    distances = [item.distance_km for item in judged]
    assert distances == sorted(distances)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 3, 3), 36, date(2028, 3, 3)),
        (date(2025, 12, 15), 24, date(2027, 12, 15)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_months_last(start: date, months: int, end: date) -> None:
    assert period_end(start, months) == end


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 120))
def test_a_period_ends_in_the_nth_month_on_that_day_or_the_last(start: date, months: int) -> None:
    end = period_end(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    is_last = (end + timedelta(days=1)).day == 1
    assert end.day == start.day or (is_last and end.day < start.day)


@pytest.mark.parametrize(
    ("today", "km", "state"),
    [
        (date(2025, 3, 2), 0, "not_begun"),
        (date(2025, 3, 3), 0, "in_force"),
        (date(2027, 3, 3), 50_000, "in_force"),
        (date(2027, 3, 3), 50_001, "km_over"),
        (date(2027, 3, 4), 10, "time_over"),
    ],
)
def test_the_last_day_and_the_last_kilometre_are_inside(today: date, km: int, state: str) -> None:
    period = coverage_period("guarantee", date(2025, 3, 3), 24, 50_000, today, km)
    assert period.state == state
    assert period.in_force == (state == "in_force")
