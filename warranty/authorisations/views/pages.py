"""The list of pre-authorisations and the sheet of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from dealers.service.words import COMPONENTS
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page
from warranty.authorisations import words
from warranty.authorisations.forms import FORMS, form_of
from warranty.authorisations.lists import AUTHORISATIONS, NETWORK_AUTHORISATIONS
from warranty.authorisations.queries.pages import Event, Sheet, sheet
from warranty.authorisations.states import PRE_AUTHORISATION
from warranty.authorisations.views import bp


@bp.get("/")
@access(Permission.CLAIM_VIEW)
def authorisations() -> Any:
    """List the pre-authorisations of the station, or of the network."""
    spec = AUTHORISATIONS if actor().dealer_id is not None else NETWORK_AUTHORISATIONS
    return list_page("warranty/authorisations/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/<key>")
@access(Permission.CLAIM_VIEW)
def authorisation(key: str) -> Any:
    """Show one: to fill in, to decide, or to read, as its state and the person allow."""
    return show(key)


def show(key: str, status: int = 200, wrong: dict[str, FlaskForm] | None = None) -> Any:
    """Render a sheet; ``wrong`` are forms that were sent and not accepted, with what was typed."""
    found, wrong = sheet(db_session(), key), wrong or {}
    known = found.authorisation
    steps = {step.action for step in PRE_AUTHORISATION.offered(known.state, actor().permissions)}
    if found.uses:
        steps -= {"withdraw"}
    return page(
        "warranty/authorisations/sheet.html", status, sheet=found, found=known, steps=steps, words=words,
        components=COMPONENTS, events=[_told(event) for event in found.events],
        over=known.valid_until is not None and known.valid_until < local_date(now()),
        forms={name: wrong.get(name) or _fresh(name, found) for name in FORMS}, typed=next(iter(wrong), None),
    )  # fmt: skip


def _fresh(name: str, found: Sheet) -> FlaskForm:
    form: Any = form_of(name, formdata=None, obj=found.authorisation if name == "request" else None)
    form.version.data = str(found.authorisation.row_version)
    if name == "request":
        form.submissions.data = str(found.authorisation.version)
        form.asked.data = form.asked.data or None  # nought is nothing written yet
    return form


def _written(name: str, value: str) -> str:
    """Write a value of a version as the page writes it."""
    known = {"type": words.TYPES, "component": COMPONENTS}.get(name, {})
    return f"{Decimal(value):,.2f}" if name == "asked" else _(known[value]) if value in known else value


def _told(event: Event) -> dict[str, Any]:
    step, version = event.step, event.version
    title = _(words.ACTIONS[step.action])
    return {
        "at": step.at, "who": step.actor, "text": step.reason or "", "tone": words.TONES.get(step.action, "plain"),
        "title": f"{title} · {_('Version %(number)s', number=version.version)}" if version else title,
        "asked": version.asked if version else None,
        "changes": [(name, _written(name, old), _written(name, new)) for name, old, new in event.changes],
    }  # fmt: skip
