"""Failure tracking (故障跟踪): tables of failures, R1000, the claims behind each figure, a report of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from parts.quality.services import open_from_claims
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page
from reports.analytics.cluster import read_cluster
from reports.analytics.failure_forms import LIFELONG, Choice, read_choice, with_recorded
from reports.analytics.failure_list import FAILURES
from reports.analytics.queries.failures import BANDS, DIMENSIONS, NONE, recorded_since
from reports.analytics.tables import CURVE, NOTHING, aged_table, failure_table
from reports.analytics.views import bp
from reports.analytics.words import CARS, NOT_RECORDED, TABLE_MEASURES

VIEW = Permission.ANALYTICS_VIEW
#: Rows that a page shows; the workbook holds all.
MOST_LINES = 100


@bp.get("/failures")
@access(VIEW)
def failures() -> Any:
    """Show failures by one dimension with their rates, or by two."""
    chosen = read_choice(request.args, local_date(now()))
    found = None if chosen.errors else failure_table(db_session(), chosen)
    return page(
        "reports/analytics/failures.html", 422 if chosen.errors else 200, found=found, MEASURES=TABLE_MEASURES,
        nothing=NOTHING, CARS=CARS, **_around(chosen, tuple(DIMENSIONS)),
    )  # fmt: skip


@bp.get("/failures/r1000")
@access(VIEW)
def r1000() -> Any:
    """Show claims for each thousand cars by months in service."""
    since = recorded_since(db_session())
    chosen = with_recorded(read_choice(request.args, local_date(now()), lifelong=True), since)
    lines, whole = ([], None) if chosen.errors else aged_table(db_session(), chosen)
    curve = [whole.at(months) for months in CURVE] if whole is not None else []
    return page(
        "reports/analytics/r1000.html", 422 if chosen.errors else 200, lines=lines, curve=curve, since=since,
        highest=max((one.rate or 0 for one in curve), default=0), **_around(chosen, LIFELONG),
    )  # fmt: skip


@bp.get("/failures/claims")
@access(VIEW)
def failure_claims() -> Response:
    """List the claims behind a figure."""
    return list_page("reports/analytics/failure_claims.html", fetch_page(db_session(), FAILURES, request.args))


@bp.post("/failures/report")
@access(Permission.QUALITY_HANDLE)
def open_quality_report() -> Answer:
    """Open a quality report of the claims that ``query`` lists."""
    args = dict(parse_qsl(request.form.get("query", "")))
    found = open_from_claims(db_session(), read_cluster(db_session(), args), actor(), now())
    return redirect(url_for("quality.report", key=found.number))


def _around(chosen: Choice, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what both pages need for their forms and links."""
    bands = dict(zip(BANDS, BANDS, strict=True))
    choices = {
        key: {**(bands if key == "band" else DIMENSIONS[key].words), NONE: NOT_RECORDED}
        for key in keys
        if DIMENSIONS[key].words or key == "band"
    }
    return {
        "chosen": chosen, "period": chosen.period, "dimensions": {key: DIMENSIONS[key].label for key in keys},
        "choices": choices, "query": urlencode(chosen.whole_query), "most_lines": MOST_LINES,
    }  # fmt: skip
