"""Pages of recovery contracts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.recovery import words
from warranty.recovery.forms import ContractForm, EndForm
from warranty.recovery.lists import CONTRACTS
from warranty.recovery.queries.contracts import all_suppliers, contract_page
from warranty.recovery.services.contracts import add_contract, end_contract
from warranty.recovery.views import bp

VIEW, EDIT = Permission.RECOVERY_VIEW, Permission.RECOVERY_EDIT


@bp.get("/contracts")
@access(VIEW)
def contracts() -> Response:
    """List the contracts."""
    return list_page("warranty/recovery/contracts.html", fetch_page(db_session(), CONTRACTS, request.args))


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
            return redirect(url_for("recovery.contract", number=row.number))
    if not form.is_submitted():
        form.supplier.data = request.args.get("supplier", "")
    status = 422 if form.is_submitted() else 200
    return page("warranty/recovery/contract_new.html", status, form=form, suppliers=all_suppliers(db_session()))


@bp.get("/contracts/<number>")
@access(VIEW)
def contract(number: str) -> Any:
    """Show a contract with what each of its years has brought."""
    return _show(number, EndForm())


@bp.post("/contracts/<number>/end")
@access(EDIT)
def end(number: str) -> Any:
    """Let a contract end early."""
    form = EndForm()
    if form.validate() and form.last_day.data is not None:
        try:
            end_contract(db_session(), number, form.last_day.data, form.why.data or "", actor())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Contract %(number)s ends on %(day)s.", number=number, day=form.last_day.data), "success")
            return redirect(url_for("recovery.contract", number=number))
    return _show(number, form, 422)


def _show(number: str, form: EndForm, status: int = 200) -> Any:
    found = contract_page(db_session(), number)
    return page(
        "warranty/recovery/contract.html", status, found=found, row=found.row, form=form, words=words,
        today=local_date(now()),
    )  # fmt: skip
