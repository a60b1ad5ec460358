"""What the three-guarantees law asks of a job, and which answers make sense. Pure.

The words are the law's (SAMR Order 43, Art. 20 to 24, 32, 40); `warranty.guarantee` counts by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dealers.service.rules import Problem

#: 总成: what the law lets be replaced whole.
ASSEMBLIES = ("engine", "transmission", "traction_battery", "drive_motor")
ACTIONS = ("repair", "replace_part", "replace_assembly")
#: Failures that, in the first days, give a new car or the money back (Art. 23).
EFFECTS = ("steering_failure", "brake_failure", "body_cracking", "fuel_leak", "traction_battery_fire")
#: What frees the maker (Art. 32).
EXEMPTIONS = ("disclosed_defect", "misuse", "modification", "self_handling", "force_majeure")
#: What ``same_as`` holds when the station says that it is another problem than the automatic one.
NEW_PROBLEM = "new"


@dataclass(frozen=True)
class LawFacts:
    """A job's answers to the law. ``same_as`` None: told by component and kind of failure."""

    quality_problem: bool = True
    serious_safety: bool = False
    effect: str | None = None
    exemption: str | None = None
    action: str = "repair"
    main_part: str | None = None
    same_as: str | None = None
    resolved: bool | None = None


#: The answers of a job that nobody has answered for.
UNTOUCHED = LawFacts()


def law_problems(
    place: str, component: str, facts: LawFacts, declared: Mapping[str, Iterable[str]], earlier: Iterable[str]
) -> Iterator[Problem]:
    """Check a job's answers; ``declared`` are the car's main parts, ``earlier`` the complaints it may repeat."""
    known = {"effect": EFFECTS, "exemption": EXEMPTIONS, "action": ACTIONS}
    for name, choices in known.items():
        value = getattr(facts, name)
        if value is not None and value not in choices:
            yield Problem("choose", f"{place}-{'duty' if name == 'exemption' else name}")
    if facts.action == "replace_assembly" and component not in ASSEMBLIES:
        yield Problem("no_assembly", f"{place}-action")
    if facts.main_part is not None and facts.main_part not in declared.get(component, ()):
        yield Problem("main_part_unknown", f"{place}-main_part")
    if (facts.serious_safety or facts.effect) and not facts.quality_problem:
        yield Problem("serious_without_quality", f"{place}-duty")
    if facts.same_as not in (None, NEW_PROBLEM) and facts.same_as not in set(earlier):
        yield Problem("choose", f"{place}-same_as")
