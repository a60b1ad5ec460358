"""The shape of a new price."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

from parts.catalogue.rules import Price
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import lazy

NEEDED = lazy("Please fill this in.")
_AMOUNT = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}


class PriceForm(FlaskForm):  # type: ignore[misc]
    """Prices from a day on."""

    valid_from = DateField(lazy("Valid from"), [InputRequired(NEEDED)])
    dealer = MoneyField(lazy("Dealer price"), [InputRequired(NEEDED)], render_kw=_AMOUNT)
    warranty = MoneyField(lazy("Warranty price"), [InputRequired(NEEDED)], render_kw=_AMOUNT)
    retail = MoneyField(lazy("Retail price"), [InputRequired(NEEDED)], render_kw=_AMOUNT)

    def price(self) -> Price:
        """Return what was typed; only of a form that was validated."""
        return Price(self.valid_from.data, self.dealer.data, self.warranty.data, self.retail.data)  # type: ignore[arg-type]
