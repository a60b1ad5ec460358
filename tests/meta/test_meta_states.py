"""Every state machine of the house, walked pair by pair."""

from __future__ import annotations

import importlib
from itertools import product

import pytest
from sqlalchemy import CheckConstraint

from portal.app import load_models
from portal.auth.roles import ROLES
from portal.kernel import state_pages
from portal.kernel.access import Permission
from portal.kernel.db import Base
from portal.kernel.lifecycle import Stateful
from portal.kernel.states import Machine, StateError
from tests.support.code import WINGS, dotted, modules

load_models()
MACHINES: dict[str, Machine] = {
    machine.name: machine
    for path, _tree in modules(*WINGS)
    if path.name == "states.py" and dotted(path) != "portal.kernel.states"
    for machine in vars(importlib.import_module(dotted(path))).values()
    if isinstance(machine, Machine)
}
PAIRS = [
    pytest.param(machine, state, action, id=f"{name}-{state}-{action}")
    for name, machine in MACHINES.items()
    for state, action in product(machine.states, machine.actions)
]
every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def test_machines_are_found() -> None:
    assert {"repair_order", "claim", "settlement", "dealer"} <= set(MACHINES)


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_a_pair_is_a_step_or_an_error(machine: Machine, state: str, action: str) -> None:
    written = [step for step in machine.steps if step.action == action and state in step.sources]
    assert machine.can(state, action) is bool(written)
    if written:
        assert [machine.step(state, action)] == written
        assert written[0].target in machine.states
    else:
        with pytest.raises(StateError):
            machine.step(state, action)


@every_machine
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached, fresh = set(), {machine.initial}
    while fresh:
        reached |= fresh
        fresh = {step.target for step in machine.steps if reached & set(step.sources)} - reached
    assert reached == set(machine.states)


@every_machine
def test_every_step_can_be_taken_by_somebody(machine: Machine) -> None:
    held = frozenset().union(*(role.permissions for role in ROLES.values()))
    for step in machine.steps:
        if step.permission is not None:
            assert Permission(step.permission) in held, f"no role may {step.action}"


@every_machine
def test_the_table_keeps_the_machines_states(machine: Machine) -> None:
    tables = [
        mapper.local_table
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Stateful) and mapper.class_.__machine__ is machine
    ]
    assert tables, "a machine without a table"
    for table in tables:
        checks = [str(rule.sqltext) for rule in table.constraints if isinstance(rule, CheckConstraint)]  # type: ignore[attr-defined]
        assert machine.sql_check() in checks


def test_the_drawn_states_are_those_of_the_code() -> None:
    assert state_pages.PAGE.read_text(encoding="utf-8") == state_pages.text()
