"""The shape of a new price."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired, Optional

from parts.catalogue.forms import AMOUNT, NEEDED
from parts.catalogue.rules.prices import Price
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import lazy


class PriceForm(FlaskForm):  # type: ignore[misc]
    """Prices from a day on."""

    valid_from = DateField(lazy("Valid from"), [InputRequired(NEEDED)])
    valid_until = DateField(lazy("Valid until"), [Optional()])
    dealer = MoneyField(lazy("Dealer price"), [InputRequired(NEEDED)], render_kw=AMOUNT)
    warranty = MoneyField(lazy("Warranty price"), [InputRequired(NEEDED)], render_kw=AMOUNT)
    retail = MoneyField(lazy("Retail price"), [InputRequired(NEEDED)], render_kw=AMOUNT)

    def price(self) -> Price:
        """Return what was typed; only of a form that was validated."""
        amounts = self.dealer.data, self.warranty.data, self.retail.data
        return Price(self.valid_from.data, *amounts, self.valid_until.data)  # type: ignore[arg-type]
