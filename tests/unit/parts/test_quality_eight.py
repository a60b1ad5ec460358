from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.quality.rules.eight import (
    RESTS_ON,
    Hindrance,
    Measure,
    Standing,
    Step,
    effect_hindrances,
    has_failed,
    hindrances,
    overdue,
    plan,
    step_hindrances,
    undone_after,
)

BEGUN, TODAY = date(2026, 11, 2), date(2026, 11, 20)
STEP = Step(4, "转子偏心，动平衡超差", date(2026, 11, 16), date(2026, 11, 18))


def done(*numbers: int) -> tuple[Step, ...]:
    return tuple(Step(number, "做了", BEGUN, BEGUN if number in numbers else None) for number in range(1, 9))


def test_the_plan_counts_from_the_taking_up() -> None:
    days = plan(BEGUN)
    assert list(days) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (days[1], days[3], days[4], days[8]) == (
        date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 16), date(2027, 1, 31),
    )  # fmt: skip


def test_a_step_is_in_time_on_its_day() -> None:
    steps = [replace(STEP, step=number, done_on=None, due_on=TODAY + timedelta(days=number - 5)) for number in (4, 5)]
    assert [step.step for step in overdue(steps, TODAY)] == [4]
    assert overdue([replace(steps[0], done_on=TODAY)], TODAY) == []


@pytest.mark.parametrize(
    ("step", "done_before", "found"),
    [
        (STEP, {2}, []),
        (STEP, set(), [Hindrance("rests_on", "done_on", (2,))]),
        (replace(STEP, text="  "), {2}, [Hindrance("text_missing", "text")]),
        (replace(STEP, text="", done_on=None), set(), []),
        (replace(STEP, done_on=TODAY + timedelta(days=1)), {2}, [Hindrance("done_day", "done_on")]),
        (replace(STEP, done_on=BEGUN - timedelta(days=1)), {2}, [Hindrance("done_day", "done_on")]),
        (replace(STEP, due_on=BEGUN - timedelta(days=1), done_on=None), set(), [Hindrance("due_early", "due_on")]),
        (replace(STEP, step=8), {1, 2, 3, 4, 5, 6}, [Hindrance("rests_on", "done_on", (7,))]),
        (replace(STEP, step=3), set(), []),  # containment waits for nothing
        (replace(STEP, due_on=BEGUN, done_on=BEGUN), {2}, []),  # on the first day
        (replace(STEP, done_on=TODAY), {2}, []),
    ],
)
def test_what_keeps_a_step(step: Step, done_before: set[int], found: list[Hindrance]) -> None:
    assert step_hindrances(step, done_before, TODAY, BEGUN) == found


def test_a_step_is_not_opened_while_others_rest_on_it() -> None:
    assert undone_after(4, {4, 5, 6}) == (5, 6)
    assert undone_after(3, {1, 2, 3, 8}) == (8,)
    assert undone_after(7, {1, 7}) == ()


@given(st.permutations(range(1, 9)))
def test_steps_done_in_any_allowed_order_never_rest_on_open_ones(order: list[int]) -> None:
    finished: set[int] = set()
    for _round in range(8):
        for number in order:
            step = replace(STEP, step=number)
            if number not in finished and not step_hindrances(step, finished, TODAY, BEGUN):
                assert set(RESTS_ON.get(number, ())) <= finished
                finished.add(number)
    assert finished == set(range(1, 9))


INTERIM, PERMANENT = Measure("interim", BEGUN), Measure("permanent", TODAY)


@pytest.mark.parametrize(
    ("action", "standing", "codes"),
    [
        ("decide", Standing(done(1, 2, 3, 4), (INTERIM,), "supplier"), []),
        ("decide", Standing(done(1, 2, 4), (), None), ["steps_open", "unit_missing", "measure_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (INTERIM, PERMANENT)), []),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (INTERIM,)), ["permanent_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (Measure("permanent", TODAY + timedelta(days=1)),)),
         ["permanent_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5), (Measure("permanent", None),)), ["steps_open", "permanent_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (replace(PERMANENT, failed=True),)), ["permanent_failed"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (INTERIM, replace(PERMANENT, failed=True))), ["permanent_failed"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (replace(INTERIM, failed=True),)), ["permanent_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (replace(PERMANENT, lifted=True),)), ["permanent_missing"]),
        ("decide", Standing(done(1, 2, 3, 4), (replace(INTERIM, lifted=True),), "plant"), ["measure_missing"]),
        ("enforce", Standing(done(1, 2, 3, 4, 5, 6), (replace(PERMANENT, failed=True), PERMANENT)), []),
        ("close", Standing(done(*range(1, 9)), (PERMANENT,), "supplier", "effective"), []),
        ("close", Standing(done(*range(1, 9)), (PERMANENT,), "supplier", "insufficient"), ["effect_missing"]),
        ("close", Standing(done(*range(1, 8)), (PERMANENT,), "supplier", None), ["steps_open", "effect_missing"]),
        ("close", Standing(done(*range(1, 9)), (replace(PERMANENT, lifted=True),), "supplier", "effective"),
         ["permanent_missing"]),
        ("resume", Standing(done()), []),
    ],
)  # fmt: skip
def test_what_a_report_needs_to_go_on(action: str, standing: Standing, codes: list[str]) -> None:
    assert [one.code for one in hindrances(action, standing, TODAY)] == codes


@pytest.mark.parametrize(
    ("in_force_on", "written_before", "failed"),
    [
        (None, True, False), (TODAY - timedelta(days=1), True, True), (TODAY - timedelta(days=1), False, True),
        (TODAY, True, True), (TODAY, False, False), (TODAY + timedelta(days=1), True, False),
    ],
)  # fmt: skip
def test_what_held_when_the_effect_was_found_wanting_has_failed(
    in_force_on: date | None, *, written_before: bool, failed: bool
) -> None:
    assert has_failed(in_force_on, TODAY, written_before=written_before) is failed


@pytest.mark.parametrize(
    ("effect", "told", "early", "codes"),
    [
        ("effective", "fell", "", []), ("effective", "rose", "", []),
        ("effective", "too_early", " ", ["early_missing"]),
        ("effective", "too_early", "台架试验已通过", []), ("effective", None, "台架试验已通过", ["permanent_missing"]),
        ("insufficient", "too_early", "", []), ("insufficient", None, "", []),
    ],
)  # fmt: skip
def test_that_it_helps_is_said_by_figures_or_with_a_reason(
    effect: str, told: str | None, early: str, codes: list[str]
) -> None:
    assert [one.code for one in effect_hindrances(effect, told, early)] == codes
