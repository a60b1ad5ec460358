"""The lists and the sheet of one report."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_wtf import FlaskForm

from parts.quality import words
from parts.quality.forms import FORMS, form_of
from parts.quality.lists import MEASURES, NETWORK_REPORTS, REPORTS, STEP_LIST
from parts.quality.queries.published import published
from parts.quality.queries.reports import Sheet, handlers, sheet
from parts.quality.rules.eight import RESTS_ON
from parts.quality.states import HELD, QUALITY_REPORT, WORKED, fitting
from parts.quality.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

VIEW, HANDLE = Permission.QUALITY_VIEW, Permission.QUALITY_HANDLE


@bp.get("/")
@access(VIEW)
def reports() -> Any:
    """List the reports of the station, or of the network."""
    spec = REPORTS if actor().dealer_id is not None else NETWORK_REPORTS
    return list_page("parts/quality/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/steps")
@access(HANDLE)
def steps() -> Any:
    """List the eight steps of all reports."""
    return list_page("parts/quality/list.html", fetch_page(db_session(), STEP_LIST, request.args))


@bp.get("/steps/mine")
@access(HANDLE)
def late() -> Any:
    """Lead to the reader's own steps that are overdue."""
    return redirect(url_for("quality.steps", due="overdue", owner=actor().name))


@bp.get("/measures")
@access(VIEW)
def measures() -> Any:
    """List what headquarters published."""
    return list_page("parts/quality/list.html", fetch_page(db_session(), MEASURES, request.args))


@bp.get("/<key>")
@access(VIEW)
def report(key: str) -> Any:
    """Show one: to fill in, to answer, to work on, or to read, as its state and the person allow."""
    return show(key)


def show(key: str, status: int = 200, wrong: dict[str, FlaskForm] | None = None) -> Any:
    """Render a sheet; ``wrong`` are forms that were sent and not accepted, with what was typed."""
    own, wrong, session = actor().dealer_id is not None, wrong or {}, db_session()
    found = sheet(session, key, own=own)
    known = found.report
    offered = {step.action for step in QUALITY_REPORT.offered(known.state, actor().permissions)}
    offered = fitting(offered, station=known.dealer_id is not None)
    edits = _edits(found)
    people = [] if own else handlers(session)
    shown = _shown(found, edits=edits)
    forms = {name: wrong.get(name) or _fresh(name, found) for name in FORMS if name in shown | set(wrong)}
    if known.dealer_id is None:
        forms["answer"].reason.label.text = _("Reason")
    about = [known.part_number] if own and known.part_number else []
    return page(
        "parts/quality/sheet.html", status, sheet=found, found=known, offered=offered, edits=edits, own=own,
        answers=bool(offered & set(words.OUTCOMES)),
        works=not own and known.state in WORKED and actor().may(HANDLE), words=words, today=local_date(now()),
        forms=_with_choices(forms, found, people), typed=next(iter(wrong), None),
        events=[_told(step, own=own) for step in found.events],
        published=published(session, about, actor()), rests_on=RESTS_ON,
    )  # fmt: skip


def _edits(found: Sheet) -> bool:
    """Tell whether the reader may write the card: the one who opened it, while it is theirs to change."""
    known, mine = found.report, found.report.dealer_id == actor().dealer_id
    if known.dealer_id is None:
        return mine and actor().may(HANDLE) and known.state in {"draft", *WORKED}
    return mine and actor().may(Permission.QUALITY_REPORT) and known.state in HELD


def _shown(found: Sheet, *, edits: bool) -> set[str]:
    """Return the forms that a page can show: a sheet has many, and each costs time to make."""
    works = {"unit", "measure", "effect", "go", *(f"d{step.step}" for step in found.steps)}
    own = {"withdraw"} if found.report.dealer_id is None else set()
    lifts = {"lift"} if found.held and actor().may(HANDLE) else set()
    names = {"plain", "answer"} | own | lifts | (works if found.report.state in WORKED else set())
    return names | ({"card"} if edits else set())


def _fresh(name: str, found: Sheet) -> FlaskForm:
    known = found.report
    step = next((one for one in found.steps if name == f"d{one.step}"), None)
    form: Any = form_of(name, formdata=None, obj=step or (known if name in {"card", "unit"} else None))
    form.version.data, form.state.data = str(known.row_version), known.state
    if name == "card":
        form.loss_amount.data = form.loss_amount.data or None  # nought is nothing written yet
    if step is not None:
        form.owner_id.data = str(step.owner_id or "")
    return form


def _with_choices(forms: dict[str, Any], found: Sheet, people: list[tuple[int, str]]) -> dict[str, Any]:
    """Offer the published measures that hold; and, at each step, the people who can own one, and who owns it now."""
    if "lift" in forms:
        held = sorted(found.held, key=lambda one: one not in found.useless)  # what did not help comes first
        choices = [(str(one.id), f"{_(words.KINDS[one.kind])} · {one.text[:60]}") for one in held]
        forms["lift"].measure_id.choices = choices
    for step in found.steps:
        form = forms.get(f"d{step.step}")
        if form is not None:
            known: dict[int | None, str] = {None: "—", step.owner_id: step.owner or "—"} | dict(people)
            form.owner_id.choices = [(str(key or ""), name) for key, name in known.items()]
    return forms


def _told(step: Any, *, own: bool) -> dict[str, Any]:
    """Return a step of the history; a station reads what was said to it, not what headquarters noted for itself."""
    said = "" if own and step.action in words.INTERNAL else step.reason or ""
    return {
        "at": step.at, "who": step.actor, "text": said, "title": _(words.ACTIONS[step.action]),
        "tone": words.TONES.get(step.action, "plain"),
    }  # fmt: skip
