"""Pages of parts: the list, a part with all that hangs on it, labour operations, what the counter looks up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.catalogue import words
from parts.catalogue.forms.parts import FitmentForm, PriceForm
from parts.catalogue.lists.parts import OPERATIONS, PARTS
from parts.catalogue.queries.levels import models
from parts.catalogue.queries.offers import PartsCatalogue
from parts.catalogue.queries.parts import part_page
from parts.catalogue.services.fitment import add_fitment, withdraw_fitment
from parts.catalogue.services.prices import add_price, withdraw_price
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.incoming import day_of, whole
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
    """Show a part: what it is, its prices over time, what replaces it, which cars it fits."""
    return _show(key)


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
    return _show(key, 422, price=form)


@bp.post("/parts/<key>/prices/withdraw")
@access(Permission.CATALOGUE_EDIT)
def price_back(key: str) -> Any:
    """Take back a price that has not begun."""
    gaps = withdraw_price(db_session(), key, day_of(request.form.get("day")), actor(), now())
    flash(_("The price is withdrawn."), "success")
    for gap in gaps:
        flash(_("The part has no price from %(first)s to %(last)s.", first=gap.first, last=gap.last), "warning")
    return redirect(url_for("catalogue.part", key=key, _anchor="prices"))


@bp.post("/parts/<key>/fitments")
@access(Permission.CATALOGUE_EDIT)
def fitment(key: str) -> Any:
    """Say that a part fits some cars of a model."""
    form = _fitment_form()
    if form.validate():
        try:
            add_fitment(db_session(), key, form.facts(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The fitment is added."), "success")
            return redirect(url_for("catalogue.part", key=key) + "#fitment")
    return _show(key, 422, fitment=form)


@bp.post("/parts/<key>/fitments/<int:fitment_id>/withdraw")
@access(Permission.CATALOGUE_EDIT)
def withdraw(key: str, fitment_id: int) -> Any:
    """Let a fitment hold no longer."""
    withdraw_fitment(db_session(), key, fitment_id, whole(request.form.get("version")), actor(), now())
    flash(_("The fitment holds no longer from today on."), "success")
    return redirect(url_for("catalogue.part", key=key) + "#fitment")


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


def _fitment_form() -> FitmentForm:
    form = FitmentForm()
    form.model.choices = [(model.code, f"{model.code} {model.name}") for model in models(db_session())]
    return form


def _show(key: str, status: int = 200, price: PriceForm | None = None, fitment: FitmentForm | None = None) -> Any:
    shown = part_page(db_session(), key, local_date(now()))
    forms = {}
    if actor().may(Permission.CATALOGUE_EDIT):
        forms = {
            "form": price or PriceForm(formdata=None),
            "fitting": fitment or _fitment_form(),
        }
    return page("parts/catalogue/part.html", status, part=shown, words=words, **forms)
