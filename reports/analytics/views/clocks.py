"""Clocks of decisions, the list behind them, and the workbooks of this room."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.kernel.access import Permission, access, require, signed_in
from portal.kernel.clock import local_date
from portal.kernel.i18n import _, locale_key
from portal.kernel.jobs import enqueue
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page
from reports.analytics import words
from reports.analytics.forms import months_up_to, read_asked, read_period
from reports.analytics.jobs import KIND
from reports.analytics.lists import DECISIONS
from reports.analytics.queries.decisions import read_clocks
from reports.analytics.sheets import CLOCK_DAYS, SHEETS
from reports.analytics.views import bp
from warranty.claims.words import TYPES

WORDS: dict[str, Any] = {"TYPES": TYPES, "LEVELS": words.LEVELS}
#: Months to choose from by one click, and stations that a page shows.
MONTHS, MOST_ROWS = 4, 100


@bp.get("/clocks")
@access(Permission.CLAIM_VIEW)
def clocks() -> Any:
    """Show how long decisions took: a station its own, beside the network's median."""
    today = local_date(now())
    period, own = read_period(request.args, today, CLOCK_DAYS), actor().dealer_id is not None
    asked = read_asked(request.args, period)
    found = None if period.errors else read_clocks(db_session(), asked, own=own)
    level = "" if asked.level is None else str(asked.level)
    chosen = {
        name: value for name, value in (("dealer", asked.dealer), ("type", asked.type), ("level", level)) if value
    }
    return page(
        "reports/analytics/clocks.html", 422 if period.errors else 200, found=found, period=period, own=own,
        chosen=chosen, months=months_up_to(today, MONTHS), query=urlencode({**period.query, **chosen}),
        most=MOST_ROWS, **WORDS,
    )  # fmt: skip


@bp.get("/clocks/decisions")
@access(Permission.CLAIM_VIEW)
def decisions() -> Response:
    """List the decisions behind the clocks."""
    return list_page("reports/analytics/list.html", fetch_page(db_session(), DECISIONS, request.args))


@bp.post("/export")
@signed_in
def export() -> Answer:
    """Queue the workbook of the table ``sheet`` for what ``query`` says."""
    sheet = SHEETS.get(request.form.get("sheet", ""))
    if sheet is None:
        abort(404)
    require(actor(), sheet.permission)
    payload = {"sheet": request.form["sheet"], "query": request.form.get("query", "")}
    title = _("%(list)s as an Excel file", list=_(sheet.title))
    job = enqueue(db_session(), KIND, title, payload, actor(), now(), locale_key())
    return redirect(url_for("downloads.job", job_id=job.id))
