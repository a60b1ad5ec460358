"""The automatic checks: a registry as data, run over the facts of one claim."""

from __future__ import annotations

from warranty.claims.rules.checks import authorisation, content, history, standing
from warranty.claims.rules.checks.base import Check, Figures, Finding, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts

__all__ = ["CHECKS", "CHECK_BY_ID", "Check", "Figures", "Finding", "Hit", "Outcome", "Severity", "run"]

#: Every check, in the order in which a clerk reads them: what stops the claim first.
CHECKS: tuple[Check, ...] = (*standing.CHECKS, *authorisation.CHECKS, *content.CHECKS, *history.CHECKS)
CHECK_BY_ID = {check.id: check for check in CHECKS}


def run(facts: ClaimFacts, checks: tuple[Check, ...] = CHECKS) -> tuple[Finding, ...]:
    """Run the checks over the facts; errors come first, each group in the registry's order."""
    found = []
    for check in checks:
        hit = check.test(facts)
        if hit is not None:
            where = hit.field or check.field
            found.append(Finding(check.id, check.severity, check.outcome, check.reason_code, where, hit.figures))
    return tuple(sorted(found, key=lambda finding: not finding.blocks))
