from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.clock import at, day_bounds, local, local_date, month_bounds, month_of, within

MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_day_in_china_begins_at_four_in_the_afternoon_utc() -> None:
    assert local_date(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert local_date(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == date(2026, 11, 21)
    assert at(date(2026, 11, 21), 9, 30) == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


def test_a_month_is_chinas() -> None:
    assert month_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2027-01"
    assert month_bounds("2026-12") == (at(date(2026, 12, 1)), at(date(2027, 1, 1)))
    assert month_bounds("2026-02") == (at(date(2026, 2, 1)), at(date(2026, 3, 1)))


def test_both_days_of_a_range_are_whole() -> None:
    start, end = day_bounds(date(2026, 11, 20), date(2026, 11, 21))
    assert end - start == timedelta(hours=48)


def test_a_moment_without_a_zone_is_a_fault() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 11, 20))  # noqa: DTZ001  (the point)


@given(MOMENTS)
def test_every_moment_lies_in_its_day_and_month(moment: datetime) -> None:
    start, end = day_bounds(local_date(moment), local_date(moment))
    assert start <= moment < end
    first, following = month_bounds(month_of(moment))
    assert first <= moment < following


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("10:00:00", None),
        ("10:01:00", "10:01:40"),  # the minute of the event: the event
        ("10:01:45", "10:01:45"),
        ("10:02:00", "10:02:00"),
        ("10:02:05", "10:02:05"),
        ("10:03:00", None),
    ],
)
def test_a_typed_minute_is_kept_between_an_event_and_now(typed: str, kept: str | None) -> None:
    def moment(clock: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-20T{clock}+08:00")

    expected = moment(kept) if kept else None
    assert within(moment(typed), moment("10:01:40"), moment("10:02:05")) == expected
