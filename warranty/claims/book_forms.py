"""Shape of what is typed about a rule book: a row a check, figures, amounts by stars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.kernel.fields import MoneyField
from portal.kernel.i18n import lazy
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO
from warranty.claims.rules.book import RuleBook, RuleSetting
from warranty.claims.rules.checks import CHECKS, Outcome, Severity
from warranty.claims.rules.money import HUNDRED, Rates
from warranty.claims.services.books import NOTE_LENGTH
from warranty.claims.words import CHECK_OUTCOMES, LIMITS, SEVERITIES, TYPES
from warranty.guarantee.words import LEVELS

NEEDED = lazy("Please fill this in.")
GRADES = (0, 1, 2, 3, 4, 5)
#: Figures without a fraction, by the part of the book that they stand in.
WHOLES = {
    "limits": ("submit_within_days", "repeat_within_days", "km_per_day", "parts_above", "first_service_months",
               "first_service_km"),
    "routing": ("hours_level_one", "hours_level_two"),
}  # fmt: skip


def _label(name: str) -> Any:
    return lazy(LIMITS[name])


class Boxes(SelectMultipleField):
    """Several of some words, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class StepForm(FlaskForm):  # type: ignore[misc]
    """A step of a rule book, and the row version that was looked at."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page."""
        return whole(self.version.data)


class EnforceForm(StepForm):
    """From which day a book holds."""

    valid_from = DateField(lazy("In force from"), [DataRequired(NEEDED)])

    def day(self) -> date:
        """Return the day; only of a form that was validated."""
        return cast("date", self.valid_from.data)


class TrialForm(StepForm):
    """Over which claims a book is tried, by the day they were submitted."""

    first = DateField(lazy("Submitted from"), [DataRequired(NEEDED)])
    last = DateField(lazy("Submitted until"), [DataRequired(NEEDED)])

    def days(self) -> tuple[date, date]:
        """Return the first and the last day; only of a form that was validated."""
        return cast("date", self.first.data), cast("date", self.last.data)


class DiscardForm(StepForm):
    """Why a draft is given up."""

    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 2, "maxlength": 1000})


class BookForm(StepForm):
    """A whole rule book; its fields are made by `_fields`."""

    automatic = BooleanField(lazy("Approve without a person what passes every check"))
    sample_percent = IntegerField(lazy("Of those, per cent to look at afterwards"), [InputRequired(NEEDED)])
    note = TextAreaField(lazy("What changes and why"), render_kw={"rows": 2, "maxlength": NOTE_LENGTH})
    level_two_types = Boxes(lazy("Types of claims for the second level"), choices=[])
    level_two_watch = Boxes(lazy("Levels of the three-guarantees watch for the second level"), choices=[])
    hours_above = DecimalField(_label("hours_above"), [InputRequired(NEEDED)], places=2)
    four_eyes_above = MoneyField(_label("four_eyes_above"), [InputRequired(NEEDED)])
    authorisation_above = MoneyField(_label("authorisation_above"), [InputRequired(NEEDED)])
    first_service_amount = MoneyField(_label("first_service_amount"), [InputRequired(NEEDED)])
    pdi_amount = MoneyField(_label("pdi_amount"), [InputRequired(NEEDED)])
    handling = DecimalField(_label("handling"), [InputRequired(NEEDED)], places=2)
    out_call_km = MoneyField(_label("out_call_km"), [InputRequired(NEEDED)])
    substitute_day = MoneyField(_label("substitute_day"), [InputRequired(NEEDED)])
    substitute_days = IntegerField(_label("substitute_days"), [InputRequired(NEEDED)])

    def fill(self, book: RuleBook, note: str, row_version: int) -> None:
        """Show a book as it is kept."""
        self.version.data, self.note.data = str(row_version), note
        self.automatic.data, self.sample_percent.data = book.automatic, book.sample_percent
        self.level_two_types.data = list(book.routing.level_two_types)
        self.level_two_watch.data = list(book.routing.level_two_watch)
        for part, names in WHOLES.items():
            for name in names:
                self[name].data = getattr(getattr(book, part), name)
        self.hours_above.data, self.four_eyes_above.data = book.limits.hours_above, book.routing.four_eyes_above
        self.authorisation_above.data = book.limits.authorisation_above
        self.first_service_amount.data, self.pdi_amount.data = book.limits.first_service_amount, book.limits.pdi_amount
        self.handling.data, self.out_call_km.data = book.rates.handling * HUNDRED, book.rates.out_call_km
        self.substitute_day.data, self.substitute_days.data = book.rates.substitute_day, book.rates.substitute_days
        for grade in GRADES:
            self[f"amount-{grade}"].data = book.limits.amount_limit(grade)
            self[f"level-{grade}"].data = book.routing.limit(grade)
        for check in CHECKS:
            setting = book.setting(check)
            self[f"active-{check.id}"].data = setting.active
            self[f"severity-{check.id}"].data, self[f"outcome-{check.id}"].data = setting.severity, setting.outcome

    def book(self, before: RuleBook) -> RuleBook:
        """Return what was typed, on top of what no field shows; only of a form that was validated."""
        limits = {name: self[name].data for name in WHOLES["limits"]}
        routing = {name: self[name].data for name in WHOLES["routing"]}
        return replace(
            before, automatic=self.automatic.data, sample_percent=self.sample_percent.data or 0,
            settings={check.id: self._setting(check.id) for check in CHECKS},
            limits=replace(
                before.limits, **limits, hours_above=self.hours_above.data or ZERO,
                amount_by_grade=self._amounts("amount"),
                authorisation_above=self.authorisation_above.data or ZERO,
                first_service_amount=self.first_service_amount.data or ZERO, pdi_amount=self.pdi_amount.data or ZERO,
            ),
            rates=Rates(
                handling=(self.handling.data or ZERO) / HUNDRED, out_call_km=self.out_call_km.data or ZERO,
                substitute_day=self.substitute_day.data or ZERO, substitute_days=self.substitute_days.data or 0,
            ),
            routing=replace(
                before.routing, **routing, four_eyes_above=self.four_eyes_above.data or ZERO,
                level_two_above=self._amounts("level"), level_two_types=tuple(self.level_two_types.data or ()),
                level_two_watch=tuple(self.level_two_watch.data or ()),
            ),
        )  # fmt: skip

    def _setting(self, check: str) -> RuleSetting:
        severity, outcome = self[f"severity-{check}"].data, self[f"outcome-{check}"].data
        return RuleSetting(self[f"active-{check}"].data, Severity(severity), Outcome(outcome))

    def _amounts(self, name: str) -> tuple[tuple[int, Decimal], ...]:
        return tuple((grade, self[f"{name}-{grade}"].data or ZERO) for grade in GRADES)


def _choices(words: dict[str, str]) -> list[Any]:
    return [SelectChoice(key, lazy(text)) for key, text in words.items()]


def book_form(**values: Any) -> BookForm:
    """Build the form with its rows."""
    fields: dict[str, Any] = {
        name: IntegerField(_label(name), [InputRequired(NEEDED)]) for names in WHOLES.values() for name in names
    }
    for grade in GRADES:
        fields[f"amount-{grade}"] = MoneyField(_label("amount"), [InputRequired(NEEDED)])
        fields[f"level-{grade}"] = MoneyField(_label("level"), [InputRequired(NEEDED)])
    for check in CHECKS:
        fields[f"active-{check.id}"] = BooleanField(lazy("Active"))
        fields[f"severity-{check.id}"] = SelectField(lazy("Hardness"), choices=_choices(SEVERITIES))
        fields[f"outcome-{check.id}"] = SelectField(lazy("Outcome"), choices=_choices(CHECK_OUTCOMES))
    form = cast("BookForm", type("BookForm", (BookForm,), fields)(**values))
    form.level_two_types.choices = _choices(TYPES)
    form.level_two_watch.choices = _choices(LEVELS)
    return form
