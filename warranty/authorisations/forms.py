"""Shapes of what is typed on the pages of pre-authorisations; what it means is judged by the services."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from dealers.service.words import COMPONENTS
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO
from warranty.authorisations.rules import VALID_DAYS, Grant
from warranty.authorisations.services import Asked, Decision
from warranty.authorisations.services.ask import PART_LENGTH, WORDS_LENGTH
from warranty.authorisations.words import FIELDS, TYPES


def _label(name: str) -> Any:
    return lazy(FIELDS[name])


_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_MONEY = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}
_LONG = {"rows": 3, "maxlength": WORDS_LENGTH}


class SeenForm(FlaskForm):  # type: ignore[misc]
    """A form that knows which row version its page showed."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page; None when it is nonsense."""
        return whole(self.version.data)


class RequestForm(SeenForm):
    """What a station asks for."""

    submissions = HiddenField()
    type = SelectField(_label("type"), validate_choice=False)
    component = SelectField(_label("component"), validate_choice=False)
    causal_part = StringField(_label("causal_part"), render_kw={**_PLAIN, "maxlength": PART_LENGTH})
    odometer_km = IntegerField(_label("odometer_km"), [InputRequired(lazy("Please fill this in."))], render_kw=_PLAIN)
    asked = MoneyField(_label("asked"), render_kw=_MONEY)
    concern = TextAreaField(_label("concern"), render_kw=_LONG)
    cause = TextAreaField(_label("cause"), render_kw=_LONG)
    correction = TextAreaField(_label("correction"), render_kw=_LONG)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.type.choices = [(key, _(text)) for key, text in TYPES.items()]
        self.component.choices = [(key, _(text)) for key, text in COMPONENTS.items()]

    def request(self) -> Asked:
        """Return what was typed; only of a form that was validated."""
        return Asked(
            self.type.data or "", self.odometer_km.data or 0, self.component.data or "", self.causal_part.data or "",
            self.concern.data or "", self.cause.data or "", self.correction.data or "", self.asked.data or ZERO,
        )  # fmt: skip


class StepForm(SeenForm):
    """A step with its reason."""

    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 2, "maxlength": 1000})

    def why(self) -> str:
        """Return the reason as it was typed."""
        return self.reason.data or ""


class DecisionForm(StepForm):
    """What headquarters decides; the button says which outcome."""

    amount = MoneyField(lazy("Amount to reserve (yuan)"), [Optional()], render_kw=_MONEY)
    days = IntegerField(lazy("Holds for days"), [Optional()], default=VALID_DAYS, render_kw=_PLAIN)
    outcome = StringField()

    def decision(self) -> Decision:
        """Return what was decided."""
        days = VALID_DAYS if self.days.data is None else self.days.data
        return Decision(self.outcome.data or "", Grant(self.amount.data, days, self.why()))


#: The forms of a sheet, by the step that each takes; each has names of its own there.
FORMS: dict[str, type[SeenForm]] = {
    "request": RequestForm, "decide": DecisionForm, "withdraw": StepForm, "revoke": StepForm
}  # fmt: skip


def form_of(name: str, **values: Any) -> Any:
    """Return the form of a step: what was sent, or a fresh one with ``formdata=None``."""
    return FORMS[name](prefix=f"{name}-", **values)
