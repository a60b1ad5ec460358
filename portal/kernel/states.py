"""State machines as data.

A room writes its machine once, in ``states.py``; buttons, checks, the CHECK constraint of the
table and the pages of the documentation are made from it. Pure: no database, no Flask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


class StateError(Exception):
    """The action is not possible from the state the entity is in."""

    def __init__(self, machine: str, state: str, action: str) -> None:
        super().__init__(f"{machine}: cannot {action} from {state}")
        self.machine, self.state, self.action = machine, state, action


@dataclass(frozen=True)
class Step:
    """One action: where it may start, where it ends, and who may take it.

    ``permission`` is the value of a `portal.kernel.access.Permission`, or None for steps that only
    the portal itself takes. ``needs_reason`` steps refuse to run without a written reason.
    """

    action: str
    sources: tuple[str, ...]
    target: str
    permission: str | None = None
    needs_reason: bool = False


@dataclass(frozen=True)
class Machine:
    """A named set of states and the steps between them."""

    name: str
    initial: str
    states: tuple[str, ...]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        known = set(self.states)
        if len(known) != len(self.states) or self.initial not in known:
            raise ValueError(f"{self.name}: states repeat or lack the initial one")
        pairs = [(step.action, source) for step in self.steps for source in step.sources]
        if len(set(pairs)) != len(pairs):
            raise ValueError(f"{self.name}: an action leaves one state in two directions")
        for step in self.steps:
            if not {*step.sources, step.target} <= known:
                raise ValueError(f"{self.name}: {step.action} names an unknown state")

    @cached_property
    def _table(self) -> dict[tuple[str, str], Step]:
        return {(source, step.action): step for step in self.steps for source in step.sources}

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """Every action, once, in the order written."""
        return tuple(dict.fromkeys(step.action for step in self.steps))

    @cached_property
    def final(self) -> frozenset[str]:
        """States that nothing leaves."""
        return frozenset(self.states) - {source for step in self.steps for source in step.sources}

    def step(self, state: str, action: str) -> Step:
        """Return the step ``action`` from ``state``; raise `StateError` where there is none."""
        try:
            return self._table[state, action]
        except KeyError:
            raise StateError(self.name, state, action) from None

    def can(self, state: str, action: str) -> bool:
        """Tell whether ``action`` exists from ``state``, for whoever has the permission."""
        return (state, action) in self._table

    def offered(self, state: str, permissions: Iterable[str]) -> tuple[Step, ...]:
        """List the steps a person with ``permissions`` may take now: the buttons of a page."""
        held = set(permissions)
        return tuple(step for step in self.steps if state in step.sources and step.permission in held)

    def sql_check(self, column: str = "state") -> str:
        """Return the SQL condition that keeps the column inside the states."""
        return f"{column} in ({', '.join(repr(state) for state in self.states)})"

    def mermaid(self) -> str:
        """Draw the machine for the documentation."""
        rows = [f"  {source} --> {step.target}: {step.action}" for step in self.steps for source in step.sources]
        ends = [f"  {state} --> [*]" for state in sorted(self.final)]
        return "\n".join(["stateDiagram-v2", f"  [*] --> {self.initial}", *rows, *ends])
