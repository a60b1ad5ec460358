"""Pages of extended-service contracts and of goodwill."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.coverage import words
from warranty.coverage.forms import CancelForm, ContractForm, GrantForm
from warranty.coverage.lists import CONTRACTS, GOODWILL
from warranty.coverage.queries.versions import contract_of
from warranty.coverage.services.agreements import add_contract, cancel_contract, grant_goodwill
from warranty.coverage.views import bp

VIEW, EDIT, GRANT = Permission.COVERAGE_VIEW, Permission.COVERAGE_EDIT, Permission.GOODWILL_GRANT


@bp.get("/contracts")
@access(VIEW)
def contracts() -> Any:
    """List the extended-service contracts: all of them, or those that the dealer sold."""
    return list_page("warranty/coverage/contracts.html", fetch_page(db_session(), CONTRACTS, request.args))


@bp.route("/contracts/new", methods=["GET", "POST"])
@access(EDIT)
def new_contract() -> Any:
    """Enter a contract."""
    form = ContractForm()
    if form.validate_on_submit():
        try:
            row = add_contract(db_session(), form.facts(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Contract %(number)s is kept.", number=row.number), "success")
            return redirect(url_for("coverage.contract", number=row.number))
    if not form.is_submitted():
        form.vin.data = request.args.get("vin", "")
    return page("warranty/coverage/contract_new.html", 422 if form.is_submitted() else 200, form=form)


@bp.get("/contracts/<number>")
@access(VIEW)
def contract(number: str) -> Any:
    """Show a contract."""
    return _show(number, CancelForm())


@bp.post("/contracts/<number>/cancel")
@access(EDIT)
def cancel(number: str) -> Any:
    """End a contract from a day on."""
    form = CancelForm()
    if form.validate() and form.day.data is not None:
        try:
            cancel_contract(db_session(), number, form.day.data, form.why.data or "", actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Contract %(number)s is cancelled.", number=number), "success")
            return redirect(url_for("coverage.contract", number=number))
    return _show(number, form, 422)


def _show(number: str, form: CancelForm, status: int = 200) -> Any:
    row, seller = contract_of(db_session(), number, actor().dealer_id)
    return page("warranty/coverage/contract.html", status, row=row, seller=seller, form=form, words=words)


@bp.get("/goodwill")
@access(VIEW)
def goodwill() -> Any:
    """List the goodwill: all of it, or what was granted at the dealer's asking."""
    return list_page("warranty/coverage/goodwill.html", fetch_page(db_session(), GOODWILL, request.args))


@bp.route("/goodwill/new", methods=["GET", "POST"])
@access(GRANT)
def new_grant() -> Any:
    """Grant goodwill."""
    form = GrantForm()
    if form.validate_on_submit():
        try:
            row = grant_goodwill(db_session(), form.facts(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Goodwill %(number)s is granted.", number=row.number), "success")
            return redirect(url_for("coverage.car", vin=row.vin))
    if not form.is_submitted():
        form.vin.data = request.args.get("vin", "")
    return page("warranty/coverage/goodwill_new.html", 422 if form.is_submitted() else 200, form=form)
