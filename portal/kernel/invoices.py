"""Numbers of Chinese VAT invoices (发票号码)."""

from __future__ import annotations

import re

#: 20 digits on a fully electronic invoice (数电票), 8 on an older one.
_NUMBER = re.compile(r"[0-9]{20}|[0-9]{8}")


def is_invoice_number(text: str) -> bool:
    """Tell whether the text can be the number of a Chinese VAT invoice."""
    return _NUMBER.fullmatch(text) is not None
