"""A rule book run over the facts of past claims: what it would have decided, beside what was decided.

The facts that the checks read are kept with every submission, so that the rules of that day find that
day's findings again, and other rules find what they would have found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from portal.kernel.kept import layer, read
from portal.kernel.money import line_amount
from warranty.claims.rules.book import RuleBook
from warranty.claims.rules.checks import Finding, checks_of, run
from warranty.claims.rules.facts import ClaimFacts
from warranty.claims.rules.money import HANDLING, OUT_CALL, PART, SUBSTITUTE, Rates, handling_fee
from warranty.claims.rules.verdict import APPROVED, REFUSED, RETURNED, verdict, way

#: The codes of an out-call's kilometres and of a substitute car's days.
KM, CAR = "KM", "CAR"


def kept_facts(facts: ClaimFacts) -> dict[str, Any]:
    """Return the facts as a version keeps them, for an encoder that knows `layer`: without the rule book's limits."""
    found = cast("dict[str, Any]", layer(facts))
    del found["limits"]
    return found


def facts_from(kept: Mapping[str, Any], book: RuleBook) -> ClaimFacts:
    """Read kept facts under a rule book's limits."""
    return replace(read(ClaimFacts, {**kept, "limits": {}}), limits=book.limits)


@dataclass(frozen=True)
class Replayed:
    """One claim under two rule books: its way (`verdict.way`), and yuan applied for as each book prices them."""

    before: str
    after: str
    amount_before: Decimal
    amount_after: Decimal
    found_before: tuple[str, ...]
    found_after: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Tell whether the claim goes otherwise, or is paid otherwise without a person."""
        return self.before != self.after or self.paid_before != self.paid_after

    @property
    def paid_before(self) -> Decimal:
        """Return what the rules alone approved."""
        return self.amount_before if self.before == APPROVED else Decimal("0.00")

    @property
    def paid_after(self) -> Decimal:
        """Return what the tried rules alone would approve."""
        return self.amount_after if self.after == APPROVED else Decimal("0.00")

    @property
    def difference(self) -> tuple[str, ...]:
        """Return the checks that only one of the books finds, or that make something else of it."""
        return tuple(sorted(set(self.found_before) ^ set(self.found_after)))


def replay(content: Mapping[str, Any], then: RuleBook, tried: RuleBook, priced: Rates) -> Replayed:
    """Judge a kept submission by the book of its day, from the findings kept, and by the one that is tried.

    ``priced`` are the rates by which its lines were priced: those of the day on which the work was completed.
    """
    kept = facts_from(content["facts"], then)
    facts = reprice(replace(kept, limits=tried.limits), priced, tried.rates)
    before = tuple(Finding.from_json(one) for one in content["findings"])
    after = run(facts, tried.settings)
    return Replayed(
        way(verdict(before, kept.applied, then), kept, then), way(verdict(after, facts.applied, tried), facts, tried),
        kept.applied, facts.applied, tuple(finding.check for finding in before),
        tuple(finding.check for finding in after),
    )  # fmt: skip


#: What the portal's own decision made of a claim; None: it left it to the first level.
DECIDED = {"approve": APPROVED, "return": RETURNED, "refuse": REFUSED, "refer": "level_two", None: "people"}


def prove(content: Mapping[str, Any], then: RuleBook, decided: str | None, audited: Decimal | None) -> Replayed:
    """Judge a kept submission anew by its own book and the checks of its time, beside what the portal decided.

    ``decided`` is the outcome of the portal's own decision on this version, None where it took none; ``audited``
    what it approved.
    """
    facts = facts_from(content["facts"], then)
    kept = tuple(one["check"] for one in content["findings"])
    found = run(facts, then.settings, checks_of(content.get("generation", 1)))
    went = way(verdict(found, facts.applied, then), facts, then)
    after = {"level_one": "people", "four_eyes": "people"}.get(went, went)
    paid = facts.applied if audited is None else audited
    return Replayed(DECIDED[decided], after, paid, facts.applied, kept, tuple(one.check for one in found))


def reprice(facts: ClaimFacts, then: Rates, tried: Rates) -> ClaimFacts:
    """Price what depends on the rates anew: the handling fee, an out-call's kilometres, a substitute car's days.

    Days beyond what was paid then are not known: a longer limit gives no more of them. What the dealer had
    lowered stays lowered, and never becomes more than the new rate gives.
    """
    if then == tried:
        return facts
    parts = [line.applied for line in facts.lines if line.kind == PART]
    prices = {HANDLING: (handling_fee(parts, then), handling_fee(parts, tried))}
    lines = []
    for line in facts.lines:
        old, new = prices.get(line.kind, (None, None))
        if line.kind == OUT_CALL and line.code == KM:
            old, new = line_amount(line.quantity, then.out_call_km), line_amount(line.quantity, tried.out_call_km)
        if line.kind == SUBSTITUTE and line.code == CAR:
            days = min(line.quantity, Decimal(tried.substitute_days))
            old, new = line_amount(line.quantity, then.substitute_day), line_amount(days, tried.substitute_day)
        if old is not None and new is not None:
            lines.append(replace(line, applied=new if line.applied == old else min(line.applied, new)))
        else:
            lines.append(line)
    return replace(facts, lines=tuple(lines))
