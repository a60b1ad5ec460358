"""Reads of the room: what a month's close finds, statements, and what stands beside their claims."""

from warranty.settlement.queries.closing import (
    Ready,
    Waiting,
    empty_lines,
    money_lines,
    open_entry,
    ready,
    ready_of,
    waiting,
)
from warranty.settlement.queries.deductions import (
    beside_claim,
    entries_of,
    entry_of,
    last_carry,
    left_of_claims,
    of_claims,
    statement_of,
    statements_of,
)
from warranty.settlement.queries.statements import (
    LinePage,
    Unbalanced,
    all_lines,
    amounts_of,
    claims_and_audited,
    claims_of,
    closing_job,
    count_in,
    dealer_of,
    disputed_lines,
    find,
    line_of,
    lines_page,
    months_to_close,
    open_months,
    period_of,
    periods,
    tax_rates,
    unbalanced,
)

__all__ = [
    "LinePage", "Ready", "Unbalanced", "Waiting", "all_lines", "amounts_of", "beside_claim", "claims_and_audited",
    "claims_of", "closing_job", "count_in", "dealer_of", "disputed_lines", "empty_lines", "entries_of", "entry_of",
    "find", "last_carry", "left_of_claims", "line_of", "lines_page", "money_lines", "months_to_close", "of_claims",
    "open_entry", "open_months", "period_of", "periods", "ready", "ready_of", "statement_of", "statements_of",
    "tax_rates", "unbalanced", "waiting",
]  # fmt: skip
