"""The shapes of a part, its prices, what replaces it and what it fits."""

from __future__ import annotations

from decimal import Decimal

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, DecimalField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from parts.catalogue import words
from parts.catalogue.forms import AMOUNT, NEEDED, PLAIN, Versioned
from parts.catalogue.queries.parts import PartPage
from parts.catalogue.rules.prices import Price
from parts.catalogue.services.chains import Succession
from parts.catalogue.services.facts import PartFacts
from parts.catalogue.services.fitment import FitmentFacts
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy

Choices = list[tuple[str, str]]


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


class PartForm(Versioned):
    """What headquarters may change of a part."""

    name_zh = StringField(lazy("Chinese name"), [InputRequired(NEEDED), Length(max=120)], render_kw=PLAIN)
    name_en = StringField(lazy("English name"), [Optional(), Length(max=120)], render_kw=PLAIN)
    unit = StringField(lazy("Unit"), [InputRequired(NEEDED), Length(max=8)], default="件", render_kw=PLAIN)
    supplier = SelectField(lazy("Supplier"))
    assembly = SelectField(lazy("Assembly"))
    component = SelectField(lazy("Component"))
    per_vehicle = DecimalField(
        lazy("Quantity per vehicle"), [InputRequired(NEEDED)], default=Decimal(1), render_kw=AMOUNT
    )
    wear_class = SelectField(lazy("Wear class"))
    special = BooleanField(lazy("Special part"))

    def offer(self, suppliers: Choices, assemblies: Choices, present: PartPage | None = None) -> None:
        """Say what can be chosen; a wear class of an older list stays possible."""
        self.supplier.choices = [("", "—"), *suppliers]
        self.assembly.choices = [("", "—"), *assemblies]
        self.component.choices = [(key, _(text)) for key, text in words.COMPONENTS.items()]
        known = {key: _(text) for key, text in words.WEAR_CLASS.items()}
        if present is not None and present.wear_class and present.wear_class not in known:
            known[present.wear_class] = present.wear_class
        self.wear_class.choices = [("", _("No wear part")), *known.items()]

    def fill(self, part: PartPage) -> None:
        """Put in what is stored."""
        for name in ("name_zh", "name_en", "unit", "component", "per_vehicle", "special"):
            self._fields[name].data = getattr(part, name)
        self.wear_class.data = part.wear_class or ""
        self.supplier.data = part.supplier.code if part.supplier else ""
        self.assembly.data = part.place.code if part.place else ""
        self.version.data = str(part.row_version)

    def facts(self) -> PartFacts:
        """Return what was typed."""
        return PartFacts(
            self.name_zh.data or "", self.name_en.data or "", self.unit.data or "", self.supplier.data or "",
            self.assembly.data or "", self.component.data, self.per_vehicle.data, self.wear_class.data or "",
            special=bool(self.special.data),
        )  # fmt: skip


class NewPartForm(PartForm):
    """A part that the catalogue does not have yet."""

    number = StringField(
        lazy("Part number"), [InputRequired(NEEDED), Length(max=40)],
        render_kw={**PLAIN, "autocapitalize": "characters"},
    )  # fmt: skip


class SuccessionForm(Versioned):
    """What replaces a part; an empty number lifts the replacement."""

    new = StringField(
        lazy("Replaced by"), [Optional(), Length(max=40)], render_kw={**PLAIN, "autocapitalize": "characters"}
    )
    since = DateField(lazy("Replaced from"), [Optional()])
    interchange = SelectField(lazy("Interchangeability"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.interchange.choices = [(key, _(text)) for key, text in words.INTERCHANGE.items()]

    def fill(self, part: PartPage) -> None:
        """Put in what is stored."""
        self.new.data, self.since.data = part.superseded_by, part.superseded_on
        self.interchange.data, self.version.data = part.interchange or "one_way", str(part.row_version)

    def succession(self) -> Succession:
        """Return what was typed."""
        return Succession(self.new.data or "", self.since.data, self.interchange.data)


class FitmentForm(FlaskForm):  # type: ignore[misc]
    """Which cars of a model a part fits."""

    model = SelectField(lazy("Model"))
    quantity = DecimalField(lazy("Quantity per vehicle"), [InputRequired(NEEDED)], default=Decimal(1), render_kw=AMOUNT)
    built_from = DateField(lazy("Built from"), [Optional()])
    built_until = DateField(lazy("Built until"), [Optional()])
    vin_from = StringField(lazy("First VIN"), [Optional(), Length(max=24)], render_kw=PLAIN)
    vin_until = StringField(lazy("Last VIN"), [Optional(), Length(max=24)], render_kw=PLAIN)
    note = StringField(lazy("Note"), [Optional(), Length(max=120)], render_kw=PLAIN)

    def facts(self) -> FitmentFacts:
        """Return what was typed."""
        return FitmentFacts(
            self.model.data, self.quantity.data, self.built_from.data, self.built_until.data,
            self.vin_from.data or "", self.vin_until.data or "", self.note.data or "",
        )  # fmt: skip
