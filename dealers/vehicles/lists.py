"""The list of cars: headquarters sees all, a dealer those it sold. No people stand in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select

from dealers.network.models import Dealer
from dealers.vehicles import words
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.queries import listed, matching, sold_here
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _named(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(matching(text))


def _model(statement: Select[Any], text: str) -> Select[Any]:
    column = VehicleModel.name_zh if not text.isascii() else VehicleModel.name_en
    return statement.where(column.icontains(text, autoescape=True) | (VehicleModel.code == text.upper()))


def _use(statement: Select[Any], use: str) -> Select[Any]:
    return statement.where(Vehicle.use == use)


def _dealer(statement: Select[Any], code: str) -> Select[Any]:
    return statement.where(Dealer.code == code.upper())


def _from(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Vehicle.delivered_on >= day)


def _until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(Vehicle.delivered_on <= day)


VEHICLES = ListSpec(
    key="vehicles",
    title=N_("Vehicles"),
    permission=Permission.VEHICLE_VIEW,
    statement=listed,
    narrow=sold_here,
    identity=Vehicle.id,
    columns=(
        Column("vin", N_("VIN"), "code", link=True),
        Column("plate", N_("Plate"), "code"),
        Column("model", N_("Model")),
        Column("configuration", N_("Configuration"), default=False),
        Column("colour", N_("Colour"), default=False),
        Column("use", N_("Use"), words=words.USE),
        Column("produced_on", N_("Built on"), "date", default=False),
        Column("invoiced_on", N_("Invoiced on"), "date", default=False),
        Column("delivered_on", N_("Delivered on"), "date"),
        Column("dealer", N_("Dealer code"), "code"),
        Column("dealer_name", N_("Sold by"), default=False),
    ),
    sorts={"vin": Vehicle.vin},
    default_sort="vin",
    endpoint="vehicles.vehicles",
    row_endpoint="vehicles.vehicle",
    filters=(
        Filter("car", N_("VIN, last 6 or plate"), _named),
        Filter("model", N_("Model"), _model),
        Filter("use", N_("Use"), _use, "choice", words.USE),
        Filter("dealer", N_("Dealer code"), _dealer),
        Filter("from", N_("Delivered from"), _from, "date"),
        Filter("until", N_("Delivered until"), _until, "date"),
    ),
    empty=N_("No cars yet. They come with the import of vehicles; a dealer's list fills with its sales."),
)
