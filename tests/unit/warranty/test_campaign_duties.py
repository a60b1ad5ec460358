"""The duties of a recall with their last days, counted by hand on the calendar of 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.campaigns.rules.duties import (
    FINAL,
    OBJECTION,
    OWNERS,
    PHASE,
    PLAN,
    PUBLISH,
    SELLERS,
    Duty,
    Recall,
    days_problems,
    duties,
)
from warranty.guarantee.seeds import published_calendar

CALENDAR = published_calendar()
TODAY = date(2026, 11, 26)


def found(recall: Recall, today: date = TODAY) -> dict[str, Duty]:
    return {duty.key: duty for duty in duties(recall, CALENDAR, today) if duty.key != PHASE}


def phases(recall: Recall, today: date = TODAY) -> list[Duty]:
    return [duty for duty in duties(recall, CALENDAR, today) if duty.key == PHASE]


def test_nothing_is_due_before_anything_is_known() -> None:
    assert duties(Recall(), CALENDAR, TODAY) == ()


def test_the_plan_is_filed_within_five_working_days_of_the_confirmation() -> None:
    """Friday 2026-11-06: the weekend does not count, the fifth working day is Friday 13."""
    plan = found(Recall(confirmed_on=date(2026, 11, 6)))[PLAN]
    assert (plan.due, plan.article, plan.provisional) == (date(2026, 11, 13), 16, False)


def test_the_national_holiday_is_left_out() -> None:
    """Confirmed on Wednesday 2026-09-30; 1 to 7 October are off, Saturday 10 October is worked."""
    plan = found(Recall(confirmed_on=date(2026, 9, 30)))[PLAN]
    assert plan.due == date(2026, 10, 13)


def test_sellers_hear_with_the_filing_the_public_in_five_owners_in_thirty_working_days() -> None:
    filed = found(Recall(filed_on=date(2026, 11, 2)))
    assert (filed[SELLERS].due, filed[SELLERS].article) == (date(2026, 11, 2), 17)
    assert (filed[PUBLISH].due, filed[PUBLISH].article) == (date(2026, 11, 9), 18)
    assert (filed[OWNERS].due, filed[OWNERS].article) == (date(2026, 12, 14), 18)


def test_the_maker_may_object_for_fifteen_working_days() -> None:
    assert found(Recall(notice_on=date(2026, 11, 2)))[OBJECTION].due == date(2026, 11, 23)


def test_the_final_report_comes_fifteen_working_days_after_the_end() -> None:
    final = found(Recall(ends_on=date(2026, 11, 6)))[FINAL]
    assert (final.due, final.article) == (date(2026, 11, 27), 20)


def test_a_year_without_a_calendar_makes_a_day_provisional() -> None:
    assert found(Recall(filed_on=date(2031, 11, 3)))[OWNERS].provisional


def test_a_phase_report_every_three_months_up_to_the_next_one() -> None:
    recall = Recall(starts_on=date(2026, 1, 31), reports={1: date(2026, 4, 29)})
    assert [(duty.number, duty.due, duty.state(TODAY)) for duty in phases(recall)] == [
        (1, date(2026, 4, 30), "done"),
        (2, date(2026, 7, 31), "overdue"),
        (3, date(2026, 10, 31), "overdue"),
        (4, date(2027, 1, 31), "due"),
    ]


def test_no_phase_report_is_asked_for_after_the_end_or_the_final_report() -> None:
    recall = Recall(starts_on=date(2026, 1, 31), ends_on=date(2026, 8, 1))
    assert [duty.number for duty in phases(recall)] == [1, 2]
    done = Recall(starts_on=date(2026, 1, 31), reports={1: date(2026, 5, 2)}, final_on=date(2026, 6, 1))
    assert [(duty.number, duty.state(TODAY)) for duty in phases(done)] == [(1, "late")]


@given(st.dates(date(2024, 1, 1), date(2026, 11, 26)), st.integers(0, 400))
def test_duties_stand_in_the_order_of_their_days_and_phases_count_up(begin: date, length: int) -> None:
    recall = Recall(confirmed_on=begin, filed_on=begin, starts_on=begin, ends_on=begin + timedelta(days=length))
    days = [duty.due for duty in duties(recall, CALENDAR, TODAY)]
    assert days == sorted(days)
    numbers = [duty.number for duty in phases(recall)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("recall", "wrong"),
    [
        (Recall(confirmed_on=date(2026, 2, 2), filed_on=date(2026, 2, 1)), [("filed_on", "confirmed_on")]),
        (Recall(filed_on=date(2026, 2, 2), published_on=date(2026, 2, 2)), []),
        (Recall(starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1)), [("ends_on", "starts_on")]),
    ],
)
def test_a_day_is_not_before_the_one_it_follows(recall: Recall, wrong: list[tuple[str, str]]) -> None:
    assert list(days_problems(recall)) == wrong
