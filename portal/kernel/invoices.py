"""What an invoice looks like in China, and by how much it may differ from what is owed. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

#: Yuan by which an invoice may differ: the issuer's tax software rounds each row of it, we round once.
INVOICE_TOLERANCE = Decimal("0.10")

#: An invoice's number: 20 digits on a fully electronic one (数电票), 8 on an older one.
INVOICE_NUMBER = re.compile(r"[0-9]{20}|[0-9]{8}")


def within_tolerance(owed: Decimal, invoiced: Decimal) -> bool:
    """Tell whether an invoice's amount may stand for what is owed, both in yuan."""
    return abs(owed - invoiced) <= INVOICE_TOLERANCE


def is_invoice_number(text: str) -> bool:
    """Tell whether the text can be the number of a Chinese VAT invoice."""
    return INVOICE_NUMBER.fullmatch(text) is not None
