"""Shapes of what is typed about a car; what it means is judged by the services."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from dealers.customers.services import Person
from dealers.vehicles import words
from dealers.vehicles.services import Sale
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.money import ZERO

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class PersonForm(FlaskForm):  # type: ignore[misc]
    """An owner."""

    owner_name = StringField(lazy("Owner's name"), [DataRequired(NEEDED), Length(max=80)], render_kw=_PLAIN)
    owner_phone = StringField(
        lazy("Owner's phone"), [DataRequired(NEEDED), Length(max=40)], render_kw={**_PLAIN, "inputmode": "tel"}
    )
    owner_kind = SelectField(lazy("Kind of owner"), default="person")
    owner_address = StringField(lazy("Owner's address"), [Optional(), Length(max=255)], render_kw=_PLAIN)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.owner_kind.choices = [(key, _(text)) for key, text in words.OWNER_KIND.items()]

    def person(self) -> Person:
        """Return what was typed."""
        return Person(
            self.owner_name.data or "", self.owner_phone.data or "", self.owner_kind.data, self.owner_address.data
        )


class TransferForm(PersonForm):
    """A new owner from a day on."""

    on = DateField(lazy("Owner since"), [DataRequired(NEEDED)])
    told = BooleanField(lazy("The car was inspected, and its buyer was told in writing that and why it was taken back"))

    def day(self) -> date:
        """Return the day of the transfer; only of a form that was validated."""
        return cast("date", self.on.data)


class SaleForm(PersonForm):
    """The first sale of a car; headquarters names the dealer."""

    invoice_no = StringField(lazy("Invoice number"), [DataRequired(NEEDED), Length(max=32)], render_kw=_PLAIN)
    invoiced_on = DateField(lazy("Invoiced on"), [DataRequired(NEEDED)])
    delivered_on = DateField(lazy("Delivered on"), [Optional()])
    price = MoneyField(lazy("Price (yuan)"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "inputmode": "decimal"})
    use = SelectField(lazy("Use"), default="household")
    plate = StringField(lazy("Plate"), [Optional(), Length(max=20)], render_kw=_PLAIN)
    dealer_code = StringField(lazy("Dealer code"), [Optional(), Length(max=16)], render_kw=_PLAIN)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.use.choices = [(key, _(text)) for key, text in words.USE.items()]

    def sale(self) -> Sale:
        """Return what was typed; only of a form that was validated."""
        return Sale(
            self.invoice_no.data or "", cast("date", self.invoiced_on.data), self.delivered_on.data,
            self.price.data or ZERO,
            self.person(), self.use.data, self.plate.data or "", self.dealer_code.data,
        )  # fmt: skip


class PlateForm(FlaskForm):  # type: ignore[misc]
    """A car's plate; empty takes it off."""

    plate = StringField(
        lazy("Plate"), [Optional(), Length(max=20)], render_kw={**_PLAIN, "autocapitalize": "characters"}
    )
