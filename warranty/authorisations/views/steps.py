"""The steps of a pre-authorisation: each a form on its sheet, each one call of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_, _
from portal.kernel.incoming import whole
from portal.kernel.web import actor, db_session, now, show_faults
from warranty.authorisations import services
from warranty.authorisations.forms import form_of
from warranty.authorisations.views import bp
from warranty.authorisations.views.pages import show

WRITE, DECIDE = Permission.CLAIM_WRITE, Permission.AUTHORISATION_DECIDE
DECIDED = {
    "pass": N_("Passed: the amount is reserved."),
    "return": N_("Returned to the dealer."),
    "refuse": N_("The request is declined."),
}


@bp.post("/ask")
@access(WRITE)
def ask() -> Any:
    """Draft a request of a repair order or a car: one click, prefilled; pressed again it only leads there."""
    sent, session = request.form, db_session()
    if sent.get("order"):
        found = services.ask_for_order(session, sent["order"], whole(sent.get("job")), actor(), now())
    else:
        found = services.ask_for_car(session, sent.get("vin", ""), actor(), now())
    if found.state == "draft":
        flash(_("The request is filled in as far as it is known. Complete it and submit it."), "success")
    else:
        flash(_("This was asked for before; here it is."), "info")
    return redirect(url_for("authorisations.authorisation", key=found.number))


@bp.post("/<key>/edit")
@access(WRITE)
def edit(key: str) -> Any:
    """Store what was typed."""
    return _take(key, "request", _("Saved."), lambda form: services.edit_authorisation(
        db_session(), key, form.request(), actor(), form.seen()))  # fmt: skip


@bp.post("/<key>/submit")
@access(WRITE)
def submit(key: str) -> Any:
    """Store what stands on the page and submit it, once however often the button is pressed."""
    return _take(key, "request", _("Submitted to headquarters."), lambda form: services.submit_authorisation(
        db_session(), key, form.request(), actor(), now(), form.seen(), seen=whole(form.submissions.data)))  # fmt: skip


@bp.post("/<key>/withdraw")
@access(WRITE)
def withdraw(key: str) -> Any:
    """Take the request back."""
    return _take(key, "withdraw", _("The request is withdrawn."), lambda form: services.withdraw_authorisation(
        db_session(), key, form.why(), actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/decide")
@access(DECIDE)
def decide(key: str) -> Any:
    """Pass, return or refuse the request."""
    told = _(DECIDED.get(request.form.get("decide-outcome", ""), DECIDED["pass"]))
    return _take(key, "decide", told, lambda form: services.decide_authorisation(
        db_session(), key, form.decision(), actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/revoke")
@access(DECIDE)
def revoke(key: str) -> Any:
    """Withdraw what headquarters has passed."""
    return _take(key, "revoke", _("Withdrawn: no other claim can use it."), lambda form: services.revoke_authorisation(
        db_session(), key, form.why(), actor(), now(), form.seen()))  # fmt: skip


def _take(key: str, name: str, told: str, act: Callable[[Any], object]) -> Any:
    """Take a step and show the sheet; what is wrong stands at its field, what was typed stays."""
    form = form_of(name)
    if form.validate_on_submit():
        try:
            act(form)
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(told, "success")
            return redirect(url_for("authorisations.authorisation", key=key))
    return show(key, 422, {name: form})
