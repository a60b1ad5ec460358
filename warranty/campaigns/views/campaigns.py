"""The list of campaigns, a campaign's page, its steps and its reports."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, _, locale_key
from portal.kernel.jobs import enqueue
from portal.kernel.lifecycle import history
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.campaigns import queries, words
from warranty.campaigns.documents import LETTERS_A_FILE
from warranty.campaigns.forms import ReasonForm, ReportForm
from warranty.campaigns.jobs import KIND
from warranty.campaigns.lists import CAMPAIGNS, STATION_CAMPAIGNS
from warranty.campaigns.models import Campaign
from warranty.campaigns.services import run
from warranty.campaigns.services.reports import FINAL, PHASE, make_report
from warranty.campaigns.states import CAMPAIGN
from warranty.campaigns.views import bp

VIEW, EDIT = Permission.CAMPAIGN_VIEW, Permission.CAMPAIGN_EDIT
DONE = {
    "close": N_("Closed. The campaign is no longer shown at the counters."),
    "reopen": N_("The campaign is open again."),
    "withdraw": N_("Withdrawn. No car is due for it any more."),
}


@bp.get("/")
@access(VIEW)
def campaigns() -> Response:
    """List the campaigns: all of them at headquarters, with a station's own cars at a station."""
    spec = CAMPAIGNS if actor().dealer_id is None else STATION_CAMPAIGNS
    return list_page("warranty/campaigns/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/<key>")
@access(VIEW)
def campaign(key: str) -> Any:
    """Show a campaign: what it is about, how far it is, what is due, what can be done now."""
    return _page(queries.find(db_session(), key, actor()))


def _page(found: Campaign, form: FlaskForm | None = None, status: int = 200) -> tuple[str, int]:
    session, today = db_session(), local_date(now())
    progress = queries.progress(session, found.id, actor())
    headquarters = actor().dealer_id is None
    return page(
        "warranty/campaigns/campaign.html", status, campaign=found, words=words, form=form or ReasonForm(),
        scopes=queries.scopes(session, found), progress=progress, today=today,
        duties=queries.duties_of(session, found, today) if headquarters else (),
        reports=queries.reports(session, found.id) if headquarters else [],
        job=queries.filing_job(session, found.number) if headquarters else None, events=_events(found),
        files=-(-progress.whole.sold // LETTERS_A_FILE),
        offered={step.action for step in CAMPAIGN.offered(found.state, actor().permissions)},
    )  # fmt: skip


def _events(found: Campaign) -> list[dict[str, Any]]:
    made = {"at": found.created_at, "title": _("Made"), "who": found.created_by, "text": "", "tone": "info"}
    steps = [
        {"at": step.at, "title": _(words.ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
         "tone": words.TONES.get(step.action, "plain")}
        for step in history(db_session(), found)
    ]  # fmt: skip
    return [made, *steps] if actor().dealer_id is None else []


@bp.get("/<key>/meant")
@access(EDIT)
def meant(key: str) -> str:
    """Say how many registered cars the definition means now; htmx asks, since it may take a second."""
    found = queries.find(db_session(), key, actor())
    count = queries.count_meant(db_session(), found)
    filed = queries.count_filed(db_session(), found.id)
    return render_template("warranty/campaigns/_meant.html", campaign=found, count=count, filed=filed)


@bp.post("/<key>/file")
@access(EDIT)
def file_cars(key: str) -> Any:
    """Open a draft, or file the cars that an open campaign means since: a worker does it."""
    found = queries.find(db_session(), key, actor())
    if found.state == "draft":
        try:
            run.check_ready(db_session(), found)
        except DomainError as error:
            form = ReasonForm()
            show_faults(form, error)
            return _page(found, form, 422)
    title = _("File the cars of %(number)s", number=found.number)
    enqueue(db_session(), KIND, title, {"campaign": found.number}, actor(), now(), locale_key())
    return redirect(url_for("campaigns.campaign", key=key))


@bp.get("/<key>/filing")
@access(EDIT)
def filing(key: str) -> Any:
    """Return how far the filing is; htmx asks again until it is done."""
    found = queries.find(db_session(), key, actor())
    job = queries.filing_job(db_session(), found.number)
    if job is None:
        return "", 200, {"HX-Refresh": "true"}
    return render_template("warranty/campaigns/_filing.html", campaign=found, job=job)


@bp.post("/<key>/<any(close, reopen, withdraw):action>")
@access(EDIT)
def step(key: str, action: str) -> Any:
    """Take a step with its reason."""
    found, form = queries.find(db_session(), key, actor()), ReasonForm()
    try:
        run.step(db_session(), found.id, action, form.reason.data or "", actor(), now(), form.seen())
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        db_session().rollback()
        show_faults(form, error)
        return _page(queries.find(db_session(), key, actor()), form, 422)
    flash(_(DONE[action]), "success")
    return redirect(url_for("campaigns.campaign", key=key))


@bp.route("/<key>/reports/<any(phase, final):kind>", methods=["GET", "POST"])
@access(EDIT)
def report(key: str, kind: str) -> Any:
    """Make the next phase report, or the final one."""
    found, form = queries.find(db_session(), key, actor()), ReportForm()
    if found.kind != "recall":
        raise NotFoundError(Fault(queries.UNKNOWN))
    if form.validate_on_submit():
        try:
            make_report(db_session(), found.id, kind, form.text(), actor(), now())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The report is kept with the figures of this moment. Print it from here."), "success")
            return redirect(url_for("campaigns.campaign", key=key, _anchor="reports"))
    found = queries.find(db_session(), key, actor())
    progress = queries.progress(db_session(), found.id, actor())
    return page(
        "warranty/campaigns/report.html", 422 if form.is_submitted() else 200, campaign=found, form=form, kind=kind,
        progress=progress, final=kind == FINAL, phase=kind == PHASE,
    )  # fmt: skip
