"""Pages of suppliers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.catalogue.forms.suppliers import NewSupplierForm, SupplierForm
from parts.catalogue.lists.suppliers import SUPPLIERS
from parts.catalogue.queries.suppliers import supplier_page
from parts.catalogue.services.suppliers import add_supplier, change_supplier
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, page, show_faults


@bp.get("/suppliers")
@access(Permission.CATALOGUE_VIEW)
def suppliers() -> Any:
    """List the suppliers."""
    return list_page("parts/catalogue/suppliers.html", fetch_page(db_session(), SUPPLIERS, request.args))


@bp.get("/suppliers/<supplier>")
@access(Permission.CATALOGUE_VIEW)
def supplier(supplier: str) -> Any:
    """Show a supplier."""
    return page("parts/catalogue/supplier.html", supplier=supplier_page(db_session(), supplier))


@bp.route("/new-supplier", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def new_supplier() -> Any:
    """Register a supplier."""
    form = NewSupplierForm()
    if form.validate_on_submit():
        try:
            added = add_supplier(db_session(), form.code.data or "", form.facts(), actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The supplier is registered."), "success")
            return redirect(url_for("catalogue.supplier", supplier=added.code))
    return page("parts/catalogue/supplier_edit.html", 422 if form.is_submitted() else 200, form=form, supplier=None)


@bp.route("/suppliers/<supplier>/edit", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def edit_supplier(supplier: str) -> Any:
    """Change a supplier's facts."""
    present, form = supplier_page(db_session(), supplier), SupplierForm()
    if form.validate_on_submit():
        try:
            change_supplier(db_session(), supplier, form.facts(), form.seen(), actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The supplier's facts are changed."), "success")
            return redirect(url_for("catalogue.supplier", supplier=supplier))
    if not form.is_submitted():
        form.fill(present)
    status = 422 if form.is_submitted() else 200
    return page("parts/catalogue/supplier_edit.html", status, form=form, supplier=present)
