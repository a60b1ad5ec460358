"""What the findings mean for a claim before it is submitted: how it would go, and what is at risk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import ZERO
from warranty.claims.rules.checks import Finding, Outcome

BLOCKED, PERSON, CLEAN = "blocked", "person", "clean"


@dataclass(frozen=True)
class Verdict:
    """How a claim would go now. ``at_risk``: yuan that are not safe to be paid."""

    forecast: str
    findings: tuple[Finding, ...]
    applied: Decimal
    at_risk: Decimal


def verdict(findings: Iterable[Finding], applied: Decimal) -> Verdict:
    """Tell how a claim would go: anything found puts its whole amount at risk, nothing found none."""
    found = tuple(findings)
    if any(finding.blocks for finding in found):
        forecast = BLOCKED
    else:
        forecast = PERSON if any(finding.outcome is Outcome.PERSON for finding in found) else CLEAN
    return Verdict(forecast, found, applied, applied if found else ZERO)
