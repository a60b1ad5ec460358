"""Shape of what is typed on the pages of coverage; what it means is judged by the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from dealers.vehicles.rules import ABSURD_KM
from portal.kernel.i18n import _, lazy
from warranty.coverage import words
from warranty.coverage.queries.cars import CoveredCar
from warranty.coverage.services.agreements import (
    NUMBER_LENGTH,
    PRODUCT_LENGTH,
    ContractFacts,
    GrantFacts,
    Span,
)
from warranty.coverage.services.versions import NOTE_LENGTH, PolicyScope, Terms
from warranty.guarantee.seeds import WEAR_PARTS
from warranty.guarantee.table_forms import Boxes

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_FIGURE = {**_PLAIN, "inputmode": "numeric"}
_NOTE = {"rows": 2, "maxlength": NOTE_LENGTH}


def _any_of(label: str, named: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return choices of some words, with one in front that asks nothing."""
    return [("", label), *((key, _(word)) for key, word in named.items())]


class TermsForm(FlaskForm):  # type: ignore[misc]
    """What holds from a day on. Without kilometres any mileage is meant."""

    valid_from = DateField(lazy("Valid from"), [DataRequired(NEEDED)])
    months = IntegerField(lazy("Months"), [InputRequired(NEEDED)], render_kw=_FIGURE)
    km = IntegerField(lazy("km"), [Optional()], render_kw=_FIGURE)
    note = TextAreaField(lazy("Reason"), render_kw=_NOTE)

    def terms(self) -> Terms:
        """Return what was typed; only of a form that was validated."""
        assert self.valid_from.data is not None  # noqa: S101  (required)
        return Terms(self.valid_from.data, self.months.data, self.km.data, self.note.data or "")


class PolicyVersionForm(TermsForm):
    """The next version of a policy, or its end for cars sold from a day on."""

    months = IntegerField(lazy("Months"), [Optional()], render_kw=_FIGURE)
    withdrawn = BooleanField(lazy("Withdrawn: cars sold from that day get nothing by this policy"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for months, or for the end."""
        valid: bool = super().validate(extra_validators)
        if self.months.data is None and not self.withdrawn.data:
            self.months.errors = [*self.months.errors, _("Please enter the months, or withdraw the policy.")]
            return False
        return valid

    def terms(self) -> Terms:
        """Return what was typed; what is withdrawn has no length."""
        typed = super().terms()
        return replace(typed, months=None, km=None) if self.withdrawn.data else typed


class PolicyForm(TermsForm):
    """A policy: what it is about, and what holds."""

    component = SelectField(lazy("Component"))
    model = SelectField(lazy("Model"))
    series = SelectField(lazy("Series"))
    use = SelectField(lazy("Use"))

    def __init__(self, models: Sequence[Any]) -> None:
        super().__init__()
        self.component.choices = _any_of(_("Whole car"), words.COMPONENTS)
        self.use.choices = _any_of(_("Every use"), words.USE)
        self.model.choices = [("", _("Every model")), *((one.code, one.code) for one in models)]
        names = sorted({one.series for one in models})
        self.series.choices = [("", _("Every series")), *((name, name) for name in names)]

    def scope(self) -> PolicyScope:
        """Return what it is about."""
        return PolicyScope(
            self.model.data or "", self.series.data or "", self.component.data or "", self.use.data or ""
        )  # fmt: skip


class PartWarrantyForm(TermsForm):
    """A part warranty: for a number, for a wear class, or for every part."""

    number = StringField(lazy("Part number"), render_kw=_PLAIN)
    wear_class = SelectField(lazy("Wear class"))

    def __init__(self) -> None:
        super().__init__()
        self.wear_class.choices = [("", "—"), *((key, words.here(name)) for key, name in WEAR_PARTS.items())]


class _SpanForm(FlaskForm):  # type: ignore[misc]
    vin = StringField(lazy("VIN"), [DataRequired(NEEDED)], render_kw=_PLAIN)
    begins_on = DateField(lazy("From"), [DataRequired(NEEDED)])
    until_on = DateField(lazy("Until"), [DataRequired(NEEDED)])
    until_km = IntegerField(lazy("Until km"), [Optional()], render_kw=_FIGURE)

    def span(self) -> Span:
        """Return the days and kilometres; only of a form that was validated."""
        assert self.begins_on.data is not None  # noqa: S101  (required)
        assert self.until_on.data is not None  # noqa: S101
        return Span(self.begins_on.data, self.until_on.data, self.until_km.data)


class ContractForm(_SpanForm):
    """An extended-service contract, as its paper says it."""

    number = StringField(lazy("Contract no."), [DataRequired(NEEDED)], render_kw={**_PLAIN, "maxlength": NUMBER_LENGTH})
    product = StringField(lazy("Product"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "maxlength": PRODUCT_LENGTH})
    seller = StringField(lazy("Seller (dealer code)"), render_kw=_PLAIN)
    components = Boxes(lazy("Components"))
    wear_parts = BooleanField(lazy("Wear parts are covered too"))

    def __init__(self) -> None:
        super().__init__()
        self.components.choices = [(key, _(word)) for key, word in words.COMPONENTS.items()]

    def facts(self) -> ContractFacts:
        """Return what was typed."""
        return ContractFacts(
            self.number.data or "", self.vin.data or "", self.product.data or "", self.span(),
            tuple(self.components.data or ()), bool(self.wear_parts.data), self.seller.data or "",
        )  # fmt: skip


class CancelForm(FlaskForm):  # type: ignore[misc]
    """From when a contract covers nothing, and why."""

    day = DateField(lazy("Cancelled from"), [DataRequired(NEEDED)])
    why = StringField(lazy("Reason"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "maxlength": NOTE_LENGTH})


class GrantForm(_SpanForm):
    """What headquarters gives, and who bears what."""

    component = SelectField(lazy("Component"))
    headquarters_share = IntegerField(lazy("Headquarters' share (percent)"), [InputRequired(NEEDED)], render_kw=_FIGURE)
    dealer_share = IntegerField(lazy("Dealer's share (percent)"), [InputRequired(NEEDED)], default=0, render_kw=_FIGURE)
    customer_share = IntegerField(
        lazy("Customer's share (percent)"), [InputRequired(NEEDED)], default=0, render_kw=_FIGURE
    )
    station = StringField(lazy("Asked for by (dealer code)"), render_kw=_PLAIN)
    reason = TextAreaField(lazy("Reason"), [DataRequired(NEEDED)], render_kw=_NOTE)

    def __init__(self) -> None:
        super().__init__()
        self.component.choices = _any_of(_("Whole car"), words.COMPONENTS)

    def facts(self) -> GrantFacts:
        """Return what was typed."""
        return GrantFacts(
            self.vin.data or "", self.span(), self.headquarters_share.data or 0, self.dealer_share.data or 0,
            self.customer_share.data or 0, self.reason.data or "", self.component.data or "", self.station.data or "",
        )  # fmt: skip


class QuestionForm(Form):
    """Is this covered? It asks and changes nothing, so it travels in the address."""

    component = SelectField(lazy("Component"), [InputRequired()])
    part = StringField(lazy("Part number"), render_kw=_PLAIN)
    day = DateField(lazy("Day"), [InputRequired(NEEDED)])
    km = IntegerField(lazy("Odometer (km)"), [InputRequired(NEEDED), NumberRange(0, ABSURD_KM)], render_kw=_FIGURE)

    def __init__(self, car: CoveredCar, args: Mapping[str, str]) -> None:
        self.asked = "component" in args
        super().__init__(MultiDict(args) if self.asked else None, day=car.today, km=car.odometer_km)
        self.component.choices = [(key, _(words.COMPONENTS[key])) for key in car.has]

    def question(self) -> tuple[str, str | None, date, int]:
        """Return component, part, day and kilometres; only of a form that was validated."""
        assert self.day.data is not None  # noqa: S101  (required)
        part = (self.part.data or "").strip().upper()
        return self.component.data, part or None, self.day.data, self.km.data or 0
