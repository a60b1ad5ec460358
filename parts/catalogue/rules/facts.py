"""What a part, a supplier and a level may be called, and which facts of a part are possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

#: Codes and numbers stand in addresses and on labels.
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.\-]*")
#: A part number may hold a blank, as makers' numbers do: 4L0 698 151 A.
_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9.\- ]*[A-Z0-9.])?")
LONGEST_CODE, LONGEST_NUMBER = 16, 32
#: The quantity that one car takes; oil comes in hundredths of a litre.
LEAST, MOST = Decimal("0.01"), Decimal(9999)

#: The wear parts (易损耗零部件) of GB/T 29632-2021, by the keys that the law's room has for them.
WEAR_CLASSES = (
    "air_filter", "cabin_filter", "oil_filter", "fuel_filter", "spark_plug", "brake_lining", "clutch_disc", "tyre",
    "battery", "key_battery", "bulb", "wiper_blade", "fuse_relay",
)  # fmt: skip


def is_code(text: str) -> bool:
    """Tell whether a text can be the code of a supplier or a level."""
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Tell whether a text can be a part number."""
    return len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) is not None


def clean_number(text: str) -> str:
    """Return a part number as it is kept: in capitals, without blanks around it, single ones inside."""
    return " ".join(text.upper().split())


def quantity_problems(quantity: Decimal | None) -> Iterator[str]:
    """Yield what is wrong with a quantity per vehicle."""
    if quantity is None or not LEAST <= quantity <= MOST or quantity != round(quantity, 2):
        yield "quantity"
