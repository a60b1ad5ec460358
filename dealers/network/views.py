"""Pages of the network: for headquarters, and each dealer's own station."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from dealers.network import services, words
from dealers.network.forms import DealerForm, RateForm, StepForm
from dealers.network.lists import DEALERS
from dealers.network.queries import DealerPage, dealer_page, rate_table, station_page
from dealers.network.states import DEALER
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.money import ZERO
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults

bp = Blueprint("network", __name__, url_prefix="/network")


@bp.get("/")
@access(Permission.NETWORK_VIEW)
def dealers() -> Any:
    """List the stations."""
    return list_page("dealers/network/dealers.html", fetch_page(db_session(), DEALERS, request.args))


@bp.get("/<key>")
@access(Permission.NETWORK_VIEW)
def dealer(key: str) -> Any:
    """Show a station."""
    return _show(dealer_page(db_session(), key, now()), StepForm())


@bp.get("/station")
@access(Permission.SERVICE_VIEW)
def station() -> Any:
    """Show a dealer its own station; headquarters has the list."""
    dealer_id = actor().dealer_id
    if dealer_id is None:
        return redirect(url_for("network.dealers"))
    return page(
        "dealers/network/station.html", dealer=station_page(db_session(), dealer_id, now()), words=words
    )  # fmt: skip


@bp.route("/<key>/edit", methods=["GET", "POST"])
@access(Permission.NETWORK_EDIT)
def edit(key: str) -> Any:
    """Change a station's facts."""
    present, form = dealer_page(db_session(), key, now()), DealerForm()
    if form.validate_on_submit():
        try:
            services.update_dealer(db_session(), present.id, form.facts(), form.seen(), actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The station's facts are changed."), "success")
            return redirect(url_for("network.dealer", key=key))
    if not form.is_submitted():
        form.fill(present)
    return page("dealers/network/edit.html", 422 if form.is_submitted() else 200, form=form, dealer=present)


@bp.post("/<key>/<action>")
@access(Permission.NETWORK_EDIT)
def step(key: str, action: str) -> Any:
    """Suspend, resume or close a station."""
    if action not in DEALER.actions:
        abort(404)
    present, form = dealer_page(db_session(), key, now()), StepForm()
    if not form.validate():
        return _show(present, form, 422)
    try:
        services.step_dealer(db_session(), present.id, action, form.reason.data or "", form.seen(), actor(), now())
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return _show(present, form, error.status)
    flash(_(words.DONE[action]), "success")
    return redirect(url_for("network.dealer", key=key))


@bp.route("/rates", methods=["GET", "POST"])
@access(Permission.NETWORK_VIEW)
def rates() -> Any:
    """Show the dated rates; who may (the service asks), adds one."""
    form = RateForm()
    if form.validate_on_submit():
        rate, grade = form.rate.data or ZERO, int(form.grade.data)
        try:
            services.add_labour_rate(db_session(), grade, form.start(), rate, actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The rate is set."), "success")
            return redirect(url_for("network.rates"))
    table = rate_table(db_session(), local_date(now()))
    status = 422 if form.is_submitted() else 200
    return page("dealers/network/rates.html", status, form=form, rates=table, words=words)


def _show(present: DealerPage, form: StepForm, status: int = 200) -> Any:
    form.version.data = str(present.row_version)
    offered = DEALER.offered(present.state, actor().permissions)
    return page("dealers/network/dealer.html", status, dealer=present, form=form, offered=offered, words=words)
