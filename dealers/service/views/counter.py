"""Taking a car in: the new-order page and its draft."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from dealers.service import queries, services
from dealers.service.forms import OpeningForm, written
from dealers.service.rules import CAMPAIGN, default_promise
from dealers.service.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.drafts import FormDraft, drop_draft, load_draft, save_draft
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import actor, db_session, now, page, show_faults

NEW = "service:new"
#: A draft is what a person types; more than this is something else.
DRAFT_LIMIT = 64 * 1024


@bp.get("/new")
@access(Permission.SERVICE_WRITE)
def new() -> Any:
    """Offer an empty form, one for the car asked for, or the draft."""
    draft = _draft(NEW)
    if draft is not None and request.args.get("draft"):
        form = OpeningForm(MultiDict(draft.fields))
        return _page(form)
    form = OpeningForm(
        formdata=None,
        key=secrets.token_urlsafe(16),
        type="general",
        received_at=written(now()),
        promised_at=written(default_promise(now())),
    )
    _prefill(form, request.args.get("vin", ""))
    if request.args.get("campaign"):
        form.campaign.data, form.type.data = request.args["campaign"][:40], CAMPAIGN
    return _page(form, draft=draft if not request.args.get("vin") else None)


@bp.post("/new")
@access(Permission.SERVICE_WRITE)
def open_() -> Any:
    """Open the order; the same form sent again leads to the same order."""
    form = OpeningForm()
    readable = form.validate()
    opening = form.opening()
    try:
        if not readable or form.unreadable:
            return _page(form, status=422)
        number = services.open_order(db_session(), opening, actor(), now(), key=(form.key.data or "")[:64] or None)
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return _page(form, status=422)
    _drop(NEW)
    flash(_("Order %(number)s is open.", number=number), "success")
    return redirect(url_for("service.order", key=number))


@bp.post("/draft")
@access(Permission.SERVICE_WRITE)
def draft() -> Any:
    """Keep what is being typed: ``form`` is ``new`` or an order's number."""
    place = request.args.get("form", "new")
    if place != "new":
        queries.order_id(db_session(), place)  # not somebody else's
    fields = {name: value for name, value in request.form.items() if name != "csrf_token"}
    user = actor().user_id
    if user is None or sum(map(len, fields.values())) > DRAFT_LIMIT:
        return "", 422
    save_draft(db_session(), user, f"service:{place}", fields, now())
    return "", 204


@bp.post("/draft/drop")
@access(Permission.SERVICE_WRITE)
def drop() -> Any:
    """Forget a draft; back to the page it belongs to."""
    place = request.form.get("form", "new")
    _drop(f"service:{place}")
    flash(_("The draft is gone."), "info")
    return redirect(url_for("service.new") if place == "new" else url_for("service.order", key=place))


def _page(form: OpeningForm, *, status: int = 200, draft: FormDraft | None = None) -> tuple[str, int]:
    car = queries.car_by_vin(db_session(), form.vin.data) if form.vin.data else None
    open_orders = queries.open_numbers(db_session(), car.id) if car else []
    return page(
        "dealers/service/new.html", status, form=form, car=car, draft=draft, open_orders=open_orders,
        doubt=bool(form.odometer_km.errors) or form.odometer_acknowledged.data,
    )  # fmt: skip


def _prefill(form: OpeningForm, vin: str) -> None:
    """Fill in what the register knows of a car; its owner only where the station knows the car."""
    car = queries.car_by_vin(db_session(), vin) if vin else None
    if car is None:
        form.vin.data = vin
        return
    form.vin.data, form.plate.data = car.vin, car.plate
    if queries.knows_car(db_session(), car.id, actor().dealer_id):
        form.owner_name.data = form.presenter_name.data = car.owner_name
        form.owner_phone.data = form.presenter_phone.data = car.owner_phone


def _draft(form: str) -> FormDraft | None:
    user = actor().user_id
    return load_draft(db_session(), user, form) if user is not None else None


def _drop(form: str) -> None:
    user = actor().user_id
    if user is not None:
        drop_draft(db_session(), user, form)
