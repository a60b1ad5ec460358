"""The shape of a level."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from parts.catalogue.forms import NEEDED, PLAIN
from parts.catalogue.services.groups import GroupFacts
from portal.kernel.i18n import _, lazy


class LevelForm(FlaskForm):  # type: ignore[misc]
    """A system, or an assembly of one."""

    parent = SelectField(lazy("Belongs to"))
    code = StringField(
        lazy("Code"), [InputRequired(NEEDED), Length(max=16)], render_kw={**PLAIN, "autocapitalize": "characters"}
    )
    name_zh = StringField(lazy("Chinese name"), [InputRequired(NEEDED), Length(max=80)], render_kw=PLAIN)
    name_en = StringField(lazy("English name"), [Optional(), Length(max=120)], render_kw=PLAIN)

    def offer(self, systems: list[tuple[str, str]]) -> None:
        """Say what can be chosen."""
        self.parent.choices = [("", _("None: it is a system")), *systems]

    def facts(self) -> GroupFacts:
        """Return what was typed."""
        return GroupFacts(self.name_zh.data or "", self.name_en.data or "", self.parent.data or "")
