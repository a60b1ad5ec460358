"""Which complaints of a car are the same quality problem (同一质量问题).

The station may say so for a job; where it says nothing, the same kind of failure of the same
component is the same problem, and a failure without a kind is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dealers.service.rules.law import NEW_PROBLEM
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.texts import COMPONENT_NAMES

#: Kinds of failure that make two complaints one problem, in both languages.
FAILURE_NAMES = {
    "leak": Text("渗漏", "leaks"),
    "noise": Text("异响", "abnormal noise"),
    "vibration": Text("抖动", "vibration"),
    "crack": Text("开裂/断裂", "cracked or broken"),
    "wear": Text("早期磨损", "worn early"),
    "deformed": Text("变形", "deformed"),
    "loose": Text("松动", "loose"),
    "corrosion": Text("锈蚀", "corroded"),
    "seized": Text("卡滞", "seized"),
    "short_circuit": Text("短路", "short circuit"),
    "open_circuit": Text("断路/接触不良", "open circuit or bad contact"),
    "software": Text("软件故障", "software"),
    "paint": Text("漆面缺陷", "paint fault"),
}
#: Longer words of a customer are cut off in a sentence.
LONGEST = 24
#: Failures that say too little to make two of them one problem.
VAGUE = frozenset({"", "other", "no_function"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A job of a visit: its place (``2026-03-01/1``), what failed how, what the station said."""

    place: str
    component: str
    failure_mode: str | None
    same_as: str | None
    concern: str = ""  # the customer's words


def problem_of(component: str, failure_mode: str) -> str:
    """Return the key of the problem that a kind of failure of a component is."""
    return f"{component}:{failure_mode}"


def problem_keys(complaints: Iterable[Complaint]) -> dict[str, str]:
    """Return the problem of each complaint by its place; complaints come oldest first.

    ``same_as`` may name an earlier complaint only; anything else is a problem of its own.
    """
    keys: dict[str, str] = {}
    for one in complaints:
        if one.same_as and one.same_as != NEW_PROBLEM:
            keys[one.place] = keys.get(one.same_as, one.place)
        elif one.same_as == NEW_PROBLEM or (one.failure_mode or "") in VAGUE:
            keys[one.place] = one.place
        else:
            keys[one.place] = problem_of(one.component, one.failure_mode or "")
    return keys


def problem_names(complaints: Iterable[Complaint], keys: Mapping[str, str]) -> dict[str, Text]:
    """Return what each problem is called: its component and failure, or the words it first came with."""
    names: dict[str, Text] = {}
    for one in complaints:
        key = keys[one.place]
        if key in names:
            continue
        component, _colon, mode = key.partition(":")
        if mode in FAILURE_NAMES and component in COMPONENT_NAMES:
            name, failure = COMPONENT_NAMES[component], FAILURE_NAMES[mode]
            names[key] = Text(f"{name.zh}{failure.zh}", f"{name.en}: {failure.en}")
        elif one.concern:
            words = one.concern if len(one.concern) <= LONGEST else one.concern[: LONGEST - 1] + "…"
            names[key] = Text(f"“{words}”", f"“{words}”")
    return names
