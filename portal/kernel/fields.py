"""Fields that forms of several rooms share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from portal.kernel.i18n import N_, _
from portal.kernel.money import MoneyError, yuan


class MoneyField(Field):
    """An amount in yuan: ``data`` is a `Decimal`, typed as ``1,234.50``; finer than a fen is an error."""

    widget = TextInput()
    data: Decimal | None

    def _value(self) -> str:
        """Return what stands in the input: what was typed, else the amount."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.2f}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the amount; an empty field is None."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            self.data = yuan(str(valuelist[0]))
        except MoneyError:
            raise ValueError(_(N_("Please enter an amount in yuan with two decimal places at most."))) from None
