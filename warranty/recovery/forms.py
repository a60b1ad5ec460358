"""Shape of what is typed on the pages of recovery; what it means is judged by the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO, MoneyError, yuan
from warranty.recovery.models import ANSWER_DAYS
from warranty.recovery.queries.costs import Period
from warranty.recovery.rules.answers import REASON_LENGTH, Answer
from warranty.recovery.rules.contracts import COMPONENT, PART, Terms
from warranty.recovery.services.adjust import Adjusting
from warranty.recovery.services.booking import REFERENCE_LENGTH, Payment
from warranty.recovery.services.contracts import NOTE_LENGTH, PAPER_LENGTH, ContractFacts
from warranty.recovery.services.rounds import Lowered
from warranty.recovery.words import COMPONENTS, OUTCOMES, SCOPES

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_CODE = {**_PLAIN, "autocapitalize": "characters"}
_MONEY = {**_PLAIN, "inputmode": "decimal", "class": "num"}


def _percent(label: str) -> StringField:
    return StringField(label, [DataRequired(NEEDED), Length(max=8)], render_kw=_MONEY)


class VersionForm(FlaskForm):  # type: ignore[misc]
    """What a person saw when the button was pressed."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page that was looked at; None when it is nonsense."""
        return whole(self.version.data)


class ContractForm(FlaskForm):  # type: ignore[misc]
    """A recovery contract, as it was signed."""

    supplier = StringField(lazy("Supplier code"), [DataRequired(NEEDED), Length(max=16)], render_kw=_CODE)
    paper_no = StringField(lazy("No. on the paper"), render_kw={**_PLAIN, "maxlength": PAPER_LENGTH})
    scope = SelectField(lazy("Which parts"))
    part = StringField(lazy("Part number"), [Length(max=32)], render_kw=_CODE)
    component = SelectField(lazy("Component"))
    begins_on = DateField(lazy("From"), [DataRequired(NEEDED)])
    until_on = DateField(lazy("Until"), [DataRequired(NEEDED)])
    labour_share = _percent(lazy("Labour share (percent)"))
    part_share = _percent(lazy("Material share (percent)"))
    handling_share = _percent(lazy("Handling fee share (percent)"))
    claim_cap = MoneyField(lazy("Cap of a claim (yuan)"), [Optional()], render_kw=_MONEY)
    year_cap = MoneyField(lazy("Cap of a contract year (yuan)"), [Optional()], render_kw=_MONEY)
    answer_days = IntegerField(lazy("Days to answer"), [InputRequired(NEEDED)], default=ANSWER_DAYS, render_kw=_PLAIN)
    note = TextAreaField(lazy("Note"), render_kw={"rows": 2, "maxlength": NOTE_LENGTH})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scope.choices = [(key, _(words)) for key, words in SCOPES.items()]
        self.component.choices = [("", "—"), *((key, _(words)) for key, words in COMPONENTS.items())]

    def _exact(self, field: Any) -> None:
        """Tell at the field what is no percentage with two places at most."""
        try:
            yuan(field.data)
        except MoneyError:
            raise ValidationError(lazy("Please write a percentage such as 62.5.")) from None

    validate_labour_share = validate_part_share = validate_handling_share = _exact

    def facts(self) -> ContractFacts:
        """Return what was typed; only of a form that was validated."""
        assert self.begins_on.data is not None  # noqa: S101  (required)
        assert self.until_on.data is not None  # noqa: S101
        terms = Terms(
            yuan(self.labour_share.data or ""), yuan(self.part_share.data or ""), yuan(self.handling_share.data or ""),
            self.claim_cap.data, self.year_cap.data,
        )  # fmt: skip
        value = {PART: self.part.data, COMPONENT: self.component.data}.get(self.scope.data or "", "")
        return ContractFacts(
            self.supplier.data or "", self.scope.data or "", value or "", self.begins_on.data, self.until_on.data,
            terms, self.paper_no.data or "", self.answer_days.data or 0, self.note.data or "",
        )  # fmt: skip


class EndForm(FlaskForm):  # type: ignore[misc]
    """The last day of a contract that ends early, and why."""

    last_day = DateField(lazy("Ends on"), [DataRequired(NEEDED)])
    why = StringField(lazy("Reason"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "maxlength": NOTE_LENGTH})


class GenerateForm(FlaskForm):  # type: ignore[misc]
    """Of which days' claims demands are made, and to whom."""

    first_on = DateField(lazy("Claims decided from"), [DataRequired(NEEDED)])
    last_on = DateField(lazy("Claims decided until"), [DataRequired(NEEDED)])
    supplier = StringField(lazy("Supplier code"), [Length(max=16)], render_kw=_CODE)

    def period(self) -> Period:
        """Return the days; only of a form that was validated."""
        assert self.first_on.data is not None  # noqa: S101  (required)
        assert self.last_on.data is not None  # noqa: S101
        return Period(self.first_on.data, self.last_on.data)


class ReasonForm(VersionForm):
    """Why a step is taken."""

    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 2, "maxlength": 1000})


class AnswerForm(VersionForm):
    """What the supplier answers to one line."""

    outcome = RadioField(lazy("Supplier's answer"), validate_choice=False)
    amount = MoneyField(lazy("Accepted amount (yuan)"), [Optional()], render_kw=_MONEY)
    reason = TextAreaField(lazy("Supplier's reason"), render_kw={"rows": 2, "maxlength": REASON_LENGTH})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.outcome.choices = [(key, _(words)) for key, words in OUTCOMES.items()]

    def answer(self) -> Answer:
        """Return what was typed."""
        return Answer(self.outcome.data or "", self.amount.data, self.reason.data or "")


class LowerForm(VersionForm):
    """What is asked of a line instead of what was reckoned."""

    amount = MoneyField(lazy("Amount to ask for (yuan)"), [InputRequired(NEEDED)], render_kw=_MONEY)
    why = TextAreaField(lazy("Why less is asked"), render_kw={"rows": 2, "maxlength": REASON_LENGTH})

    def lowered(self) -> Lowered:
        """Return what was typed."""
        amount: Decimal = self.amount.data if self.amount.data is not None else ZERO
        return Lowered(amount, self.why.data or "")


class AdjustForm(VersionForm):
    """The day of an adjustment, why, and what the money is found by."""

    happened_on = DateField(lazy("Settled with the supplier on"), [InputRequired(NEEDED)])
    reason = TextAreaField(lazy("Reason"), render_kw={"rows": 2, "maxlength": REASON_LENGTH})
    reference = StringField(lazy("Payment reference"), render_kw={**_PLAIN, "maxlength": REFERENCE_LENGTH})

    def said(self) -> Adjusting:
        """Return what was typed; only of a form that was validated."""
        assert self.happened_on.data is not None  # noqa: S101  (required)
        return Adjusting(self.happened_on.data, self.reason.data or "", self.reference.data or "")


class PayForm(VersionForm):
    """A supplier's payment."""

    paid_on = DateField(lazy("Paid on"), [DataRequired(NEEDED)])
    reference = StringField(lazy("Payment reference"), render_kw={**_PLAIN, "maxlength": REFERENCE_LENGTH})

    def payment(self) -> Payment:
        """Return what was typed; only of a form that was validated."""
        assert self.paid_on.data is not None  # noqa: S101  (required)
        return Payment(self.paid_on.data, self.reference.data or "")
