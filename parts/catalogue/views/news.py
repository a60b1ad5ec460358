"""What changed in the catalogue since somebody last looked, and what fits a car."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.catalogue import words
from parts.catalogue.lists.news import NEWS
from parts.catalogue.queries.cars import parts_for_car
from parts.catalogue.queries.news import count_unseen, newest_change
from parts.catalogue.services.news import mark_seen
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

#: More than this many changes are "many".
MANY = 1_000


@bp.get("/news")
@access(Permission.CATALOGUE_VIEW)
def news() -> Any:
    """List what changed since the reader marked the catalogue as seen."""
    return list_page("parts/catalogue/news.html", fetch_page(db_session(), NEWS, request.args))


@bp.get("/news/mark")
@access(Permission.CATALOGUE_VIEW)
def mark() -> Any:
    """Show how much is new, and the button that marks it as seen: a fragment above the list."""
    count = count_unseen(db_session(), actor(), MANY + 1)
    newest = newest_change(db_session())
    return page("parts/catalogue/_mark.html", count=count, many=MANY, newest=newest, strip="strip" in request.args)


@bp.post("/news/seen")
@access(Permission.CATALOGUE_VIEW)
def seen() -> Any:
    """Mark the changes that the reader was shown as seen; later ones stay new."""
    mark_seen(db_session(), whole(request.form.get("newest")) or 0, actor(), now())
    flash(_("All changes up to now are marked as seen."), "success")
    return redirect(url_for("catalogue.news"))


@bp.get("/cars/<vin>")
@access(Permission.CATALOGUE_VIEW)
def car_parts(vin: str) -> Any:
    """Show which parts fit a car: a panel of the car's page, which its own search fills anew."""
    text = request.args.get("q", "")[:60]
    found = parts_for_car(db_session(), vin, text, local_date(now()))
    template = "parts/catalogue/_car_parts.html" if "q" in request.args else "parts/catalogue/_car_panel.html"
    return page(template, found=found, q=text, words=words)
