"""Shapes of the room's input; what it means is judged by the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import DataRequired, Length, ValidationError

from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO, MoneyError, yuan
from warranty.settlement.deductions import Booking
from warranty.settlement.rules import BOOKED_BY_HAND
from warranty.settlement.services import REASON_LENGTH, Answer
from warranty.settlement.words import KINDS, OUTCOMES

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class VersionForm(FlaskForm):  # type: ignore[misc]
    """What a person saw when the button was pressed."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page that was looked at; None when it is nonsense."""
        return whole(self.version.data)


class CloseForm(FlaskForm):  # type: ignore[misc]
    """The month to close, and a yes to what it would do."""

    month = HiddenField(lazy("Month"))
    sure = BooleanField(lazy("Yes, make these statements"), [DataRequired(lazy("Please tick the box."))])


class DisputeForm(FlaskForm):  # type: ignore[misc]
    """Why a line is wrong."""

    reason = TextAreaField(lazy("What is wrong with this line?"), render_kw={"rows": 3, "maxlength": REASON_LENGTH})


class InvoiceForm(VersionForm):
    """The dealer's invoice."""

    number = StringField(lazy("Invoice no."), [Length(max=40)], render_kw={**_PLAIN, "inputmode": "numeric"})
    amount = StringField(
        lazy("Amount with tax (yuan)"), [DataRequired(NEEDED), Length(max=20)],
        render_kw={**_PLAIN, "inputmode": "decimal", "class": "num"},
    )  # fmt: skip

    def validate_amount(self, field: Any) -> None:
        """Tell at the field what is no amount."""
        try:
            yuan(field.data)
        except MoneyError:
            raise ValidationError(lazy("Please write an amount such as 1,234.50.")) from None


class BookingForm(FlaskForm):  # type: ignore[misc]
    """An entry beside the claims of a dealer's next statement."""

    dealer = StringField(lazy("Dealer code"), [DataRequired(NEEDED), Length(max=16)], render_kw=_PLAIN)
    kind = SelectField(lazy("What it is"), validate_choice=False)
    amount = MoneyField(
        lazy("Amount before tax (yuan)"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "inputmode": "decimal"}
    )
    claim = StringField(lazy("Claim no."), [Length(max=40)], render_kw=_PLAIN)
    reason = TextAreaField(lazy("Reason"), render_kw={"rows": 3, "maxlength": REASON_LENGTH})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(kind, _(KINDS[kind])) for kind in BOOKED_BY_HAND]

    def booking(self) -> Booking:
        """Return what was typed; only of a form that was validated."""
        return Booking(
            self.dealer.data or "", self.kind.data or "", self.amount.data or ZERO, self.reason.data or "",
            self.claim.data or "",
        )  # fmt: skip


class UndoForm(FlaskForm):  # type: ignore[misc]
    """Why an entry is undone."""

    reason = TextAreaField(lazy("Reason"), [Length(max=REASON_LENGTH)],
                           render_kw={"rows": 2, "maxlength": REASON_LENGTH})  # fmt: skip


class AnswerForm(VersionForm):
    """An answer for each disputed line; made by `answer_form`."""

    def answers(self, lines: Iterable[int]) -> dict[int, Answer]:
        """Return what was answered, by line."""
        return {key: Answer(self[f"outcome-{key}"].data or "", self[f"text-{key}"].data or "") for key in lines}


def answer_form(lines: Iterable[int]) -> AnswerForm:
    """Build the form for these disputed lines: what becomes of each, and why."""
    fields: dict[str, Any] = {}
    for key in lines:
        fields[f"outcome-{key}"] = RadioField(
            lazy("What becomes of it"), choices=[SelectChoice(value, lazy(words)) for value, words in OUTCOMES.items()],
            validate_choice=False,
        )  # fmt: skip
        fields[f"text-{key}"] = TextAreaField(
            lazy("Answer to the dealer"), render_kw={"rows": 2, "maxlength": REASON_LENGTH}
        )
    return type("AnswerForm", (AnswerForm,), fields)()  # type: ignore[no-any-return]
