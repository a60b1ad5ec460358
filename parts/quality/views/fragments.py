"""What other pages show of quality reports, brought in by htmx; and the slower parts of a sheet."""

from __future__ import annotations

from typing import Any

from parts.quality import words
from parts.quality.queries.figures import effect_figures
from parts.quality.queries.published import published
from parts.quality.queries.reports import causal_parts, find_report, of_order
from parts.quality.queries.similar import similar
from parts.quality.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.web import actor, db_session, now, page

VIEW = Permission.QUALITY_VIEW


@bp.get("/order/<number>/panel")
@access(VIEW)
def order_panel(number: str) -> Any:
    """Show a repair order's reports and the measures published for its causal parts; open a report with one click."""
    order, found, jobs = of_order(db_session(), number)
    told = published(db_session(), causal_parts(db_session(), order.id), actor())
    return page("parts/quality/_order_panel.html", order=order, found=found, jobs=jobs, published=told, words=words)


@bp.get("/part/<key>/panel")
@access(VIEW)
def part_panel(key: str) -> Any:
    """Show the measures published for a part, on its page in the catalogue."""
    return page("parts/quality/_measures.html", published=published(db_session(), [key], actor()), words=words)


@bp.get("/part/<key>")
@access(VIEW)
def part(key: str) -> Any:
    """Show the measures published for a part."""
    return page(
        "parts/quality/part.html", published=published(db_session(), [key], actor(), lifted=True), words=words, key=key
    )


@bp.get("/<key>/similar")
@access(VIEW)
def similar_panel(key: str) -> Any:
    """Show the reports that are most like this one."""
    found = find_report(db_session(), key)
    return page("parts/quality/_similar.html", found=found, similar=similar(db_session(), found), words=words)


@bp.get("/<key>/effect")
@access(Permission.QUALITY_HANDLE)
def effect_panel(key: str) -> Any:
    """Show the claims before and after the measure."""
    found = find_report(db_session(), key)
    figures = effect_figures(db_session(), found, local_date(now()))
    return page("parts/quality/_effect.html", figures=figures, words=words)
