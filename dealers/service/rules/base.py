"""What a broken rule says, for every rule of a repair order."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: More than this, in yuan, is a slip of the finger.
PRICE_LIMIT = Decimal(999_999)


@dataclass(frozen=True)
class Problem:
    """One broken rule: its code, the field it belongs to, the facts its words need."""

    code: str
    field: str | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
