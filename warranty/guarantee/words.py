"""The room's words: values of its columns → messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dealers.service.words import ACTIONS, COMPONENTS, FAILURE_MODES
from portal.kernel.i18n import N_, _, locale_key
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.texts import part_name, visits

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


VERSION_STATES = {"past": N_("Past"), "in_force": N_("In force"), "coming": N_("To come")}
VERSION_TONES = {"in_force": "success", "coming": "info"}
KINDS_OF_GROUNDS = {
    "early_main_part": N_("A main part fails in the first days"),
    "early_replacement": N_("An assembly or its main part has to be replaced in the first days"),
    "early_effect": N_("A dangerous fault in the first days"),
    "serious_safety": N_("Serious safety faults"),
    "assembly": N_("Assembly replaced"),
    "main_part": N_("Main part replaced"),
    "days": N_("Days in repair"),
    "times": N_("Same problem"),
}
ALARMS = {"open": N_("To explain"), "closed": N_("Explained")}
#: What the watch keeps of a car (`rules.watching.WatchState`), as people call it.
FIGURES = {
    "regime": N_("Order of the law"),
    "level": N_("Level"),
    "counter": N_("Nearest line"),
    "key": N_("What it is about"),
    "value": N_("Count"),
    "limit": N_("Limit"),
    "repair_days": N_("Days in repair"),
    "rows": N_("All counters"),
    "entitlements": N_("Lines crossed"),
    "guarantee_ends_on": N_("Guarantee until"),
    "guarantee_km": N_("Guarantee until (km)"),
    "odometer_km": N_("Odometer (km)"),
    "in_force": N_("Guarantee in force"),
}
ISSUES = {"first": N_("First issue"), "again": N_("Issued again")}
STARTS = {"delivery": N_("The day of delivery"), "invoice": N_("The day of the invoice")}
#: What `rules.plain` finds wrong with an order.
ORDER_FAULTS = {
    "needed": N_("Please fill this in."),
    "object": N_("A group of values in braces belongs here."),
    "unknown_key": N_("Nobody knows this key here."),
    "whole": N_("A whole number from %(least)s to %(most)s."),
    "day": N_("This is no date. Please write it as 2026-01-31."),
    "share": N_("A decimal above 0 and below 1, such as 0.005, with at most %(places)s places."),
    "line": N_("One line of text, at most %(most)s characters."),
    "code": N_("Capital letters, figures and hyphens, such as SAMR-43."),
    "word": N_("One of these words: %(words)s."),
    "words": N_("A list of some of these words, none twice: %(words)s."),
    "yes_no": N_("true or false belongs here."),
    "rise": N_("The levels have to rise: %(steps)s."),
    "before_first": N_("The last sale is before the first one."),
    "below_least": N_("The most is below the least, which is %(least)s."),
    "shorter": N_("The repair period cannot be shorter than the guarantee period."),
    "both": N_("An assembly is no system as well: %(words)s."),
    "not_of_order": N_("The order does not name these among its assemblies and systems: %(words)s."),
}


def here(text: Text) -> str:
    """Return a sentence of the rules in the reader's language."""
    return text.zh if locale_key() == "zh_CN" else text.en


def said(text: Text, ids: Sequence[str]) -> str:
    """Return a sentence in the reader's language without its visits, where a page links them."""
    tail = visits(ids)
    return here(Text(text.zh.removesuffix(tail.zh), text.en.removesuffix(tail.en)))


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


def figure(name: str, state: Mapping[str, Any]) -> list[str]:
    """Say one of `FIGURES` of a kept state, line by line; nothing where the state has none."""
    value = state.get(name)
    if value in (None, "", []):
        return []
    if name == "rows":
        return [_row(*row) for row in value]
    if name == "entitlements":
        return list(value)
    return [_FIGURE[name](value, state) if name in _FIGURE else f"{value:,}" if isinstance(value, int) else value]


_FIGURE: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "level": lambda value, _state: _(LEVELS[value]),
    "counter": lambda value, _state: _(COUNTERS[value]),
    "key": lambda value, state: about(state["counter"], value),
    "in_force": lambda value, _state: _("yes") if value else _("no"),
}


def _row(counter: str, key: str, value: int, limit: int, level: str) -> str:
    named = " · ".join(part for part in (_(COUNTERS[counter]), about(counter, key)) if part)
    return f"{named} {value} / {limit} {_(LEVELS[level])}"
