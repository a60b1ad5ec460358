"""Shapes of the door's input."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import DataRequired, EqualTo, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.kernel.i18n import LOCALES, lazy

NEEDED = lazy("Please fill this in.")
LANGUAGES = [SelectChoice(key, name) for key, name in LOCALES.items()]
_OLD = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    username = StringField(
        lazy("User name"), [DataRequired(NEEDED), Length(max=64)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    password = PasswordField(lazy("Password"), [DataRequired(NEEDED), Length(max=1024)], render_kw=_OLD)


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password and the new one, twice."""

    current = PasswordField(lazy("Present password"), [DataRequired(NEEDED), Length(max=1024)], render_kw=_OLD)
    password = PasswordField(lazy("New password"), [DataRequired(NEEDED), Length(max=1024)], render_kw=_NEW)
    again = PasswordField(
        lazy("New password once more"),
        [DataRequired(NEEDED), EqualTo("password", lazy("The two passwords differ."))],
        render_kw=_NEW,
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The six digits an authenticator app shows."""

    code = StringField(lazy("Code from the app"), [DataRequired(NEEDED), Length(max=12)], render_kw=_CODE)


class EitherCodeForm(FlaskForm):  # type: ignore[misc]
    """The six digits of the app, or a recovery code: letters too, so no keypad of figures."""

    code = StringField(
        lazy("Code from the app, or a recovery code"), [DataRequired(NEEDED), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password, asked for again."""

    current = PasswordField(lazy("Present password"), [DataRequired(NEEDED), Length(max=1024)], render_kw=_OLD)


class LocaleForm(FlaskForm):  # type: ignore[misc]
    """The language a person reads."""

    locale = SelectField(lazy("Language"), choices=LANGUAGES)


class Checks(SelectMultipleField):
    """Several choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class UserForm(FlaskForm):  # type: ignore[misc]
    """A person's account; the user name is given once."""

    username = StringField(
        lazy("User name"), [DataRequired(NEEDED), Length(max=64)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    display_name = StringField(lazy("Person's name"), [DataRequired(NEEDED), Length(max=120)])
    dealer = StringField(lazy("Dealer code"), [Optional(), Length(max=16)])
    roles = Checks(lazy("Roles"))
    locale = RadioField(lazy("Language"), choices=LANGUAGES, default=next(iter(LOCALES)))


class EditUserForm(FlaskForm):  # type: ignore[misc]
    """What can be changed of an account later."""

    display_name = StringField(lazy("Person's name"), [DataRequired(NEEDED), Length(max=120)])
    roles = Checks(lazy("Roles"))
    active = BooleanField(lazy("May sign in"))


class RolePolicyForm(FlaskForm):  # type: ignore[misc]
    """The roles of whose people a second factor is required."""

    roles = Checks(lazy("Second factor required for"))
