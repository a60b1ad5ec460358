"""Shapes of what is typed on the pages of cases; what it means is judged by the services."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms import TextAreaField as Area
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.errors import ConflictError, Fault
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from portal.kernel.lifecycle import CHANGED
from portal.kernel.money import ZERO
from warranty.cases import words
from warranty.cases.rules.articles import Articles
from warranty.cases.rules.compensation import USUAL_LIFE, Cost
from warranty.cases.services.carry_out import Completion
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.losses import CostNote
from warranty.cases.services.receive import WORDS_LENGTH, DemandNote

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_LONG = {"rows": 3, "maxlength": WORDS_LENGTH}


class DemandForm(FlaskForm):  # type: ignore[misc]
    """The demand, as the owner makes it."""

    received_on = DateField(lazy("Received on"), [DataRequired(NEEDED)])
    choice = RadioField(lazy("What the owner asks for"), [DataRequired(NEEDED)], validate_choice=False)
    odometer_km = IntegerField(lazy("Odometer (km)"), [InputRequired(NEEDED)], render_kw=_PLAIN)
    consumer = StringField(lazy("Who asks"), [DataRequired(NEEDED), Length(max=80)], render_kw=_PLAIN)
    phone = StringField(
        lazy("Phone"), [DataRequired(NEEDED), Length(max=40)], render_kw={**_PLAIN, "inputmode": "tel"}
    )  # fmt: skip
    statement = Area(lazy("In the owner's words"), [DataRequired(NEEDED)], render_kw=_LONG)
    invoice_shown = BooleanField(lazy("The purchase invoice was shown"))
    certificate_shown = BooleanField(lazy("The three-guarantees certificate was shown"))
    papers = StringField(lazy("Other papers handed in"), [Optional()], render_kw=_PLAIN)
    km_sure = BooleanField(lazy("The odometer was read again, and the reading is right"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.choice.choices = [(key, _(text)) for key, text in words.CHOICES.items()]

    def note(self) -> DemandNote:
        """Return what was typed; only of a form that was validated."""
        return DemandNote(
            cast("date", self.received_on.data), self.choice.data or "", self.odometer_km.data or 0,
            self.consumer.data or "", self.phone.data or "", self.statement.data or "", self.invoice_shown.data,
            self.certificate_shown.data, self.papers.data or "", self.km_sure.data,
        )  # fmt: skip


def seen_version(text: str | None) -> int:
    """Read the row version that a page of ours sent; one that is missing or nonsense is out of date."""
    version = whole(text)
    if version is None:
        raise ConflictError(Fault(CHANGED))
    return version


class StepForm(FlaskForm):  # type: ignore[misc]
    """A step with its reason, and the row version of the page that was looked at."""

    version = HiddenField()
    reason = Area(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 3, "maxlength": 1000})

    def seen(self) -> int:
        """Return the row version of the page; `ConflictError` where there is none."""
        return seen_version(self.version.data)

    def why(self) -> str:
        """Return the reason as it was typed."""
        return self.reason.data or ""


class DecisionForm(StepForm):
    """What headquarters decides."""

    outcome = RadioField(
        lazy("Decision"), [DataRequired(lazy("Please choose what is decided."))], validate_choice=False
    )
    usage_fee = MoneyField(
        lazy("Fee for the use (yuan)"), [Optional()], render_kw={**_PLAIN, "inputmode": "decimal", "class": "num"}
    )  # fmt: skip

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.outcome.choices = [(key, _(text)) for key, text in words.OUTCOMES.items()]

    def decision(self) -> CaseDecision:
        """Return what was decided."""
        return CaseDecision(self.outcome.data or "", self.reason.data or "", self.usage_fee.data)


class CostForm(StepForm):
    """A loss of the owner."""

    kind = SelectField(lazy("Kind"), validate_choice=False)
    what = StringField(lazy("What it was"), [DataRequired(NEEDED)], render_kw=_PLAIN)
    receipt = StringField(lazy("Receipt no."), [Optional()], render_kw=_PLAIN)
    charged = MoneyField(
        lazy("Charged (yuan)"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "inputmode": "decimal", "class": "num"}
    )  # fmt: skip
    fitted_on = DateField(lazy("Fitted on"), [Optional()])
    life_months = IntegerField(lazy("Useful life (months)"), [Optional()], default=USUAL_LIFE)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.kind.choices = [(key, _(text)) for key, text in words.KINDS.items()]

    def note(self) -> CostNote:
        """Return what was typed."""
        cost = Cost(self.kind.data or "", self.charged.data or ZERO, self.fitted_on.data, self.life_months.data)
        return CostNote(self.what.data or "", cost, self.receipt.data or "", self.why())


class ReplyForm(StepForm):
    """The day on which the owner got the answer."""

    replied_on = DateField(lazy("Answered on"), [DataRequired(NEEDED)])


class SwitchForm(StepForm):
    """Why the owner may have the money instead."""

    ground = RadioField(lazy("Why"), [DataRequired(NEEDED)], validate_choice=False)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.ground.choices = [(key, _(text)) for key, text in words.SWITCHES.items()]

    def offer(self, gives: Articles) -> None:
        """Leave the grounds that the order gives."""
        given = [key for key in words.SWITCHES if getattr(gives, key) is not None]
        self.ground.choices = [(key, _(words.SWITCHES[key])) for key in given]


class DelayForm(StepForm):
    """Working days of the owner's own delay."""

    days = IntegerField(lazy("Working days"), [InputRequired(NEEDED)], render_kw=_PLAIN)


class WithdrawalForm(StepForm):
    """The owner takes the demand back."""

    filed = BooleanField(lazy("The owner's signed withdrawal is filed"))


class CompletionForm(StepForm):
    """The day, and the other car."""

    completed_on = DateField(lazy("Carried out on"), [DataRequired(NEEDED)])
    new_vin = StringField(lazy("VIN of the new car"), [Length(max=40)], render_kw={**_PLAIN, "data-vin": "1"})
    invoice_no = StringField(lazy("Invoice no. of the new car"), [Length(max=32)], render_kw=_PLAIN)
    no_worse_because = Area(lazy("Another model: why it is no worse"), [Length(max=500)], render_kw={"rows": 2})

    def done(self) -> Completion:
        """Return what was typed; only of a form that was validated."""
        return Completion(
            cast("date", self.completed_on.data), self.new_vin.data or "", self.invoice_no.data or "",
            self.no_worse_because.data or "",
        )  # fmt: skip


#: The forms of a case's page, by the step that each takes; each has names of its own there.
FORMS: dict[str, type[StepForm]] = {
    "decide": DecisionForm, "reject_refusal": StepForm, "confirm_refusal": StepForm, "retract_refusal": StepForm,
    "reconsider": StepForm, "cost": CostForm, "reply": ReplyForm, "switch_to_return": SwitchForm,
    "propose_delay": DelayForm, "confirm_delay": StepForm, "reject_delay": StepForm, "complete": CompletionForm,
    "withdraw": WithdrawalForm,
}  # fmt: skip


def form_of(name: str, *, fresh: bool = False) -> Any:
    """Return the form of a step: what was sent, or a fresh one."""
    prefix = f"{name}-"
    return FORMS[name](formdata=None, prefix=prefix) if fresh else FORMS[name](prefix=prefix)
