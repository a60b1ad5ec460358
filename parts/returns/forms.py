"""Shapes of what is typed and scanned; what it means is judged by the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from dealers.service.words import COMPONENTS
from parts.returns.rules.asking import Demand, ReturnRule, Scope
from parts.returns.services import Finding
from parts.returns.services.dispose import NOTE_LENGTH, RECEIVER_LENGTH
from parts.returns.services.inspect import PLACE_LENGTH
from parts.returns.services.pack import CARRIER_LENGTH, WAYBILL_LENGTH
from parts.returns.words import DEMANDS, DISPOSALS, OUTCOMES, SCOPES
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_SCAN = {**_PLAIN, "autocapitalize": "characters", "inputmode": "text", "enterkeyhint": "go", "data-scan": "on"}


class SeenForm(FlaskForm):  # type: ignore[misc]
    """A form that knows which row version its page showed."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page; None when it is nonsense."""
        return whole(self.version.data)


class ScanForm(FlaskForm):  # type: ignore[misc]
    """One label."""

    label = StringField(lazy("Scan a label"), [InputRequired(NEEDED), Length(max=120)], render_kw=_SCAN)


class ShipForm(SeenForm):
    """Who carries a box."""

    carrier = StringField(lazy("Carrier"), [InputRequired(NEEDED), Length(max=CARRIER_LENGTH)], render_kw=_PLAIN)
    waybill = StringField(lazy("Waybill no."), [Length(max=WAYBILL_LENGTH)], render_kw=_PLAIN)


class ReceiptForm(SeenForm):
    """The labels that were found in a box, one a line as a scanner types them."""

    labels = TextAreaField(lazy("Labels in the box"), [Length(max=40_000)], render_kw={**_SCAN, "rows": 8})
    lacking = BooleanField(lazy("What is missing is not in the box: sign with it written on the receipt"))

    def scanned(self) -> list[str]:
        """Return the labels, in the order in which they were scanned."""
        return (self.labels.data or "").split()


class FindingForm(SeenForm):
    """What an inspection found; the button says which outcome."""

    outcome: Field = StringField()
    amount = MoneyField(
        lazy("Deduct (yuan)"), [Optional()], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )  # fmt: skip
    note = TextAreaField(lazy("Note"), [Length(max=500)], render_kw={"rows": 2, "maxlength": 500})
    place = StringField(lazy("Place in the store"), [Length(max=PLACE_LENGTH)], render_kw=_SCAN)

    def finding(self) -> Finding:
        """Return what was found; an amount counts only where something is deducted."""
        outcome = self.outcome.data or ""
        amount = None if outcome == "ok" else self.amount.data
        return Finding(outcome, amount, self.note.data or "", self.place.data or "")


class CorrectionForm(FindingForm):
    """What an inspection should have found, and why it is corrected."""

    outcome = SelectField(lazy("What was found"), validate_choice=False)
    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 3, "maxlength": 1000})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.outcome.choices = [("", "—"), *((key, _(text)) for key, text in OUTCOMES.items())]


class PlaceForm(SeenForm):
    """Where a part is put."""

    place = StringField(
        lazy("Place in the store"), [InputRequired(NEEDED), Length(max=PLACE_LENGTH)], render_kw=_SCAN
    )  # fmt: skip


class ReasonForm(SeenForm):
    """A step with its reason."""

    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 3, "maxlength": 1000})


class WriteOffForm(ReasonForm):
    """Why what is overdue is deducted, and which parts the page showed."""

    shown = HiddenField()


class AnswerForm(ReasonForm):
    """Headquarters' answer to a dispute; the button says which."""

    reason = TextAreaField(
        lazy("Answer to the station"), [Length(max=1000)], render_kw={"rows": 3, "maxlength": 1000}
    )  # fmt: skip
    action = StringField()


class RuleForm(FlaskForm):  # type: ignore[misc]
    """What must come back, from a day on."""

    scope = SelectField(lazy("Holds for"), validate_choice=False)
    component = SelectField(lazy("Component"), validate_choice=False)
    subject = StringField(lazy("Part no."), [Length(max=32)], render_kw={**_PLAIN, "autocapitalize": "characters"})
    demand = SelectField(lazy("What is asked"), validate_choice=False)
    percent = IntegerField(lazy("Share, per cent"), [Optional()], render_kw=_PLAIN)
    days = IntegerField(lazy("Days to send it"), [InputRequired(NEEDED)], default=30, render_kw=_PLAIN)
    valid_from = DateField(lazy("Valid from"), [InputRequired(NEEDED)])
    note = TextAreaField(lazy("Note"), [Length(max=500)], render_kw={"rows": 2, "maxlength": 500})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scope.choices = [(key, _(text)) for key, text in SCOPES.items()]
        self.component.choices = [("", "—"), *((key, _(text)) for key, text in COMPONENTS.items())]
        self.demand.choices = [(key, _(text)) for key, text in DEMANDS.items()]

    def validate_scope(self, chosen: Any) -> None:
        """Tell at the field what is no choice."""
        if chosen.data not in SCOPES:
            raise ValidationError(lazy("Please choose from the list."))

    def validate_demand(self, chosen: Any) -> None:
        """Tell at the field what is no choice."""
        if chosen.data not in DEMANDS:
            raise ValidationError(lazy("Please choose from the list."))

    def rule(self) -> ReturnRule:
        """Return the rule; only of a form that was validated."""
        scope, demand = Scope(self.scope.data), Demand(self.demand.data)
        subject = {
            Scope.ALL: "", Scope.COMPONENT: self.component.data or "",
            Scope.PART: (self.subject.data or "").strip().upper(),
        }[scope]  # fmt: skip
        percent = (self.percent.data or 0) if demand is Demand.SAMPLE else 0
        return ReturnRule(scope, subject, demand, percent, self.days.data or 0, self.valid_from.data or date.min)


class DisposalForm(FlaskForm):  # type: ignore[misc]
    """Which parts leave the store, how, and who takes them."""

    kind = SelectField(lazy("What becomes of them"), validate_choice=False)
    receiver = StringField(
        lazy("Taken by"), [InputRequired(NEEDED), Length(max=RECEIVER_LENGTH)], render_kw=_PLAIN
    )  # fmt: skip
    note = TextAreaField(lazy("Note"), [Length(max=NOTE_LENGTH)], render_kw={"rows": 2, "maxlength": NOTE_LENGTH})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(key, _(text)) for key, text in DISPOSALS.items()]
