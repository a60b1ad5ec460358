"""The room's words: values of its columns → messages."""

from __future__ import annotations

from collections.abc import Mapping

from dealers.service.words import ACTIONS, COMPONENTS, FAILURE_MODES
from portal.kernel.i18n import N_, _, locale_key
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.texts import part_name

__all__ = ["ACTIONS", "COUNTERS", "LEVELS", "REMEDIES", "about", "here"]

LEVELS = {
    "green": N_("Green"),
    "yellow": N_("Yellow"),
    "orange": N_("Orange"),
    "red": N_("Red"),
    "entitled": N_("Line crossed"),
}
#: Tones of badges; the words carry the meaning.
LEVEL_TONES = {"green": "success", "yellow": "yellow", "orange": "warning", "red": "danger", "entitled": "danger"}
COUNTERS = {
    "repair_days": N_("Days in repair"),
    "same_problem": N_("Same problem"),
    "serious_safety_repairs": N_("Serious safety faults"),
    "assembly_replacements": N_("Assembly replaced"),
    "main_part_replacements": N_("Main part replaced"),
    "early": N_("First days"),
}
REMEDIES = {
    "replace_assembly": N_("A new assembly, free of charge"),
    "replace_or_return": N_("Another car, or the money back"),
    "replace": N_("Another car"),
}
CHOICES = {"replace": N_("Another car"), "return": N_("The money back")}


def here(text: Text) -> str:
    """Return a sentence of the rules in the reader's language."""
    return text.zh if locale_key() == "zh_CN" else text.en


def about(counter: str, key: str, labels: Mapping[str, Text] | None = None) -> str:
    """Say what a counter is about: the assembly, the part, the problem by its name."""
    if not key or counter == "early":
        return key
    if labels and key in labels:
        return here(labels[key])
    if counter == "main_part_replacements":
        component, _slash, part = key.partition("/")
        return f"{_(COMPONENTS.get(component, component))} · {here(part_name(component, part))}"
    component, _colon, mode = key.partition(":")
    if component in COMPONENTS:
        named: str = _(COMPONENTS[component])
        return f"{named} · {_(FAILURE_MODES.get(mode, mode))}" if mode else named
    return key
