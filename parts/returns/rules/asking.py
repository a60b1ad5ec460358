"""Which replaced parts must come back (旧件返回): dated rules, and a share drawn by the claim's own number. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zlib import crc32


class Scope(StrEnum):
    """What a rule speaks of; the later ones go before the earlier."""

    ALL = "all"
    COMPONENT = "component"
    PART = "part"


class Demand(StrEnum):
    """What a rule says. ``GENERAL`` ends a narrower rule: the wider one holds again."""

    ALWAYS = "always"
    NEVER = "never"
    SAMPLE = "sample"
    GENERAL = "general"


#: The most days a dealer may be given, and the share of a sample, in per cent.
MOST_DAYS, LEAST_PERCENT, MOST_PERCENT = 365, 1, 99
#: Whose failure the part's return pays for (责任性质), as its label says.
LIABILITIES = ("supplier", "maker", "goodwill")


@dataclass(frozen=True)
class ReturnRule:
    """What is asked from a day on, until a later rule for the same subject.

    ``subject`` is a component or a part's number, empty for all; ``percent`` counts for samples only;
    ``days`` is how long the dealer has, from the decision to handing the box to the carrier.
    """

    scope: Scope
    subject: str
    demand: Demand
    percent: int
    days: int
    valid_from: date


#: What holds where headquarters wrote nothing: every part that failed first comes back within thirty days.
FIRST_RULE = ReturnRule(Scope.ALL, "", Demand.ALWAYS, 0, 30, date(2000, 1, 1))


@dataclass(frozen=True)
class Replaced:
    """A part line of a decided claim. ``causal``: it failed first (主因件); ``component`` is the claim's."""

    line: int
    number: str
    component: str
    causal: bool


@dataclass(frozen=True)
class Wanted:
    """A part that must come back, the rule that wants it, and the last day to hand it to the carrier."""

    replaced: Replaced
    rule: ReturnRule
    due_on: date


def wanted(rules: Iterable[ReturnRule], claim_number: str, parts: Iterable[Replaced], day: date) -> list[Wanted]:
    """Return which parts of a claim that is decided on ``day`` must come back.

    The same rules, claim and day always give the same: a sample is drawn by the claim's number and line.
    """
    known, found = tuple(rules), []
    for part in parts:
        rule = rule_for(known, part, day)
        if rule is None or rule.demand is Demand.NEVER:
            continue
        if rule.demand is Demand.SAMPLE and not drawn(claim_number, part.line, rule.percent):
            continue
        found.append(Wanted(part, rule, day + timedelta(days=rule.days)))
    return found


def rule_for(rules: Iterable[ReturnRule], part: Replaced, day: date) -> ReturnRule | None:
    """Return the rule that holds for a part on a day: the part's own, else its component's, else the one for all.

    A part that only went along with the repair is asked for where a rule names it by its number; None
    where nothing is asked.
    """
    begun = [rule for rule in rules if rule.valid_from <= day]
    scopes = [(Scope.PART, part.number)]
    if part.causal:
        scopes += [(Scope.COMPONENT, part.component), (Scope.ALL, "")]
    for scope, subject in scopes:
        own = [rule for rule in begun if (rule.scope, rule.subject) == (scope, subject)]
        rule = max(own, key=lambda one: one.valid_from, default=None)
        if rule is not None and rule.demand is not Demand.GENERAL:
            return rule
    return FIRST_RULE if part.causal else None


def drawn(claim_number: str, line: int, percent: int) -> bool:
    """Choose a share by a checksum of the claim's own number: nobody can choose, and a replay draws the same."""
    return crc32(f"{claim_number}/{line}".encode()) % 100 < percent


def liability(claim_type: str) -> str:
    """Tell whose failure a claim's part stands for: a supplier's, the maker's own, or nobody's (goodwill)."""
    if claim_type == "goodwill":
        return "goodwill"
    return "maker" if claim_type in {"campaign", "pdi", "first_service"} else "supplier"


def rule_faults(rule: ReturnRule, known: Iterable[ReturnRule], today: date) -> list[tuple[str, str]]:
    """Return what speaks against a new rule, as (code, field): no past day, one rule a subject and day."""
    faults = []
    if rule.valid_from < today:
        faults.append(("past", "valid_from"))
    if any((one.scope, one.subject, one.valid_from) == (rule.scope, rule.subject, rule.valid_from) for one in known):
        faults.append(("day_taken", "valid_from"))
    if (rule.scope is Scope.ALL) != (not rule.subject):
        faults.append(("subject", "subject"))
    if rule.scope is Scope.ALL and rule.demand is Demand.GENERAL:
        faults.append(("general_of_all", "demand"))
    if rule.demand is Demand.SAMPLE and not LEAST_PERCENT <= rule.percent <= MOST_PERCENT:
        faults.append(("percent", "percent"))
    if not 1 <= rule.days <= MOST_DAYS:
        faults.append(("days", "days"))
    return faults
