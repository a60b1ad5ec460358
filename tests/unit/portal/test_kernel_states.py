from __future__ import annotations

import pytest

from portal.kernel.states import Machine, StateError, Step

DOOR = Machine(
    name="door",
    initial="open",
    states=("open", "shut", "gone"),
    steps=(
        Step("shut", ("open",), "shut", "door.use"),
        Step("open", ("shut",), "open", "door.use"),
        Step("remove", ("open", "shut"), "gone", "door.own", needs_reason=True),
        Step("rot", ("shut",), "gone"),
    ),
)


def test_a_step_leads_where_the_table_says() -> None:
    assert DOOR.step("open", "remove").target == "gone"
    assert DOOR.actions == ("shut", "open", "remove", "rot")
    assert DOOR.final == {"gone"}


@pytest.mark.parametrize(
    ("state", "action"), [("open", "open"), ("gone", "open"), ("open", "dance"), ("nowhere", "shut")]
)
def test_what_is_not_in_the_table_is_not_possible(state: str, action: str) -> None:
    assert not DOOR.can(state, action)
    with pytest.raises(StateError) as refused:
        DOOR.step(state, action)
    assert (refused.value.machine, refused.value.state, refused.value.action) == ("door", state, action)


def test_buttons_are_offered_to_whoever_may_press_them() -> None:
    assert [step.action for step in DOOR.offered("shut", {"door.use"})] == ["open"]
    assert [step.action for step in DOOR.offered("open", {"door.use", "door.own"})] == ["shut", "remove"]
    assert DOOR.offered("shut", set()) == ()
    assert DOOR.offered("gone", {"door.use", "door.own"}) == ()


def test_the_condition_and_the_drawing_come_from_the_table() -> None:
    assert DOOR.sql_check() == "state in ('open', 'shut', 'gone')"
    drawing = DOOR.mermaid().splitlines()
    assert drawing[:2] == ["stateDiagram-v2", "  [*] --> open"]
    assert "  shut --> gone: rot" in drawing
    assert drawing[-1] == "  gone --> [*]"


@pytest.mark.parametrize(
    ("initial", "states", "steps"),
    [
        ("shut", ("open",), ()),
        ("open", ("open", "open"), ()),
        ("open", ("open",), (Step("shut", ("open",), "shut"),)),
        ("open", ("open",), (Step("shut", ("away",), "open"),)),
        ("open", ("open", "shut"), (Step("go", ("open",), "shut"), Step("go", ("open",), "open"))),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    initial: str, states: tuple[str, ...], steps: tuple[Step, ...]
) -> None:
    with pytest.raises(ValueError, match="door"):
        Machine("door", initial, states, steps)
