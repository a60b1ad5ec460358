"""How a form of the sheet is taken: one call of a service, then the sheet again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for

from parts.quality.forms import form_of
from parts.quality.queries.reports import find_report
from parts.quality.views.pages import show
from portal.kernel.errors import DomainError
from portal.kernel.web import db_session, show_faults


def take(key: str, name: str, told: str, act: Callable[[Any], object], place: str = "") -> Any:
    """Act with a form and show the sheet; what is wrong stands at its field, what was typed stays."""
    find_report(db_session(), key)  # somebody else's report does not exist, whatever was sent
    form = form_of(name)
    if form.validate_on_submit():
        try:
            act(form)
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(told, "success")
            return redirect(url_for("quality.report", key=key) + place)
    return show(key, 422, {name: form})
