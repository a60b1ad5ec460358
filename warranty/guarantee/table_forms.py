"""Shape of what headquarters types into the law's tables; what it means is judged by rules and services.

A field of an order is named by the way to it in the order's plain form, with hyphens
(``levels-same_problem-red``), so that each fault finds its field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import _, lazy
from portal.kernel.money import MoneyError, exact
from warranty.guarantee import words
from warranty.guarantee.models import Maker, ModelCertificate
from warranty.guarantee.queries.law import default_parts
from warranty.guarantee.queries.tables import ModelRow
from warranty.guarantee.rules.facts import Term
from warranty.guarantee.rules.plain import COUNTING, to_plain
from warranty.guarantee.rules.regimes import COUNTERS, Regime
from warranty.guarantee.rules.texts import part_name
from warranty.guarantee.seeds import MAIN_PARTS, SPECIAL_PARTS, WEAR_PARTS, wear_parts
from warranty.guarantee.services.certificates import ModelTerms, WearPart
from warranty.guarantee.services.tables import NOTE_LENGTH, MakerFacts

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_FIGURE = {**_PLAIN, "inputmode": "numeric", "class": "num"}
#: Rows for wear parts that the standard does not name.
MORE_WEAR = 3
LEVEL_STEPS = {"yellow": lazy("Yellow"), "orange": lazy("Orange"), "red": lazy("Red")}


class OrderForm(FlaskForm):  # type: ignore[misc]
    """A new version of an order; `order_form` adds a field for each value that may change."""

    valid_from = DateField(lazy("Valid from"), [DataRequired(NEEDED)])
    note = TextAreaField(lazy("Reason"), [DataRequired(NEEDED)], render_kw={"rows": 2, "maxlength": NOTE_LENGTH})
    base: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """Return the order as it was typed; text that is no figure stays text, for the rules to tell."""
        body = deepcopy(self.base)
        for field in self:
            if isinstance(field, Typed):
                target, last = _place(body, field.name)
                target[last] = field.value()
        return body

    def start(self) -> date:
        """Return the first day; only of a form that was validated."""
        return cast("date", self.valid_from.data)


class Typed(StringField):
    """Text that becomes a value of an order; empty text is null where null is meant."""

    def __init__(self, label: Any = None, *, read: Callable[[str], Any] = str, **values: Any) -> None:
        super().__init__(label, **values)
        self.read = read

    def value(self) -> Any:
        """Return the value."""
        text = (self.data or "").strip()
        return self.read(text)


def _whole(text: str) -> Any:
    plain = text.replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < len("10,000,000,000") else text


def _maybe(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def order_form(order: Regime) -> OrderForm:
    """Build the form of an order's next version, filled with the present one."""
    body = to_plain(order)
    made = {
        name: Typed(label, read=read, default=_shown(body, name), render_kw=looks)
        for name, label, read, looks in _order_fields(order)
    }
    form = type("OrderForm", (OrderForm,), {**made, "base": body})()
    return cast("OrderForm", form)


def _order_fields(order: Regime) -> Iterator[tuple[str, Any, Callable[[str], Any], dict[str, str]]]:
    whole, days = (_whole, _FIGURE), {**_PLAIN, "type": "date"}
    yield "name-zh", _("Name (Chinese)"), str, _PLAIN
    yield "name-en", _("Name (English)"), str, _PLAIN
    yield "first_sale", _("First sale"), str, days
    yield "last_sale", _("Last sale"), _maybe(str), days
    for name, label in (("guarantee", _("Guarantee period")), ("repair", _("Repair period"))):
        yield f"{name}-months", _("%(period)s: months", period=label), *whole
        yield f"{name}-km", _("%(period)s: km", period=label), *whole
    yield "coefficient_min", _("Coefficient n, least"), _maybe(str), {**_FIGURE, "inputmode": "decimal"}
    yield "coefficient_max", _("Coefficient n, most"), str, {**_FIGURE, "inputmode": "decimal"}
    yield "reply_days", _("Reply within working days"), *whole
    yield "complete_days", _("Complete within working days"), *whole
    yield "substitute_after_days", _("Substitute car after days"), *whole
    yield "substitute_article-zh", _("Article of the substitute car (Chinese)"), str, _PLAIN
    yield "substitute_article-en", _("Article of the substitute car (English)"), str, _PLAIN
    for counter in COUNTERS:
        for step, label in LEVEL_STEPS.items():
            said = f"{_(words.COUNTERS[counter])} · {label}"
            yield f"levels-{counter}-{step}", said, _maybe(_whole) if step == "orange" else _whole, _FIGURE
    for place, ground in enumerate(order.grounds):
        said = ground.code
        if ground.kind in COUNTING:
            yield f"grounds-{place}-limit", _("Limit of %(line)s", line=said), *whole
        else:
            yield f"grounds-{place}-within_days", _("Days of %(line)s", line=said), _maybe(_whole), _FIGURE
            yield f"grounds-{place}-within_km", _("Km of %(line)s", line=said), _maybe(_whole), _FIGURE
        yield f"grounds-{place}-article-zh", _("Article of %(line)s (Chinese)", line=said), str, _PLAIN
        yield f"grounds-{place}-article-en", _("Article of %(line)s (English)", line=said), str, _PLAIN


def _place(body: Any, name: str) -> tuple[Any, Any]:
    """Return what holds a value, and its key there."""
    *way, last = name.split("-")
    for step in way:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body, last


def _shown(body: Any, name: str) -> str:
    target, last = _place(body, name)
    value = target[last]
    return "" if value is None else str(value)


class MakerForm(FlaskForm):  # type: ignore[misc]
    """What certificates say of the maker."""

    brand = StringField(lazy("Brand"), [DataRequired(NEEDED), Length(max=60)], render_kw=_PLAIN)
    name = StringField(lazy("Maker's name"), [DataRequired(NEEDED), Length(max=120)], render_kw=_PLAIN)
    address = StringField(lazy("Address"), [DataRequired(NEEDED), Length(max=255)], render_kw=_PLAIN)
    postcode = StringField(lazy("Postcode"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "inputmode": "numeric"})
    phone = StringField(
        lazy("Service phone"), [DataRequired(NEEDED), Length(max=32)], render_kw={**_PLAIN, "inputmode": "tel"}
    )
    repairers_zh = TextAreaField(lazy("How to find repairers (Chinese)"), [DataRequired(NEEDED)], render_kw={"rows": 2})
    repairers_en = TextAreaField(lazy("How to find repairers (English)"), [DataRequired(NEEDED)], render_kw={"rows": 2})
    remarks_zh = TextAreaField(lazy("What else has to be said (Chinese)"), render_kw={"rows": 2})
    remarks_en = TextAreaField(lazy("What else has to be said (English)"), render_kw={"rows": 2})

    def fill(self, maker: Maker | None) -> None:
        """Put in what is kept."""
        for name in MakerFacts.__dataclass_fields__:
            self._fields[name].data = getattr(maker, name, "")

    def facts(self) -> MakerFacts:
        """Return what was typed."""
        return MakerFacts(**{name: self._fields[name].data or "" for name in MakerFacts.__dataclass_fields__})


class IssueForm(FlaskForm):  # type: ignore[misc]
    """Why a certificate is issued again."""

    reason = StringField(lazy("Reason"), render_kw={**_PLAIN, "maxlength": 500})


class Boxes(SelectMultipleField):
    """Several of some words, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CertificateForm(FlaskForm):  # type: ignore[misc]
    """A new version of a model's certificate; `certificate_form` adds boxes and rows for the parts."""

    valid_from = DateField(lazy("For cars sold from"), [DataRequired(NEEDED)])
    usage_coefficient = StringField(
        lazy("Usage coefficient n"), [DataRequired(NEEDED)], render_kw={**_FIGURE, "inputmode": "decimal"}
    )
    special_parts = TextAreaField(lazy("Special parts"), render_kw={"rows": 3})
    battery_limit = TextAreaField(lazy("Capacity limit of the traction battery"), render_kw={"rows": 2})
    components: tuple[str, ...]
    wear: tuple[str, ...]  # the names of the rows; empty for rows whose name is typed

    def validate_usage_coefficient(self, field: Any) -> None:
        """Tell at the field what is no number."""
        try:
            exact((field.data or "").strip())
        except MoneyError:
            raise ValidationError(lazy("This is no number.")) from None

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Ask for both figures of a wear part, or for none; and for a name where there are figures."""
        good = bool(super().validate(extra_validators))
        for place, fixed in enumerate(self.wear):
            name, months, km = self._wear(place)
            given = [months.data is not None, km.data is not None]
            named = bool(fixed or (name.data or "").strip())
            if any(given) or (named and not fixed):
                for field, there in ((name, named), (months, given[0]), (km, given[1])):
                    if not there and not field.errors:
                        field.errors = [*field.errors, NEEDED]
                        good = False
        return good

    def _wear(self, place: int) -> tuple[Any, Any, Any]:
        return self[f"wear-{place}-name"], self[f"wear-{place}-months"], self[f"wear-{place}-km"]

    def terms(self) -> ModelTerms:
        """Return what was typed; only of a form that was validated.

        Rows of wear parts that are left empty fall out, so faults are told by `wear_rows`.
        """
        parts = {
            name: [*self[f"parts-{name}"].data, *_lines(self[f"more-{name}"].data)] for name in self.components
        }  # fmt: skip
        wear = [self._wear(place) for place in self.wear_rows()]
        return ModelTerms(
            cast("date", self.valid_from.data),
            Term(self["guarantee-months"].data, self["guarantee-km"].data),
            Term(self["repair-months"].data, self["repair-km"].data),
            exact((self.usage_coefficient.data or "").strip()), parts, _lines(self.special_parts.data),
            [WearPart(name.data.strip(), months.data, km.data) for name, months, km in wear],
            self.battery_limit.data or "",
        )  # fmt: skip

    def wear_rows(self) -> list[int]:
        """Return the places of the rows that were filled."""
        return [place for place in range(len(self.wear)) if self[f"wear-{place}-months"].data is not None]


def certificate_form(row: ModelRow) -> CertificateForm:
    """Build the form of a model's next certificate: the present one, else what the standard names."""
    present, model = (row.versions[0] if row.versions else None), row.model
    known = {part: name for part, name in WEAR_PARTS.items() if part in wear_parts(model.powertrain)}
    kept = {part["name"]: part for part in present.wear_parts} if present else {}
    others = [name for name in kept if name not in known]
    wear = (*known, *others, *[""] * MORE_WEAR)
    shown = tuple(MAIN_PARTS) if present else tuple(default_parts(model.powertrain))
    components = tuple(name for name in MAIN_PARTS if name in shown)
    made: dict[str, Any] = {}
    for name, label in (("guarantee", lazy("Guarantee period")), ("repair", lazy("Repair period"))):
        for unit in ("months", "km"):
            said = _("%(period)s: months", period=label) if unit == "months" else _("%(period)s: km", period=label)
            made[f"{name}-{unit}"] = IntegerField(
                said, [InputRequired(NEEDED)], default=getattr(present or model, f"{name}_{unit}"), render_kw=_FIGURE
            )
    made |= _part_fields(components, present, model.powertrain)
    for place, name in enumerate(wear):
        made |= _wear_fields(place, name, kept.get(name, {}))
    form = type("CertificateForm", (CertificateForm,), {**made, "components": components, "wear": wear})()
    if not form.is_submitted():
        form.usage_coefficient.data = f"{present.usage_coefficient.normalize():f}" if present else ""
        form.special_parts.data = "\n".join(present.special_parts if present else SPECIAL_PARTS)
        form.battery_limit.data = present.battery_limit if present else ""
    return cast("CertificateForm", form)


def _part_fields(components: tuple[str, ...], present: ModelCertificate | None, powertrain: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    defaults = default_parts(powertrain)
    for name in components:
        standard, label = MAIN_PARTS[name], _(COMPONENTS[name])
        ticked = present.main_parts.get(name, []) if present else sorted(defaults.get(name, ()))
        made[f"parts-{name}"] = Boxes(
            label, choices=[SelectChoice(part, words.here(part_name(name, part))) for part in standard],
            default=[part for part in ticked if part in standard],
        )  # fmt: skip
        made[f"more-{name}"] = StringField(
            _("%(component)s: further parts", component=label),
            default="、".join(part for part in ticked if part not in standard), render_kw=_PLAIN,
        )  # fmt: skip
    return made


def _wear_fields(place: int, name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    known = WEAR_PARTS.get(name)
    said = words.here(known) if known else name or _("Another wear part")
    look = {**_PLAIN, "readonly": "readonly"} if name else _PLAIN
    return {
        f"wear-{place}-name": StringField(said, default=name, render_kw=look),
        f"wear-{place}-months": IntegerField(
            _("%(period)s: months", period=said), [Optional()], default=kept.get("months"), render_kw=_FIGURE
        ),
        f"wear-{place}-km": IntegerField(
            _("%(period)s: km", period=said), [Optional()], default=kept.get("km"), render_kw=_FIGURE
        ),
    }


def _lines(text: str | None) -> list[str]:
    """Part what was typed by lines, commas or 、."""
    plain = (text or "").replace("、", "\n").replace("，", "\n").replace(",", "\n")
    return [line.strip() for line in plain.splitlines() if line.strip()]


def share_text(value: Decimal) -> str:
    """Write a coefficient as a certificate does: ``0.5%``."""
    return f"{(value * 100).normalize():f}%"
