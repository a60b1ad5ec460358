"""How the room's pages take a step: one call of a service, faults at their fields, and a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm

from portal.kernel.errors import DomainError
from portal.kernel.web import db_session, show_faults


def taken(form: FlaskForm, act: Callable[[], object]) -> bool:
    """Take a step if the form holds; tell whether it was taken. What is wrong stands at its field."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        db_session().rollback()
        show_faults(form, error)
        return False
    return True


def status_of(form: Any) -> int:
    """Return the status of a page whose form was sent and not accepted, or not sent at all."""
    return 422 if form.is_submitted() else 200
