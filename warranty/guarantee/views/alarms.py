"""Alarms of the nightly check: the list, one with its figures side by side, and its explanation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, now, page, show_faults
from warranty.guarantee import words
from warranty.guarantee.forms import CloseForm
from warranty.guarantee.lists import ALARMS
from warranty.guarantee.queries.alarms import alarm_of, figures
from warranty.guarantee.services.alarms import close_alarm
from warranty.guarantee.views import bp

VIEW, EDIT = Permission.GUARANTEE_ALARM, Permission.GUARANTEE_EDIT


@bp.get("/alarms")
@access(VIEW)
def alarms() -> Any:
    """List the alarms, those to explain first."""
    return page("warranty/guarantee/alarms.html", page=fetch_page(db_session(), ALARMS, request.args))


@bp.get("/alarms/<int:key>")
@access(VIEW)
def alarm(key: int) -> Any:
    """Show what was kept beside what was reckoned."""
    return _alarm(key, CloseForm())


@bp.post("/alarms/<int:key>")
@access(EDIT)
def close(key: int) -> Any:
    """Close an alarm with its explanation."""
    form = CloseForm()
    if form.validate_on_submit():
        try:
            close_alarm(db_session(), key, form.explanation.data or "", actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The alarm is closed with your explanation."), "success")
            return redirect(url_for("guarantee.alarms", state="open"))
    return _alarm(key, form)


def _alarm(key: int, form: CloseForm) -> Any:
    found = alarm_of(db_session(), key)
    return page(
        "warranty/guarantee/alarm.html", 422 if form.is_submitted() else 200, alarm=found, form=form, words=words,
        figures=figures(found.kept, found.reckoned),
    )  # fmt: skip
