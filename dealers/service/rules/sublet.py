"""Sublet work (外委维修): what another workshop did on a job, paid by that workshop's invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dealers.service.rules.base import PRICE_LIMIT, Problem
from portal.kernel.invoices import is_invoice_number
from portal.kernel.money import ZERO

SUBLET_LENGTHS = {"name": 120, "vendor": 80}


@dataclass(frozen=True)
class SubletUse:
    """A line of sublet work as the rules see it."""

    key: str
    name: str
    vendor: str = ""
    invoice_no: str = ""
    amount: Decimal = ZERO


def sublet_problems(line: SubletUse) -> Iterator[Problem]:
    """Check a line of sublet work: named, its amount plausible, its invoice's number as invoices have them."""
    place = f"sublet-{line.key}"
    if not line.name.strip():
        yield Problem("sublet_name", f"{place}-name")
    for name, limit in SUBLET_LENGTHS.items():
        if len(getattr(line, name)) > limit:
            yield Problem("too_long", f"{place}-{name}", {"limit": limit})
    if line.invoice_no and not is_invoice_number(line.invoice_no):
        yield Problem("invoice_no", f"{place}-invoice_no")
    if not 0 <= line.amount <= PRICE_LIMIT:
        yield Problem("price", f"{place}-amount", {"limit": PRICE_LIMIT})


def unproved(line: SubletUse) -> Iterator[Problem]:
    """Sublet work is paid by its invoice: who wrote it, its number, its amount."""
    place = f"sublet-{line.key}"
    if not line.vendor.strip():
        yield Problem("sublet_vendor", f"{place}-vendor")
    if not line.invoice_no.strip():
        yield Problem("sublet_invoice", f"{place}-invoice_no")
    if line.amount == 0:
        yield Problem("sublet_amount", f"{place}-amount")
