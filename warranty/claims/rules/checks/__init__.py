"""The automatic checks: a registry as data, run over the facts of one claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from warranty.claims.rules.checks import amounts, authorisation, campaign, content, covering, history, standing, sublet
from warranty.claims.rules.checks.base import Check, Figures, Finding, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts

__all__ = [
    "CHECKS", "CHECK_BY_ID", "CLAUSES", "GENERATION", "Check", "Figures", "Finding", "Hit", "Outcome", "Severity",
    "checks_of", "run",
]  # fmt: skip

#: Every check, in the order in which a clerk reads them: what stops the claim first.
CHECKS: tuple[Check, ...] = (
    *standing.CHECKS, *authorisation.CHECKS, *covering.CHECKS, *campaign.CHECKS, *content.CHECKS, *amounts.CHECKS,
    *history.CHECKS, *sublet.CHECKS,
)  # fmt: skip
#: The clause of the claim rules (索赔审核规则) that a check is: its group and its place there.
CLAUSES = {
    check.id: f"{group}.{place}"
    for group, checks in enumerate(
        (
            standing.CHECKS,
            authorisation.CHECKS,
            covering.CHECKS,
            campaign.CHECKS,
            content.CHECKS,
            amounts.CHECKS,
            history.CHECKS,
            sublet.CHECKS,
        ),
        1,
    )
    for place, check in enumerate(checks, 1)
}
CHECK_BY_ID = {check.id: check for check in CHECKS}
#: The generation of the rules; a submission keeps it, so that it is replayed with the checks of its time.
GENERATION = max(check.since for check in CHECKS)


def checks_of(generation: int) -> tuple[Check, ...]:
    """Return the checks that there were in a generation."""
    return tuple(check for check in CHECKS if check.since <= generation)


class Setting(Protocol):
    """How headquarters wants a check."""

    @property
    def active(self) -> bool:
        """Whether it runs."""

    @property
    def severity(self) -> Severity:
        """How hard it is."""

    @property
    def outcome(self) -> Outcome:
        """What it makes of a claim."""


def run(
    facts: ClaimFacts, settings: Mapping[str, Setting] | None = None, checks: tuple[Check, ...] = CHECKS
) -> tuple[Finding, ...]:
    """Run the checks over the facts; errors come first, each group in the registry's order.

    ``settings`` are the rule book's; a check that it does not name is as it was built.
    """
    found = []
    for check in checks:
        wanted: Setting | Check = (settings or {}).get(check.id) or check
        hit = check.test(facts) if wanted.active else None
        if hit is not None:
            where = hit.field or check.field
            found.append(Finding(check.id, wanted.severity, wanted.outcome, check.reason_code, where, hit.figures))
    return tuple(sorted(found, key=lambda finding: not finding.blocks))
