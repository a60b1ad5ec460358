"""The shape of an upload."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from portal.kernel.i18n import lazy


class UploadForm(FlaskForm):  # type: ignore[misc]
    """A list to import."""

    file = FileField(
        lazy("List (.csv or .xlsx)"), [FileRequired(lazy("Please choose a file."))],
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx"},
    )  # fmt: skip
