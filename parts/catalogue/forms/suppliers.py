"""The shape of a supplier."""

from __future__ import annotations

from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from parts.catalogue.forms import NEEDED, PLAIN, Versioned
from parts.catalogue.queries.suppliers import SupplierPage
from parts.catalogue.services.suppliers import SupplierFacts
from portal.kernel.i18n import lazy

TEXTS = ("name_zh", "name_en", "contact", "phone", "email", "address")


class SupplierForm(Versioned):
    """What headquarters may change of a supplier."""

    name_zh = StringField(lazy("Chinese name"), [InputRequired(NEEDED), Length(max=80)], render_kw=PLAIN)
    name_en = StringField(lazy("English name"), [Optional(), Length(max=120)], render_kw=PLAIN)
    contact = StringField(lazy("Contact"), [Optional(), Length(max=80)], render_kw=PLAIN)
    phone = StringField(lazy("Phone"), [Optional(), Length(max=32)], render_kw={**PLAIN, "inputmode": "tel"})
    email = StringField(lazy("E-mail"), [Optional(), Length(max=120)], render_kw={**PLAIN, "inputmode": "email"})
    address = StringField(lazy("Address"), [Optional(), Length(max=255)], render_kw=PLAIN)
    closed_on = DateField(lazy("Closed on"), [Optional()])

    def fill(self, supplier: SupplierPage) -> None:
        """Put in what is stored."""
        for name in (*TEXTS, "closed_on"):
            self._fields[name].data = getattr(supplier, name)
        self.version.data = str(supplier.row_version)

    def facts(self) -> SupplierFacts:
        """Return what was typed."""
        typed = {name: str(self._fields[name].data or "") for name in TEXTS}
        return SupplierFacts(**typed, closed_on=self.closed_on.data)


class NewSupplierForm(SupplierForm):
    """A supplier that is not known yet."""

    code = StringField(
        lazy("Supplier code"), [InputRequired(NEEDED), Length(max=16)],
        render_kw={**PLAIN, "autocapitalize": "characters"},
    )  # fmt: skip
