"""How lists write part numbers: read as the form reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parts.catalogue.rules.facts import LONGEST_NUMBER, clean_number, is_number
from parts.catalogue.words import FAULTS
from portal.kernel.errors import Fault
from portal.kernel.importing.fields import Text, Wrong


class PartNumbers(Text):
    """A parser for part numbers: cleaned, and refused at the cell where the form refuses them."""

    def __init__(self) -> None:
        super().__init__(LONGEST_NUMBER, clean_number)

    def column(self, texts: Sequence[str], wrong: Wrong) -> list[Any]:
        """Return clean numbers, None for an empty cell and for what is no part number."""
        values = super().column(texts, wrong)
        for index, value in enumerate(values):
            if value is not None and not is_number(value):
                if len(value) <= LONGEST_NUMBER:  # a longer one is told already
                    wrong(index, Fault(FAULTS["number"]))
                values[index] = None
        return values
