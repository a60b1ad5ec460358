"""The cars of campaigns: their list, one car with its proof, and what other pages show of a car."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.lifecycle import history
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.campaigns import words
from warranty.campaigns.forms import ExemptForm, ReasonForm
from warranty.campaigns.lists import CARS
from warranty.campaigns.queries.cars import CarPage, car_page, known_vehicle, of_car
from warranty.campaigns.services.run import exempt_car, include_car
from warranty.campaigns.states import CAMPAIGN_CAR
from warranty.campaigns.views import bp

VIEW, EDIT = Permission.CAMPAIGN_VIEW, Permission.CAMPAIGN_EDIT


@bp.get("/cars")
@access(VIEW)
def cars() -> Response:
    """List cars of campaigns: the network's, or a station's own."""
    return list_page("warranty/campaigns/cars.html", fetch_page(db_session(), CARS, request.args))


@bp.get("/cars/<key>")
@access(VIEW)
def car(key: str) -> Any:
    """Show a car in a campaign: due, done with its proof, or exempt."""
    return _page(_find(key))


def _find(key: str) -> CarPage:
    number, _colon, vin = key.rpartition(":")
    return car_page(db_session(), number, vin, actor())


def _page(found: CarPage, form: ReasonForm | None = None, status: int = 200) -> tuple[str, int]:
    steps = history(db_session(), found.car) if actor().dealer_id is None else []
    events = [
        {"at": step.at, "title": _(words.CAR_ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
         "tone": words.TONES.get(step.action, "plain")}
        for step in steps
    ]  # fmt: skip
    return page(
        "warranty/campaigns/car.html", status, found=found, view=found.view, words=words, form=form or ExemptForm(),
        events=events,
        offered={step.action for step in CAMPAIGN_CAR.offered(found.car.state, actor().permissions)},
    )  # fmt: skip


@bp.post("/cars/<key>/exempt")
@access(EDIT)
def exempt(key: str) -> Any:
    """Leave a car out, with the reason."""
    form = ExemptForm()
    return _step(key, form, lambda found: exempt_car(
        db_session(), found.car.id, form.why.data or "", form.reason.data or "", actor(), now()))  # fmt: skip


@bp.post("/cars/<key>/include")
@access(EDIT)
def include(key: str) -> Any:
    """Take a car in again, with the reason."""
    form = ExemptForm()
    return _step(key, form, lambda found: include_car(
        db_session(), found.car.id, form.reason.data or "", actor(), now()))  # fmt: skip


def _step(key: str, form: ReasonForm, act: Callable[[CarPage], object]) -> Any:
    found = _find(key)
    try:
        act(found)
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        db_session().rollback()
        show_faults(form, error)
        return _page(_find(key), form, 422)
    flash(_("Kept."), "success")
    return redirect(url_for("campaigns.car", key=key))


@bp.get("/strip")
@access(VIEW)
def strip() -> Any:
    """Say at the counter what is open for the car; nothing for a car that is not known, or has nothing due."""
    key = known_vehicle(db_session(), request.args.get("vin", ""))
    found = [] if key is None else of_car(db_session(), key, actor().dealer_id, only_open=True)
    if not found and not request.args.get("campaign"):
        return "", 200
    return page(
        "warranty/campaigns/_strip.html", found=found, words=words, choose="choose" in request.args,
        chosen=request.args.get("campaign", ""),
    )  # fmt: skip


@bp.get("/vehicle/<vin>")
@access(VIEW)
def vehicle_panel(vin: str) -> Any:
    """Show a car's campaigns on its page: what is due, and what was done when; never people or prices."""
    key = known_vehicle(db_session(), vin)
    found = [] if key is None else of_car(db_session(), key, actor().dealer_id)
    return page("warranty/campaigns/_panel.html", found=found, words=words, vin=vin)
