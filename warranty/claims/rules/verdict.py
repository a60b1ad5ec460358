"""What the findings mean for a claim: how it goes, what is at risk, and who decides what is left to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zlib import crc32

from portal.kernel.money import ZERO
from warranty.claims.rules.book import RuleBook
from warranty.claims.rules.checks import Finding, Outcome
from warranty.claims.rules.facts import ClaimFacts

BLOCKED, REFUSED, RETURNED, PERSON, CLEAN, APPROVED = "blocked", "refused", "returned", "person", "clean", "approved"


@dataclass(frozen=True)
class Verdict:
    """How a claim goes. ``at_risk``: yuan that are not safe to be paid."""

    forecast: str
    findings: tuple[Finding, ...]
    applied: Decimal
    at_risk: Decimal


def verdict(findings: Iterable[Finding], applied: Decimal, *, automatic: bool = False) -> Verdict:
    """Tell how a claim goes: the worst that was found decides; noted only, or nothing, puts nothing at risk.

    Without ``automatic`` rules keep a claim from being submitted, and people decide the rest.
    """
    found = tuple(findings)
    outcomes = {finding.outcome for finding in found}
    if any(finding.blocks for finding in found):
        forecast = BLOCKED
    elif not automatic:
        forecast = PERSON if outcomes - {Outcome.PASS} else CLEAN
    elif Outcome.REFUSE in outcomes:
        forecast = REFUSED
    elif Outcome.RETURN in outcomes:
        forecast = RETURNED
    else:
        forecast = PERSON if Outcome.PERSON in outcomes else APPROVED
    return Verdict(forecast, found, applied, applied if forecast not in {CLEAN, APPROVED} else ZERO)


@dataclass(frozen=True)
class Route:
    """Which level decides, why it is the second, and in how many hours."""

    level: int
    hours: int
    why: str = ""  # amount | type | watch


def route(facts: ClaimFacts, book: RuleBook) -> Route:
    """Say who decides a claim that people decide: by its type, the watch over its car, and its amount."""
    rules = book.routing
    why = ""
    if facts.type in rules.level_two_types:
        why = "type"
    elif facts.car.watch_level in rules.level_two_watch:
        why = "watch"
    elif facts.applied > rules.limit(facts.station.grade):
        why = "amount"
    return Route(2, rules.hours_level_two, why) if why else Route(1, rules.hours_level_one)


def needs_second_person(amount: Decimal, book: RuleBook) -> bool:
    """Tell whether an approval of so many yuan needs a second person (四眼原则)."""
    return amount > book.routing.four_eyes_above


def is_sampled(number: str, version: int, percent: int) -> bool:
    """Choose a share of self-decided claims for a person to look at afterwards.

    By a checksum of the claim's own number, so that nobody can choose and a replay finds the same.
    """
    return crc32(f"{number}/{version}".encode()) % 100 < percent
