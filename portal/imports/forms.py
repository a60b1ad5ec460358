"""The shape of an upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import DataRequired, Length

from portal.kernel.i18n import _, lazy, locale_key
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import FORMATS, ColumnMapping, Mapped, guess, is_day

NEEDED = lazy("Please fill this in.")
CONSTANT_LENGTH = 120


class UploadForm(FlaskForm):  # type: ignore[misc]
    """A list to import."""

    file = FileField(
        lazy("List (.csv or .xlsx)"), [FileRequired(lazy("Please choose a file."))],
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx"},
    )  # fmt: skip
    mapping = SelectField(lazy("Columns are read by"), validate_choice=False, default="")


class SampleForm(FlaskForm):  # type: ignore[misc]
    """A list like those that a mapping is to read."""

    file = UploadForm.file
    name = StringField(lazy("Name of the mapping"), [DataRequired(NEEDED), Length(max=60)])
    headings = BooleanField(lazy("The first row holds the headings"), default=True)


class MappingForm(FlaskForm):  # type: ignore[misc]
    """A mapping; `mapping_form` adds three fields for each field of the kind."""

    name = StringField(lazy("Name of the mapping"), [DataRequired(NEEDED), Length(max=60)])
    kind: ImportKind
    present: ColumnMapping
    first: Sequence[str]

    def mapping(self) -> ColumnMapping:
        """Return what was chosen; how the list is parted stays as it was when the mapping was made."""
        said = {item.key: Mapped(*(self._part(part, item.key) for part in ("column", "format", "constant")))
                for item in self.kind.fields}  # fmt: skip
        return ColumnMapping(
            {key: one for key, one in said.items() if one != Mapped()}, self.present.headings, self.present.delimiter,
            self.present.quotes,
        )  # fmt: skip

    def _part(self, part: str, key: str) -> str:
        field = self._fields.get(f"{part}-{key}")
        return "" if field is None else str(field.data or "").strip()


def mapping_form(kind: ImportKind, present: ColumnMapping, sample: Sequence[Sequence[str]]) -> MappingForm:
    """Build the form of a mapping over the columns of its sample, filled with the present one."""
    first = list(sample[0]) if sample else []
    choices = [SelectChoice("", _("not in the list")), *_columns(present, sample)]
    known = {choice.value for choice in choices}
    fields: dict[str, Any] = {}
    for item in kind.fields:
        one, said = present.fields.get(item.key, Mapped()), item.heading(locale_key())
        extra = [] if one.column in known else [SelectChoice(one.column, one.column)]
        fields[f"column-{item.key}"] = SelectField(
            said, choices=[*choices, *extra], default=one.column, validate_choice=False
        )
        if is_day(item):
            fields[f"format-{item.key}"] = SelectField(
                _("%(column)s: days are written", column=said),
                choices=[SelectChoice("", _("as here")), *(SelectChoice(form, form) for form in FORMATS)],
                default=one.format,
            )  # fmt: skip
        fields[f"constant-{item.key}"] = StringField(
            _("%(column)s: where empty", column=said), [Length(max=CONSTANT_LENGTH)], default=one.constant,
            render_kw={"autocomplete": "off"},
        )  # fmt: skip
    made = type("MappingForm", (MappingForm,), {**fields, "kind": kind, "present": present, "first": first})
    return cast("MappingForm", made())


def _columns(mapping: ColumnMapping, sample: Sequence[Sequence[str]]) -> list[SelectChoice]:
    """Offer each column of a sample: by its heading, or by its number and what stands in it."""
    first = list(sample[0]) if sample else []
    if mapping.headings:
        return [SelectChoice(heading, heading) for heading in dict.fromkeys(first) if heading]
    return [SelectChoice(str(place), f"{place}: {text[:40] or '—'}") for place, text in enumerate(first, start=1)]


def first_mapping(kind: ImportKind, headings: Sequence[str], mapping: ColumnMapping) -> ColumnMapping:
    """Fill a new mapping with the columns whose headings are known here."""
    if not mapping.headings:
        return mapping
    fields = {key: Mapped(headings[place]) for key, place in guess(kind, headings).items()}
    return ColumnMapping(fields, mapping.headings, mapping.delimiter, mapping.quotes)
