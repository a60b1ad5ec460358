"""Pages of the catalogue: parts with their prices, labour operations, and what the counter looks up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.catalogue import words
from parts.catalogue.forms.parts import PriceForm
from parts.catalogue.lists.parts import OPERATIONS, PARTS
from parts.catalogue.queries.offers import PartsCatalogue
from parts.catalogue.queries.parts import part_page
from parts.catalogue.services.prices import add_price
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults


@bp.get("/parts")
@access(Permission.CATALOGUE_VIEW)
def parts() -> Any:
    """List the parts."""
    return list_page("parts/catalogue/parts.html", fetch_page(db_session(), PARTS, request.args))


@bp.get("/parts/<key>")
@access(Permission.CATALOGUE_VIEW)
def part(key: str) -> Any:
    """Show a part: what it is, its prices over time, what replaces it."""
    return _show(key, PriceForm())


@bp.post("/parts/<key>/prices")
@access(Permission.CATALOGUE_EDIT)
def price(key: str) -> Any:
    """Give a part new prices from a day on."""
    form = PriceForm()
    if form.validate():
        try:
            add_price(db_session(), key, form.price(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The price is set."), "success")
            return redirect(url_for("catalogue.part", key=key))
    return _show(key, form, 422)


@bp.get("/operations")
@access(Permission.CATALOGUE_VIEW)
def operations() -> Any:
    """List the labour operations."""
    return list_page("parts/catalogue/operations.html", fetch_page(db_session(), OPERATIONS, request.args))


@bp.get("/lookup")
@access(Permission.CATALOGUE_VIEW)
def lookup() -> Any:
    """Suggest parts by number, name or initials, with the prices of today."""
    found = PartsCatalogue().find_parts(db_session(), request.args.get("q", "")[:60], local_date(now()))
    return page("parts/catalogue/_lookup.html", offers=found)


def _show(key: str, form: PriceForm, status: int = 200) -> Any:
    shown = part_page(db_session(), key, local_date(now()))
    return page("parts/catalogue/part.html", status, part=shown, form=form, words=words)
