"""Checks of sublet work (外委维修): it is paid by its invoice, once."""

from __future__ import annotations

from warranty.claims.rules.checks.base import N_, Check, Hit, Outcome, Severity
from warranty.claims.rules.facts import ClaimFacts


def sublet_unproved(facts: ClaimFacts) -> Hit | None:
    """Sublet work has the number of its invoice; the number is the line's code."""
    for line in facts.sublets:
        if not line.code.strip():
            return Hit({"line": line.position}, f"order:line-{line.position}")
    return None


def sublet_twice(facts: ClaimFacts) -> Hit | None:
    """An invoice stands in one claim, and there on one line."""
    seen: set[str] = set()
    for line in facts.sublets:
        if line.code and (line.invoice_used or line.code in seen):
            return Hit({"invoice": line.code}, f"order:line-{line.position}")
        seen.add(line.code)
    return None


CHECKS = (
    Check(
        "sublet_unproved", Severity.ERROR, Outcome.RETURN, "SUBLET-INV",
        N_("Sublet work without an invoice"),
        N_("Line %(line)s is work of another workshop, and no invoice is named for it."),
        N_("Write workshop, invoice number and amount at the sublet work of the repair order."),
        "order", sublet_unproved, since=2,
    ),
    Check(
        "sublet_twice", Severity.ERROR, Outcome.RETURN, "SUBLET-DUP",
        N_("Invoice claimed twice"),
        N_("Invoice %(invoice)s of another workshop is claimed already."),
        N_("Take the line off the repair order, or correct the invoice number if it was mistyped."),
        "order", sublet_twice, since=2,
    ),
)  # fmt: skip
