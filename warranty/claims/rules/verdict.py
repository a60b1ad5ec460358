"""What the findings mean for a claim: how it goes, what is at risk, and who decides what is left to people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO
from warranty.claims.rules.book import FIRST_BOOK, RuleBook
from warranty.claims.rules.checks import Finding, Outcome
from warranty.claims.rules.facts import ClaimFacts

BLOCKED, REFUSED, RETURNED, PERSON, CLEAN, APPROVED = "blocked", "refused", "returned", "person", "clean", "approved"


@dataclass(frozen=True)
class Verdict:
    """How a claim goes. ``at_risk``: yuan that are not safe to be paid.

    ``second_person``: nothing was found, but two people sign for so much.
    """

    forecast: str
    findings: tuple[Finding, ...]
    applied: Decimal
    at_risk: Decimal
    second_person: bool = False


def verdict(findings: Iterable[Finding], applied: Decimal, book: RuleBook = FIRST_BOOK) -> Verdict:
    """Tell how a claim goes: the worst that was found decides; noted only, or nothing, puts nothing at risk.

    A book that decides nothing by itself keeps a claim from being submitted, and people decide the rest. Nobody
    signs alone above the four-eyes limit, the portal neither.
    """
    found = tuple(findings)
    outcomes = {finding.outcome for finding in found}
    if any(finding.blocks for finding in found):
        forecast = BLOCKED
    elif not book.automatic:
        forecast = PERSON if outcomes - {Outcome.PASS} else CLEAN
    elif Outcome.REFUSE in outcomes:
        forecast = REFUSED
    elif Outcome.RETURN in outcomes:
        forecast = RETURNED
    else:
        forecast = PERSON if Outcome.PERSON in outcomes else APPROVED
    second = forecast == APPROVED and needs_second_person(applied, book)
    forecast = PERSON if second else forecast
    return Verdict(forecast, found, applied, applied if forecast not in {CLEAN, APPROVED} else ZERO, second)


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


def is_sampled(number: str, version: int, book: RuleBook) -> bool:
    """Choose a share of self-decided claims for a person to look at afterwards.

    By a checksum of the claim's own number and the book's seed: a replay finds the same, and no station can
    reckon beforehand which number is looked at.
    """
    drawn = hashlib.sha256(f"{book.sample_seed}/{number}/{version}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % 100 < book.sample_percent


#: Who decides what the rules leave to people: a claim's way, told as finely as the levels are.
LEVELS = {1: "level_one", 2: "level_two"}


def way(found: Verdict, facts: ClaimFacts, book: RuleBook) -> str:
    """Tell how a claim goes and, where a person decides, on which level (``level_one``, ``level_two``)."""
    if found.forecast not in {PERSON, CLEAN}:
        return found.forecast
    level = route(facts, book).level
    return "four_eyes" if found.second_person and level == 1 else LEVELS[level]
