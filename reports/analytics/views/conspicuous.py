"""What is worth a look (值得查看): photos, parts, odometers, stations beside their peers. It accuses nobody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from dealers.network.words import GRADE
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.listing import fetch_page
from portal.kernel.web import db_session, list_page, now, page
from reports.analytics import words
from reports.analytics.forms import Period, choice, read_least, read_period
from reports.analytics.lists import COMPARED, REPEATS
from reports.analytics.queries.claims import MEASURES, read_peers
from reports.analytics.queries.odometer import read_off_curve
from reports.analytics.queries.photos import read_alike
from reports.analytics.rules import FEWEST_CLAIMS, FEWEST_PEERS, NEAR
from reports.analytics.sheets import LOOK_DAYS, PEER_DAYS
from reports.analytics.views import bp

VIEW = Permission.ANALYTICS_VIEW
#: Rows, and pairs of photos, that a page shows.
MOST_ROWS, MOST_PAIRS = 200, 60


@bp.get("/conspicuous")
@access(VIEW)
def conspicuous() -> Any:
    """Say what there is to look at."""
    return page("reports/analytics/conspicuous.html", measures=words.MEASURES)


@bp.get("/conspicuous/claims")
@access(VIEW)
def claims() -> Response:
    """List the claims behind the stations' figures."""
    return list_page("reports/analytics/list.html", fetch_page(db_session(), COMPARED, request.args))


@bp.get("/conspicuous/repeats")
@access(VIEW)
def repeats() -> Response:
    """List claims whose causal part was claimed on the same car before."""
    return list_page("reports/analytics/list.html", fetch_page(db_session(), REPEATS, request.args))


@bp.get("/conspicuous/peers")
@access(VIEW)
def peers() -> Any:
    """Show each station beside the stations of its grade."""
    period, measure = _period(PEER_DAYS), choice(request.args, "measure", MEASURES, MEASURES[0])
    found = [] if period.errors else read_peers(db_session(), measure, period.first, period.last)
    return page(
        "reports/analytics/peers.html", _status(period), found=found, period=period, measure=measure,
        MEASURES=words.MEASURES, UNITS=words.UNITS, GRADE=GRADE, BASES=words.BASES, fewest=FEWEST_CLAIMS,
        peers=FEWEST_PEERS, most=MOST_ROWS, query=urlencode({**period.query, "measure": measure}),
    )  # fmt: skip


@bp.get("/conspicuous/odometer")
@access(VIEW)
def odometer() -> Any:
    """Show visits whose odometer lies off the car's own curve."""
    period, least = _period(LOOK_DAYS), read_least(request.args)
    found = [] if period.errors else read_off_curve(db_session(), period.first, period.last, least)
    return page(
        "reports/analytics/odometer.html", _status(period), found=found, period=period, least=least, most=MOST_ROWS,
        query=urlencode({**period.query, "least": least}),
    )  # fmt: skip


@bp.get("/conspicuous/photos")
@access(VIEW)
def photos() -> Any:
    """Show photos of different visits that look alike, side by side."""
    period = _period(LOOK_DAYS)
    found, count = ([], 0) if period.errors else read_alike(db_session(), period.first, period.last, MOST_PAIRS)
    return page(
        "reports/analytics/photos.html", _status(period), found=found, count=count, period=period, near=NEAR,
        query=urlencode(period.query),
    )  # fmt: skip


def _period(days: int) -> Period:
    return read_period(request.args, local_date(now()), days)


def _status(period: Period) -> int:
    return 422 if period.errors else 200
