"""Shapes of what is typed on the pages of quality reports; what it means is judged by the services."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from parts.quality.services import Answer, Card, MeasureText, StepText
from parts.quality.services.card import LENGTHS
from parts.quality.services.measures import REASON_LENGTH
from parts.quality.services.work import NAME_LENGTH, NOTE_LENGTH, STEP_LENGTH
from parts.quality.words import (
    COMPONENTS,
    CONDITIONS,
    EFFECTS,
    FAILURE_MODES,
    FIELDS,
    KINDS,
    UNITS,
)
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import ZERO

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_MONEY = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}


def _label(name: str) -> Any:
    return lazy(FIELDS[name])


def _text(name: str, kind: Any = StringField, **more: Any) -> Any:
    return kind(_label(name), render_kw={"autocomplete": "off", "maxlength": LENGTHS[name], **more})


def _choice(name: str) -> Any:
    return SelectField(_label(name), validate_choice=False)


class SeenForm(FlaskForm):  # type: ignore[misc]
    """A form that knows which row version, and which state, its page showed."""

    version = HiddenField()
    state = HiddenField()

    def seen(self) -> int | None:
        """Return the row version of the page; None when it is nonsense."""
        return whole(self.version.data)


class CardForm(SeenForm):
    """The card."""

    title = _text("title")
    part_number = _text("part_number", spellcheck="false")
    component = _choice("component")
    failure_mode = _choice("failure_mode")
    failure_place = _text("failure_place")
    odometer_km = IntegerField(_label("odometer_km"), [Optional()], render_kw=_PLAIN)
    road = _choice("road")
    weather = _choice("weather")
    speed = _choice("speed")
    load = _choice("load")
    engine_state = _choice("engine_state")
    concern = _text("concern", TextAreaField, rows=3)
    cause = _text("cause", TextAreaField, rows=3)
    handling = _text("handling", TextAreaField, rows=3)
    safety = BooleanField(_label("safety"))
    loss = _text("loss", TextAreaField, rows=2)
    loss_amount = MoneyField(_label("loss_amount"), render_kw=_MONEY)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for name, known in {"failure_mode": FAILURE_MODES, **CONDITIONS}.items():
            self[name].choices = [("", "—"), *((key, _(text)) for key, text in known.items())]
        self.component.choices = [(key, _(text)) for key, text in COMPONENTS.items()]

    def card(self) -> Card:
        """Return what was typed; only of a form that was validated."""
        chosen = {name: self[name].data or None for name in ("failure_mode", *CONDITIONS)}
        return Card(
            title=self.title.data or "", part_number=self.part_number.data or "", component=self.component.data or "",
            failure_place=self.failure_place.data or "", odometer_km=self.odometer_km.data,
            concern=self.concern.data or "", cause=self.cause.data or "", handling=self.handling.data or "",
            safety=bool(self.safety.data), loss=self.loss.data or "", loss_amount=self.loss_amount.data or ZERO,
            **chosen,
        )  # fmt: skip


class AnswerForm(SeenForm):
    """What headquarters says to a station's report; the button says which outcome."""

    reason = TextAreaField(lazy("Answer to the station"), [Length(max=1000)], render_kw={"rows": 2, "maxlength": 1000})
    joined_to = StringField(lazy("Report it is joined to"), [Length(max=40)], render_kw={**_PLAIN, "maxlength": 40})
    outcome = StringField()

    def answer(self) -> Answer:
        """Return what was said."""
        return Answer(self.outcome.data or "", self.reason.data or "", self.joined_to.data or "")


class StepForm(SeenForm):
    """One of the eight steps."""

    owner_id = SelectField(lazy("Owner of the step"), validate_choice=False)
    due_on = DateField(lazy("Due on"), [InputRequired(NEEDED)])
    done_on = DateField(lazy("Done on"), [Optional()])
    text = TextAreaField(lazy("Work done"), [Length(max=STEP_LENGTH)], render_kw={"rows": 4, "maxlength": STEP_LENGTH})

    def typed(self) -> StepText:
        """Return what was typed; only of a form that was validated."""
        return StepText(whole(self.owner_id.data), self.due_on.data, self.done_on.data, self.text.data or "")  # type: ignore[arg-type]


class UnitForm(SeenForm):
    """The responsible unit."""

    responsible_unit = SelectField(_label("responsible_unit"), validate_choice=False)
    responsible_name = StringField(
        _label("responsible_name"), [Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "off", "maxlength": NAME_LENGTH},
    )  # fmt: skip

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.responsible_unit.choices = [("", "—"), *((key, _(text)) for key, text in UNITS.items())]


class MeasureForm(SeenForm):
    """A measure."""

    kind = SelectField(lazy("Kind of measure"), validate_choice=False)
    in_force_on = DateField(lazy("Holds from"), [Optional()])
    text = TextAreaField(lazy("Text of the measure"), [Length(max=2000)], render_kw={"rows": 2, "maxlength": 2000})

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(key, _(text)) for key, text in KINDS.items()]

    def measure(self) -> MeasureText:
        """Return what was typed."""
        return MeasureText(self.kind.data or "", self.text.data or "", self.in_force_on.data)


class EffectForm(SeenForm):
    """Whether the measures help."""

    effect = SelectField(lazy("Effect"), validate_choice=False)
    note = TextAreaField(
        lazy("What shows it"), [Length(max=NOTE_LENGTH)], render_kw={"rows": 2, "maxlength": NOTE_LENGTH}
    )

    early = TextAreaField(
        lazy("Why it can be said already"), [Length(max=NOTE_LENGTH)], render_kw={"rows": 2, "maxlength": NOTE_LENGTH}
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.effect.choices = [("", "—"), *((key, _(text)) for key, text in EFFECTS.items())]


class GoForm(SeenForm):
    """A step of the report's life, with what is said to it."""

    reason = TextAreaField(lazy("Reason"), [Length(max=1000)], render_kw={"rows": 2, "maxlength": 1000})


class LiftForm(SeenForm):
    """Which published measure holds no longer, and why."""

    measure_id = SelectField(lazy("Published measure"), validate_choice=False)
    reason = TextAreaField(
        lazy("Reason"), [Length(max=REASON_LENGTH)], render_kw={"rows": 2, "maxlength": REASON_LENGTH}
    )


#: The forms of a sheet by what they are for; each has names of its own there.
FORMS: dict[str, type[SeenForm]] = {
    "card": CardForm, "answer": AnswerForm, "unit": UnitForm, "measure": MeasureForm, "effect": EffectForm,
    "lift": LiftForm, "go": GoForm, "withdraw": GoForm, "plain": SeenForm,
    **{f"d{step}": StepForm for step in range(1, 9)},
}  # fmt: skip


def form_of(name: str, **values: Any) -> Any:
    """Return a form of the sheet: what was sent, or a fresh one with ``formdata=None``."""
    return FORMS[name](prefix=f"{name}-", **values)
