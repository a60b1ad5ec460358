"""The watch: its list, a car's page with its reasons, and what other pages show of a car."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from dealers.service.words import COMPONENTS
from portal.kernel.access import Permission, access
from portal.kernel.i18n import _, ngettext
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, now, page
from warranty.guarantee import words
from warranty.guarantee.forms import WhatIfForm
from warranty.guarantee.lists import NOTICES, WATCH
from warranty.guarantee.queries.notices import newest_notice
from warranty.guarantee.queries.page import Standing, imagine, known_car, standing, vehicle_id
from warranty.guarantee.rules.facts import ASSEMBLIES
from warranty.guarantee.services.notices import mark_seen
from warranty.guarantee.views import bp

VIEW = Permission.GUARANTEE_VIEW


@bp.get("/watch")
@access(VIEW)
def watch() -> Any:
    """List cars by how near they are to a line."""
    return page("warranty/guarantee/watch.html", page=fetch_page(db_session(), WATCH, request.args))


@bp.get("/notices")
@access(VIEW)
def notices() -> Any:
    """List what stations, regions and the customer centre were told."""
    return page(
        "warranty/guarantee/notices.html", page=fetch_page(db_session(), NOTICES, request.args),
        newest=newest_notice(db_session()),
    )  # fmt: skip


@bp.post("/notices/seen")
@access(VIEW)
def notices_seen() -> Any:
    """Mark the notices that were shown as seen by the reader's side."""
    count = mark_seen(db_session(), whole(request.form.get("up_to")) or 0, actor(), now())
    flash(ngettext("%(num)d notice is marked as seen.", "%(num)d notices are marked as seen.", count), "success")
    return redirect(url_for("guarantee.notices"))


@bp.get("/cars/<vin>")
@access(VIEW)
def car(vin: str) -> Any:
    """Explain a car: every counter, the visits behind it, what the next visit would cross, what if."""
    here = standing(db_session(), vehicle_id(db_session(), vin), now())
    if here.car.vin != vin:
        return redirect(url_for("guarantee.car", vin=here.car.vin))
    form = WhatIfForm(here, request.args)
    answer = (
        imagine(db_session(), here, form.question(), _("the next visit")) if form.asked and form.validate() else None
    )
    status = 422 if form.asked and form.errors else 200
    return page("warranty/guarantee/car.html", status, form=form, answer=answer, **_shown(here))


@bp.get("/cars/<vin>/panel")
@access(VIEW)
def panel(vin: str) -> Any:
    """Show a car's counters on its own page."""
    here = standing(db_session(), vehicle_id(db_session(), vin), now())
    return page("warranty/guarantee/_panel.html", **_shown(here))


@bp.get("/strip")
@access(VIEW)
def strip() -> Any:
    """Say at the counter where the car stands, in one line; nothing for a car that is not known yet."""
    found = known_car(db_session(), request.args.get("vin", ""))
    if found is None:
        return "", 200
    return page("warranty/guarantee/_strip.html", **_shown(standing(db_session(), found, now())))


def _shown(here: Standing) -> dict[str, Any]:
    return {
        "here": here, "found": here.found, "words": words, "components": COMPONENTS, "assemblies": ASSEMBLIES,
        "reader": actor().dealer_id,
    }  # fmt: skip
