"""Shapes of what is typed about parts; what it means is judged by the services."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from portal.kernel.i18n import lazy
from portal.kernel.incoming import whole

NEEDED = lazy("Please fill this in.")
PLAIN: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
AMOUNT: dict[str, Any] = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}


class Versioned(FlaskForm):  # type: ignore[misc]
    """A form that knows which version of the row the person saw."""

    version = HiddenField()

    def seen(self) -> int | None:
        """Return the version, None where it is missing or no number."""
        return whole(self.version.data)
