"""Shape of what is typed about a campaign; what it means is judged by rules and services."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional

from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from warranty.campaigns import words
from warranty.campaigns.models import Campaign
from warranty.campaigns.rules.scopes import Scope
from warranty.campaigns.services.define import LENGTHS, WHOLE, CampaignFacts
from warranty.campaigns.services.reports import ReportText

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_CODE = {**_PLAIN, "autocapitalize": "characters"}
REASON_LENGTH = 1_000


def _label(name: str) -> Any:
    return lazy(words.FIELDS[name])


def _text(name: str, **look: str) -> StringField:
    return StringField(_label(name), render_kw={**_PLAIN, "maxlength": str(LENGTHS[name]), **look})


def _area(name: str) -> TextAreaField:
    return TextAreaField(_label(name), render_kw={"rows": 3, "maxlength": str(LENGTHS[name])})


def _day(name: str) -> DateField:
    return DateField(_label(name), [Optional()])


class CampaignForm(FlaskForm):  # type: ignore[misc]
    """A campaign."""

    version = HiddenField()
    kind = SelectField(_label("kind"), validate_choice=False)
    number = _text("number", autocapitalize="characters")
    title = StringField(
        _label("title"), [DataRequired(lazy("Please fill this in."))],
        render_kw={**_PLAIN, "maxlength": str(LENGTHS["title"])},
    )  # fmt: skip
    maker = _text("maker")
    maker_number = _text("maker_number")
    component = _text("component")
    defect, hazard, precaution, measure = (_area(name) for name in ("defect", "hazard", "precaution", "measure"))
    part_number, operation_code = (
        _text(name, autocapitalize="characters") for name in ("part_number", "operation_code")
    )
    announced = IntegerField(_label("announced"), [Optional(), NumberRange(0, 99_999_999)])
    stop_sale = BooleanField(_label("stop_sale"), default=True)  # a recall stops sales (Art. 17)
    filing_no = _text("filing_no")
    built_from, built_until = _day("built_from"), _day("built_until")
    notice_on, confirmed_on, filed_on = _day("notice_on"), _day("confirmed_on"), _day("filed_on")
    published_on, owners_told_on = _day("published_on"), _day("owners_told_on")
    starts_on, ends_on = _day("starts_on"), _day("ends_on")
    note = _area("note")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(key, _(text)) for key, text in words.KINDS.items()]

    def facts(self) -> CampaignFacts:
        """Return what was typed; only of a form that was validated."""
        said: dict[str, Any] = {name: self._fields[name].data for name in CampaignFacts.__dataclass_fields__}
        return CampaignFacts(**{name: value for name, value in said.items() if value is not None})

    def fill(self, campaign: Campaign) -> None:
        """Put in what is kept."""
        for name in CampaignFacts.__dataclass_fields__:
            value = getattr(campaign, name)
            self._fields[name].data = value if name in WHOLE or value is not None else None
        self.version.data = str(campaign.row_version)

    def seen(self) -> int | None:
        """Return the version of the page that was looked at."""
        return whole(self.version.data)


class ScopeForm(FlaskForm):  # type: ignore[misc]
    """A row of a definition: its kind says which fields are read."""

    kind = SelectField(lazy("Cars are meant by"), validate_choice=False)
    vins = TextAreaField(lazy("VINs of the list"), render_kw={**_CODE, "rows": 4, "class": "code"})
    first = StringField(lazy("From, or the part number"), render_kw={**_CODE, "maxlength": "32"})
    last = StringField(lazy("To"), render_kw={**_CODE, "maxlength": "32"})
    model = StringField(lazy("Model code"), render_kw={**_CODE, "maxlength": "32"})
    since = DateField(lazy("Built, or put in, from"), [Optional()])
    until = DateField(lazy("Built, or put in, until"), [Optional()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(key, _(text)) for key, text in words.SCOPES.items()]

    def scope(self) -> Scope:
        """Return what was typed."""
        return Scope(
            self.kind.data or "", self.first.data or "", self.last.data or "", since=self.since.data,
            until=self.until.data,
        )  # fmt: skip


class ModelForm(FlaskForm):  # type: ignore[misc]
    """Which model of the range a row means."""

    model = StringField(lazy("Model code"), render_kw={**_CODE, "maxlength": "32"})


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a step is taken; ``version`` is what the person saw."""

    version = HiddenField()
    reason = StringField(lazy("Reason"), render_kw={**_PLAIN, "maxlength": str(REASON_LENGTH)})

    def seen(self) -> int | None:
        """Return the version of the page that was looked at."""
        return whole(self.version.data)


class ExemptForm(ReasonForm):
    """Why a car is left out."""

    why = SelectField(lazy("Exempt because"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.why.choices = [(key, _(text)) for key, text in words.EXEMPTIONS.items()]


class ReportForm(FlaskForm):  # type: ignore[misc]
    """What people add to a report's figures."""

    notified = TextAreaField(lazy("How owners were told"), render_kw={"rows": 3})
    problems = TextAreaField(lazy("What went wrong, and what was done about it"), render_kw={"rows": 3})
    remaining = TextAreaField(lazy("Cars not done: why, and what becomes of them"), render_kw={"rows": 3})
    effect = TextAreaField(lazy("Effect of the measure"), render_kw={"rows": 3})
    prevention = TextAreaField(lazy("What keeps the defect from coming back"), render_kw={"rows": 3})

    def text(self) -> ReportText:
        """Return what was typed."""
        return ReportText(**{name: self._fields[name].data or "" for name in ReportText.__dataclass_fields__})
