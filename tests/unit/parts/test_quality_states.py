from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.quality.states import LEAVING, OF_HEADQUARTERS, OF_STATION, QUALITY_REPORT, fitting


def ways(*, station: bool) -> dict[str, set[str]]:
    """Return every step of a report of a station, or of headquarters' own, by the states it leads from and to."""
    able = fitting(QUALITY_REPORT.actions, station=station)
    found: dict[str, set[str]] = {}
    for step in QUALITY_REPORT.steps:
        if step.action in able:
            for source in step.sources:
                found.setdefault(source, set()).add(step.target)
    return found


@pytest.mark.parametrize(
    ("station", "states"),
    [
        (True, {"draft", "submitted", "returned", "in_analysis", "measures", "checking"}),
        (False, {"draft", "in_analysis", "measures", "checking"}),
    ],
)
def test_each_report_comes_to_an_end_from_wherever_it_is(*, station: bool, states: set[str]) -> None:
    steps, reached, fresh = ways(station=station), {"draft"}, {"draft"}
    while fresh:
        fresh = {target for state in fresh for target in steps.get(state, ())} - reached
        reached |= fresh
    assert reached - QUALITY_REPORT.final == states
    assert all(steps[state] for state in states)


def test_headquarters_own_report_is_withdrawn_or_joined_and_never_returned() -> None:
    assert fitting(("return", "reject", "join", "withdraw_own", "begin"), station=False) == {
        "join", "withdraw_own", "begin",
    }  # fmt: skip
    assert fitting(("return", "reject", "join", "withdraw_own", "begin"), station=True) == {"return", "reject", "join"}
    assert [step.sources for step in QUALITY_REPORT.steps if step.action == "withdraw_own"] == [
        ("draft", "in_analysis")
    ]
    assert QUALITY_REPORT.step("draft", "withdraw_own").needs_reason


@given(st.sets(st.sampled_from(QUALITY_REPORT.actions)))
def test_no_step_fits_neither(actions: set[str]) -> None:
    assert fitting(actions, station=True) | fitting(actions, station=False) == actions
    assert not OF_STATION & OF_HEADQUARTERS
    assert set(QUALITY_REPORT.actions) >= LEAVING | OF_STATION | OF_HEADQUARTERS
