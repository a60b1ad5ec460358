"""Shapes of what is typed about stations and rates; what it means is judged by the services."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from dealers.network import words
from dealers.network.queries import DealerPage
from dealers.network.services import DealerFacts
from portal.kernel.fields import MoneyField
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole

NEEDED = lazy("Please fill this in.")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
#: The fields that are stored as they are typed.
TEXTS = (
    "name", "kind", "region", "province", "city", "address", "postcode", "phone", "uscc", "bank_name", "bank_account",
)  # fmt: skip


class Versioned(FlaskForm):  # type: ignore[misc]
    """A form that knows which version of the row the person saw."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the version, None where it is missing or no number."""
        return whole(self.version.data)


class DealerForm(Versioned):
    """What headquarters may change of a station."""

    name = StringField(lazy("Name"), [DataRequired(NEEDED), Length(max=120)], render_kw=_PLAIN)
    kind = SelectField(lazy("Kind"))
    grade = SelectField(lazy("Grade"))
    region = StringField(lazy("Region"), [DataRequired(NEEDED), Length(max=32)], render_kw=_PLAIN)
    province = StringField(lazy("Province"), [DataRequired(NEEDED), Length(max=32)], render_kw=_PLAIN)
    city = StringField(lazy("City"), [DataRequired(NEEDED), Length(max=32)], render_kw=_PLAIN)
    address = StringField(lazy("Address"), [Optional(), Length(max=255)], render_kw=_PLAIN)
    postcode = StringField(lazy("Postcode"), [Optional(), Length(max=12)], render_kw={**_PLAIN, "inputmode": "numeric"})
    phone = StringField(lazy("Phone"), [Optional(), Length(max=32)], render_kw={**_PLAIN, "inputmode": "tel"})
    uscc = StringField(
        lazy("Unified social credit code"), [Optional(), Length(max=40)],
        render_kw={**_PLAIN, "autocapitalize": "characters"},
    )  # fmt: skip
    bank_name = StringField(lazy("Bank"), [Optional(), Length(max=120)], render_kw=_PLAIN)
    bank_account = StringField(
        lazy("Bank account"), [Optional(), Length(max=40)], render_kw={**_PLAIN, "inputmode": "numeric"}
    )

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.kind.choices = [(key, _(text)) for key, text in words.KIND.items()]
        self.grade.choices = [(key, _(text)) for key, text in words.GRADE.items()]

    def fill(self, dealer: DealerPage) -> None:
        """Put in what is stored."""
        for name in TEXTS:
            self._fields[name].data = getattr(dealer, name)
        self.grade.data, self.version.data = str(dealer.grade or 0), str(dealer.row_version)

    def facts(self) -> DealerFacts:
        """Return what was typed."""
        typed = {name: str(self._fields[name].data or "") for name in TEXTS}
        return DealerFacts(**typed, grade=int(self.grade.data) or None)


class StepForm(Versioned):
    """A reason for suspending, resuming or closing a station."""

    reason = TextAreaField(lazy("Reason"), [Length(max=500)], render_kw={"rows": 2})


class RateForm(FlaskForm):  # type: ignore[misc]
    """A rate from a day on."""

    grade = SelectField(lazy("Grade"), default="3")
    rate = MoneyField(lazy("Yuan per quota hour"), [DataRequired(NEEDED)], render_kw={**_PLAIN, "inputmode": "decimal"})
    valid_from = DateField(lazy("Valid from"), [DataRequired(NEEDED)])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.grade.choices = [(key, _(text)) for key, text in words.GRADE.items()]

    def start(self) -> date:
        """Return the first day; only of a form that was validated."""
        return cast("date", self.valid_from.data)
