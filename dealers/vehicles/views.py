"""Pages of a car."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm

from dealers.vehicles import services, words
from dealers.vehicles.forms import PlateForm, SaleForm, TransferForm
from dealers.vehicles.lists import VEHICLES
from dealers.vehicles.ports import visits, watch
from dealers.vehicles.queries import VehiclePage, vehicle_page
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults

bp = Blueprint("vehicles", __name__, url_prefix="/vehicles")


@bp.get("/")
@access(Permission.VEHICLE_VIEW)
def vehicles() -> Any:
    """List cars."""
    return list_page("dealers/vehicles/vehicles.html", fetch_page(db_session(), VEHICLES, request.args))


@bp.get("/<vin>")
@access(Permission.VEHICLE_VIEW)
def vehicle(vin: str) -> Any:
    """Show a car, made to be read at the counter."""
    car = _car(vin)
    if car.vin != vin:
        return redirect(url_for("vehicles.vehicle", vin=car.vin))
    return page("dealers/vehicles/vehicle.html", car=car, words=words)


@bp.route("/<vin>/sale", methods=["GET", "POST"])
@access(Permission.VEHICLE_EDIT)
def sale(vin: str) -> Any:
    """Record the first sale."""
    car, form = _car(vin), SaleForm()
    if form.validate_on_submit():
        return _try(form, "sale", car, lambda: _sell(form, car))
    status = 422 if form.is_submitted() else 200
    return page("dealers/vehicles/sale.html", status, form=form, car=car)


@bp.route("/<vin>/owner", methods=["GET", "POST"])
@access(Permission.VEHICLE_EDIT)
def owner(vin: str) -> Any:
    """Give the car a new owner."""
    car, form = _car(vin), TransferForm()
    if form.validate_on_submit():
        return _try(form, "owner", car, lambda: _transfer(form, car))
    if not form.is_submitted():
        form.on.data = local_date(now())
    return page("dealers/vehicles/owner.html", 422 if form.is_submitted() else 200, form=form, car=car)


@bp.route("/<vin>/plate", methods=["GET", "POST"])
@access(Permission.VEHICLE_EDIT)
def plate(vin: str) -> Any:
    """Give the car another plate."""
    car, form = _car(vin), PlateForm()
    if form.validate_on_submit():
        return _try(form, "plate", car, lambda: _change_plate(form, car))
    if not form.is_submitted():
        form.plate.data = car.plate
    return page("dealers/vehicles/plate.html", 422 if form.is_submitted() else 200, form=form, car=car)


def _car(vin: str) -> VehiclePage:
    return vehicle_page(db_session(), vin, actor(), now(), visits(), watch())


def _try(form: FlaskForm, template: str, car: VehiclePage, act: Callable[[], None]) -> Any:
    """Act and go back to the car; what is wrong is shown at its field, what was typed stays."""
    try:
        act()
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return page(f"dealers/vehicles/{template}.html", 422, form=form, car=car)
    return redirect(url_for("vehicles.vehicle", vin=car.vin))


def _sell(form: SaleForm, car: VehiclePage) -> None:
    sold = services.record_sale(db_session(), car.id, form.sale(), actor(), now())
    flash(_("The sale is recorded."), "success")
    for warning in services.plate_warnings(db_session(), sold):
        flash(say(warning), "warning")


def _transfer(form: TransferForm, car: VehiclePage) -> None:
    services.transfer_ownership(db_session(), car.id, form.person(), form.day(), actor(), now(), told=form.told.data)
    flash(_("The new owner is recorded. The guarantee goes on with the car."), "success")


def _change_plate(form: PlateForm, car: VehiclePage) -> None:
    warnings = services.change_plate(db_session(), car.id, form.plate.data or "", actor(), now())
    flash(_("The plate is changed."), "success")
    for warning in warnings:
        flash(say(warning), "warning")
